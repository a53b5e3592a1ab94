from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("numba", reason="drawing needs numba (extra: train)")

from fsgan_core.errors import PlateError
from fsgan_core.training.synthesis.hand_rig import HandRig, bend_hand, load_hand, sample_bends


@pytest.fixture(scope="module")
def rig(tiny_data: Path) -> HandRig:
    return load_hand(tiny_data / "occluders" / "tiny.glb")


def of_joint(rig: HandRig, vertices: np.ndarray, name: str) -> np.ndarray:
    """The middle of the block on a joint."""
    return vertices[rig.joints[:, 0] == rig.names.index(name)].mean(0)


def test_a_hand_stands_upright_in_centimetres_with_the_thumb_beside(rig: HandRig) -> None:
    np.testing.assert_allclose(of_joint(rig, rig.vertices, "wrist"), 0, atol=1e-4)
    np.testing.assert_allclose(of_joint(rig, rig.vertices, "middle-finger-tip"), [0, 15, 0], atol=1e-4)
    np.testing.assert_allclose(of_joint(rig, rig.vertices, "thumb-tip"), [4, 12, 0], atol=1e-4)


def test_no_bend_is_the_hand_at_rest(rig: HandRig) -> None:
    np.testing.assert_allclose(bend_hand(rig, {}), rig.vertices, atol=1e-9)


def test_a_bent_joint_carries_what_follows_towards_the_palm(rig: HandRig) -> None:
    bent = bend_hand(rig, {"index-finger-phalanx-proximal": (90.0, 0.0)})
    knuckle = of_joint(rig, rig.vertices, "index-finger-phalanx-proximal")
    np.testing.assert_allclose(of_joint(rig, bent, "index-finger-tip"), knuckle + [0, 0, 9], atol=1e-4)
    still = rig.joints[:, 0] != rig.names.index("index-finger-tip")
    still &= ~np.isin(rig.joints[:, 0], [k for k, name in enumerate(rig.names) if name.startswith("index-finger-ph")])
    np.testing.assert_allclose(bent[still], rig.vertices[still], atol=1e-9)


def test_sideways_keeps_a_finger_in_the_plane_of_the_hand(rig: HandRig) -> None:
    bent = bend_hand(rig, {"index-finger-phalanx-proximal": (0.0, 90.0)})
    knuckle = of_joint(rig, rig.vertices, "index-finger-phalanx-proximal")
    moved = of_joint(rig, bent, "index-finger-tip") - knuckle
    assert abs(moved[0]) == pytest.approx(9, abs=1e-4) and moved[2] == pytest.approx(0, abs=1e-4)


def test_sampled_bends_close_the_hand_and_never_break_it(rig: HandRig) -> None:
    reach = []
    for seed in range(60):
        bends = sample_bends(np.random.default_rng(seed))
        assert set(bends) <= set(rig.names)
        assert all(-25 < palm < 130 and abs(sideways) < 70 for palm, sideways in bends.values())
        reach.append(bend_hand(rig, bends)[:, 1].max())
    assert min(reach) < 10 < 14 < max(reach)


@pytest.mark.parametrize("content", [None, b"", b"glTF and no more", b"\0" * 200])
def test_a_missing_or_damaged_hand_is_named(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "left.glb"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(PlateError, match="left.glb"):
        load_hand(path)


def test_a_file_cut_off_is_named(tmp_path: Path, tiny_data: Path) -> None:
    path = tmp_path / "cut.glb"
    path.write_bytes((tiny_data / "occluders" / "tiny.glb").read_bytes()[:-5000])
    with pytest.raises(PlateError, match="cut.glb"):
        load_hand(path)
