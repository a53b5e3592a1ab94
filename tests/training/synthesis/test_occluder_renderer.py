from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("numba", reason="drawing needs numba (extra: train)")

from fsgan_core.errors import PlateError
from fsgan_core.job.progress import Progress
from fsgan_core.training.synthesis.environment_light import load_environments
from fsgan_core.training.synthesis.hand_rig import load_hand
from fsgan_core.training.synthesis.occluder_pictures import HAND, Occluder, read_occluders
from fsgan_core.training.synthesis.occluder_renderer import draw_occluder, write_random_occluders
from fsgan_core.training.synthesis.occluder_shapes import sample_object


@pytest.fixture(scope="module")
def drawn(tiny_data: Path) -> list[Occluder]:
    hands, places = [load_hand(tiny_data / "occluders" / "tiny.glb")], load_environments(tiny_data / "hdri")
    return [draw_occluder(np.random.default_rng(seed), hands, places) for seed in range(14)]


def test_there_are_hands_and_objects(drawn: list[Occluder]) -> None:
    kinds = [one.kind for one in drawn]
    assert HAND in kinds and len(set(kinds)) > 2


def test_an_arm_comes_from_below_and_its_hand_is_in_the_picture(drawn: list[Occluder]) -> None:
    below = []
    for one in drawn:
        if one.kind == HAND:
            hidden = one.opacity > 128
            assert 0.02 < hidden.mean() < 0.6
            assert not hidden[0].any()
            assert 0 < one.tip[0] < 192 and 0 < one.tip[1] < 150 and 10 < one.length < 150
            below.append(hidden[-1].any())
    assert np.mean(below) > 0.7  # an arm towards the camera ends in the picture


def test_the_skin_is_lit_and_its_colour_goes_on_beyond_its_edge(drawn: list[Occluder]) -> None:
    for one in drawn:
        solid = one.opacity > 250
        assert one.picture[solid].std() > 1
        rim = (one.opacity > 60) & (one.opacity < 200)
        assert one.picture[rim].mean() > 0.4 * one.picture[solid].mean()


def test_objects_have_their_fronts_outwards() -> None:
    kinds = set()
    for seed in range(40):
        kind, shape = sample_object(np.random.default_rng(seed))
        kinds.add(kind)
        a, b, c = (shape.vertices[shape.triangles[:, k]].astype(np.float64) for k in range(3))
        assert np.einsum("tk,tk->t", a, np.cross(b, c)).sum() > 0, kind  # six times the volume
        assert shape.albedo.shape == shape.vertices.shape and 0 < shape.albedo.min() <= shape.albedo.max() < 1
    assert kinds == {"phone", "cup", "microphone", "bar", "book", "bottle"}


def test_the_same_seed_gives_the_same_file(tmp_path: Path, tiny_data: Path) -> None:
    for name, seed in (("a.npz", 5), ("b.npz", 5), ("c.npz", 6)):
        folders = tiny_data / "occluders", tiny_data / "hdri"
        write_random_occluders(tmp_path / name, *folders, 2, seed, Progress())
    first, again, other = ((tmp_path / name).read_bytes() for name in ("a.npz", "b.npz", "c.npz"))
    assert first == again != other
    assert len(read_occluders(tmp_path / "a.npz")) == 2


def test_a_folder_without_hands_is_named(tmp_path: Path, tiny_data: Path) -> None:
    with pytest.raises(PlateError, match="glb"):
        write_random_occluders(tmp_path / "o.npz", tmp_path, tiny_data / "hdri", 1, 1, Progress())
