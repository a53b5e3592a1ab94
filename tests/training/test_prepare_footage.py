"""`fsgan analyze`, `fsgan prepare`, `fsgan train` on frames of the bundled plates."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from typer.testing import CliRunner

from fsgan_core.cli.main import app
from fsgan_core.geometry.face_box import landmarks_to_box
from fsgan_core.shot.plate import Plate
from fsgan_core.training.datasets import load_clips
from fsgan_core.training.prepare_footage import analysis_names
from fsgan_core.training.synthesis.prepared_clip import read_clip
from fsgan_core.weights.load import PACKS


def fsgan(*arguments: str) -> str:
    done = CliRunner().invoke(app, list(arguments))
    assert done.exit_code == 0, done.output
    return done.output


@pytest.fixture(scope="module")
def footage(tmp_path_factory: pytest.TempPathFactory, sample_plates: Path) -> Path:
    """Two clips of plate a, one of plate b, five frames each, and what fsgan prepare makes of them."""
    root = tmp_path_factory.mktemp("footage")
    for name, plate, first in (("anna_1", "a", 1001), ("anna_2", "a", 1013), ("bert", "b", 1001)):
        for k in range(5):
            shutil.copy(sample_plates / plate / f"plate.{first + 2 * k}.exr", root / f"{name}.{k + 1:04d}.exr")
    analysis = root / "analyses" / "anna_1.npz"
    analysis.parent.mkdir()
    fsgan("analyze", str(root / "anna_1.%04d.exr"), "--out", str(analysis), "--device", "cpu")
    made = analysis.stat().st_mtime_ns
    clips = [str(root / f"{name}.%04d.exr") for name in ("anna_1", "anna_2", "bert")]
    limits = ["--view-distance-deg", "0", "--most-frames", "8", "--licence", "CC0-1.0 (AI-made)"]
    said = fsgan(
        "prepare", *clips, "--out", str(root / "data"), "--analyses", str(root / "analyses"), "--device", "cpu", *limits
    )
    assert analysis.stat().st_mtime_ns == made, f"the analysis that was there is used: {said}"
    assert "2 people" in said and "can be learned from" in said
    return root


def test_people_are_grouped_over_clips(footage: Path) -> None:
    clips = [read_clip(path) for path in sorted((footage / "data" / "takes").glob("*.npz"))]
    assert [clip.meta.origin["clips"] for clip in clips] == ["anna_1.%04d.exr, anna_2.%04d.exr", "bert.%04d.exr"]
    assert len(clips[0]) == 8 and 1 <= len(clips[1]) <= 5  # at most 8 of ten; nothing made up
    assert len(set(clips[0].take.tolist())) == 2 and not set(clips[0].take) & set(clips[1].take)
    assert sorted(clip.meta.split for clip in clips) == ["train", "val"]
    assert {clip.meta.licence for clip in clips} == {"CC0-1.0 (AI-made)"} and all(clip.photo.all() for clip in clips)


def test_pictures_and_labels_belong_together(footage: Path) -> None:
    """The picture is the plate's around the face, and masks and landmarks lie on it."""
    clip = read_clip(footage / "data" / "takes" / "footage_0002.npz")
    frame = clip.frame(0)
    assert frame.picture.shape == (320, 320, 3) and np.isfinite(frame.pose).all() and np.isnan(frame.expression).all()
    x0, y0, x1, y1 = landmarks_to_box(frame.landmarks)
    assert abs((x1 - x0) - 256 / 1.25) < 15 and abs((x0 + x1) / 2 - 160) < 12 and abs((y0 + y1) / 2 - 160) < 12
    hull = np.zeros((320, 320), np.uint8)
    cv2.fillConvexPoly(hull, cv2.convexHull(frame.landmarks.astype(np.int32)), 1)
    assert frame.face[hull > 0].mean() > 200
    skin = frame.picture[frame.face > 200].astype(float).mean(0)
    assert skin[0] > skin[1] > skin[2]  # RGB, and not scene-linear: a face is no dark thing
    assert skin.mean() > 60


def test_footage_trains_a_generator(footage: Path) -> None:
    frozen = footage / "data" / "frozen"
    frozen.mkdir()
    for role in ("features", "transformer"):
        shutil.copy(PACKS / "compact" / f"{role}.safetensors", frozen)
    threads = torch.get_num_threads()
    run = footage / "run"
    less = ("--images", "4", "--device", "cpu", "--threads", "1")
    fsgan("train", "inpainting-tiny", "--data", str(footage / "data"), "--out", str(run), *less)
    torch.set_num_threads(threads)
    assert json.loads((run / "log.jsonl").read_text().splitlines()[-1])["kind"] == "validation"
    assert len(load_clips([footage / "data" / "takes"], "val")) == 1


def test_clips_of_one_name_get_analyses_of_their_own() -> None:
    plates = [Plate(path, None, "", "", "") for path in ("x/take.%04d.exr", "y/take.####.exr", "z/other one.mov")]
    assert analysis_names(plates) == ["take.npz", "take_2.npz", "other_one.npz"]
