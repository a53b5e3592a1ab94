from pathlib import Path

import numpy as np
import pytest

from fsgan_core.errors import PlateError
from fsgan_core.training.synthesis.makehuman_body import MakeHumanBody, load_makehuman


@pytest.fixture(scope="module")
def body(tiny_data: Path) -> MakeHumanBody:
    return load_makehuman(tiny_data / "makehuman" / "makehuman_head.npz")


def test_a_shape_is_the_neutral_body_plus_its_targets_in_centimetres(body: MakeHumanBody) -> None:
    kept = body.neutral.copy()
    shape = body.shape({"expression/units/asian/mouth-open": 0.5, "chin/chin-width-incr": 1.0})
    moved = shape - body.neutral
    # Targets are stored in half precision.
    np.testing.assert_allclose(moved.min(0), [0, -1.0, 0], atol=1e-3)
    np.testing.assert_allclose(moved.max(0), [0.01, 0, 0], atol=1e-3)
    np.testing.assert_array_equal(body.neutral, kept)


def test_an_unknown_target_is_refused(body: MakeHumanBody) -> None:
    with pytest.raises(KeyError):
        body.shape({"chin/chin-of-steel": 1.0})


def test_a_piece_follows_and_grows_with_the_body(body: MakeHumanBody) -> None:
    piece = body.worn["hair_short01"]
    own = piece.place(body.neutral)
    np.testing.assert_allclose(piece.place(body.neutral + [1, 2, 3]), own + [1, 2, 3], atol=1e-6)
    np.testing.assert_allclose(np.ptp(piece.place(body.neutral * 2), axis=0), 2 * np.ptp(own, axis=0), rtol=1e-5)


def test_seams_of_a_texture_get_a_vertex_each(body: MakeHumanBody) -> None:
    skin = body.skin
    assert len(skin.uv) == len(skin.vertex) and skin.triangles.max() == len(skin.vertex) - 1
    eyes = body.worn["eyes"].mesh
    assert len(np.unique(eyes.vertex)) == len(eyes.vertex)  # one place in the texture for all


@pytest.mark.parametrize("lacking", ["verts", "target_ptr", "eyes/ref"])
def test_a_damaged_file_is_named(tmp_path: Path, tiny_data: Path, lacking: str) -> None:
    with np.load(tiny_data / "makehuman" / "makehuman_head.npz") as whole:
        np.savez(tmp_path / "cut.npz", **{name: whole[name] for name in whole.files if name != lacking})
    with pytest.raises(PlateError, match="cut.npz"):
        load_makehuman(tmp_path / "cut.npz")
    with pytest.raises(PlateError, match="makehuman_head.npz"):
        load_makehuman(tmp_path / "nothing.npz")
