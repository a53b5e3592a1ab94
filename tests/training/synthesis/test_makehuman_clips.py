from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("numba", reason="drawing needs numba (extra: train)")

from fsgan_core.errors import OutputError
from fsgan_core.job.progress import Progress
from fsgan_core.training.synthesis.makehuman_clips import sample_makehuman_expression, write_makehuman
from fsgan_core.training.synthesis.prepared_clip import read_clip
from fsgan_core.training.synthesis.settings import DataFolder


@pytest.fixture(scope="module")
def clips(tiny_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clips")
    write_makehuman(DataFolder(tiny_data), folder, (8, 2), 1, Progress())
    return folder


def test_a_clip_a_person_and_each_eighth_for_validation(clips: Path) -> None:
    splits = [read_clip(path).meta.split for path in sorted(clips.glob("makehuman_*.npz"))]
    assert splits == ["train"] * 7 + ["val"]


def test_a_clip_says_what_it_knows(clips: Path) -> None:
    clip = read_clip(clips / "makehuman_0002.npz")
    assert (clip.meta.source, clip.meta.licence, len(clip)) == ("makehuman", "CC0-1.0", 2)
    assert not clip.photo.any() and np.isfinite(clip.poses).all()
    assert np.isnan(clip.expression).all() and np.isnan(clip.identity).all()
    frame = clip.frame(0)
    assert frame.picture.shape == (320, 320, 3) and (frame.face > 200).sum() > 4000
    inside = (frame.landmarks > 0) & (frame.landmarks < 320)
    assert inside.all()


def test_the_same_seed_gives_the_same_bytes_and_keeps_what_is_there(
    clips: Path, tiny_data: Path, tmp_path: Path
) -> None:
    write_makehuman(DataFolder(tiny_data), tmp_path, (2, 2), 1, Progress())
    name = "makehuman_0001.npz"
    assert (tmp_path / name).read_bytes() == (clips / name).read_bytes()
    before = (tmp_path / name).stat().st_mtime_ns
    write_makehuman(DataFolder(tiny_data), tmp_path, (2, 2), 1, Progress())
    assert (tmp_path / name).stat().st_mtime_ns == before
    with pytest.raises(OutputError, match="another way"):
        write_makehuman(DataFolder(tiny_data), tmp_path, (2, 3), 1, Progress())


def test_expressions_are_the_same_on_both_sides() -> None:
    names = ["eye-left-closure", "eye-right-closure", "eyebrows-left-up", "eyebrows-right-up", "mouth-open"]
    seen = set()
    for seed in range(80):
        weights = sample_makehuman_expression(np.random.default_rng(seed), names)
        seen |= set(weights)
        for name, weight in weights.items():
            assert 0 <= weight <= 1
            if "left" in name:
                assert weights[name.replace("left", "right")] == weight
    assert seen == set(names)
