"""Which network sees whom."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from fsgan_core.job.progress import Progress
from fsgan_core.training import tasks, validate_looking
from fsgan_core.training.datasets import Clip, load_clips
from fsgan_core.training.recipes import RECIPES
from fsgan_core.training.synthesis.prepared_clip import ClipMeta, prepare_clip, read_clip, write_clip
from fsgan_core.training.tasks import DataFolders, build_task
from fsgan_core.training.validate_looking import look_at_photos
from fsgan_core.weights.load import load_pack


@pytest.fixture(scope="module")
def mixed(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The painted people of `data`, and of each split one of MakeHuman and one who is real."""
    root = tmp_path_factory.mktemp("mixed")
    for folder in ("takes", "photos", "frozen"):
        (root / folder).mkdir()
        for path in (data / folder).iterdir():
            (root / folder / path.name).symlink_to(path)
    frame = read_clip(data / "takes" / "painted_0.npz").frame(1)
    for source in ("makehuman", "cong"):
        for split in ("train", "val"):
            meta = ClipMeta(f"{source}_{split}", source, "CC0-1.0", split)
            clip = prepare_clip(meta, np.zeros(100, np.float32), [frame] * 3)
            write_clip(root / "takes" / f"{source}_{split}.npz", clip)
    return root


@pytest.mark.parametrize(
    ("role", "seen"),
    [
        ("landmarks", {"t2i", "cong", "makehuman"}),
        ("segmentation", {"t2i", "cong", "makehuman"}),
        ("detector", {"t2i", "cong", "makehuman"}),
        ("features", {"t2i", "cong"}),
        ("identity", {"t2i", "cong"}),
        ("expression", {"t2i", "cong"}),
        ("reenactment", {"t2i"}),
        ("inpainting", {"t2i"}),
        ("blending", {"t2i"}),
    ],
)
def test_painted_people_are_for_what_finds_faces_and_real_ones_for_no_generator(
    mixed: Path, monkeypatch: pytest.MonkeyPatch, role: str, seen: set[str]
) -> None:
    sources: set[str] = set()

    def recording(folders: Sequence[Path], split: str, without: Sequence[str] = ()) -> list[Clip]:
        clips = load_clips(folders, split, without)
        sources.update(clip.meta.source for clip in clips)
        return clips

    monkeypatch.setattr(tasks, "load_clips", recording)
    recipe = next(one for name, one in RECIPES.items() if one.role == role and name.endswith("-tiny"))
    build_task(recipe, DataFolders(mixed))
    assert sources == seen


@pytest.mark.parametrize(("role", "left_out"), [("segmentation", True), ("landmarks", False), ("detector", False)])
def test_wrong_hair_labels_teach_segmentation_nothing_and_hinder_nobody_else(
    mixed: Path, monkeypatch: pytest.MonkeyPatch, role: str, left_out: bool
) -> None:
    monkeypatch.setattr(tasks, "UNSURE_HAIR", frozenset({"painted_1"}))
    make = build_task(RECIPES[f"{role}-tiny"], DataFolders(mixed)).make_sample(64, "train")
    assert isinstance(make, partial)
    sampler = make.args[0]
    for clips in (sampler.clips, sampler.photos):
        names = {clip.meta.name for clip in clips}
        assert "painted_0" in names and ("painted_1" not in names) is left_out


def test_people_whose_hair_labels_are_wrong_are_left_out_of_one_figure_alone(
    mixed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    photos = load_clips([mixed / "photos"], "val")
    monkeypatch.setattr(validate_looking, "UNSURE_HAIR", frozenset({photos[0].meta.name}))
    figures = {figure.what: figure for figure in look_at_photos(photos, load_pack("compact"), Progress())}
    assert figures["segmentation against face_pack labels, hair"].count == len(photos)
    assert figures["segmentation against face_pack labels, hair, without wrong labels"].count == len(photos) - 1
