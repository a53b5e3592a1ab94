"""Patches of one eye with their labels."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import torch

from fsgan_core.geometry.eye_opening import EYES
from fsgan_core.geometry.landmark_warp import MEAN_FACE
from fsgan_core.networks.eye_refiner import LEFT_EYE, _grid, eye_frames
from fsgan_core.training.analysis_samples import FaceSampler
from fsgan_core.training.datasets import Clip, View, load_clips
from fsgan_core.training.eye_samples import eye_patch, eye_sample, rough_eye
from fsgan_core.training.synthesis.prepared_clip import read_clip


def view() -> View:
    """A mean face of 200 px with a white dot on each point of the left eye."""
    landmarks = (MEAN_FACE * 200).astype(np.float32)
    rgb = np.zeros((200, 200, 3), np.uint8)
    for x, y in landmarks[list(LEFT_EYE)]:
        cv2.circle(rgb, (int(x * 16 - 8), int(y * 16 - 8)), 16, (255, 255, 255), -1, cv2.LINE_AA, 4)
    empty = np.zeros((0, 0), np.uint8)
    return View(rgb, empty, empty, landmarks, np.zeros(3, np.float32), np.zeros(53, np.float32))


def test_labels_lie_on_what_they_name_in_the_patch() -> None:
    one = view()
    for seed in range(4):
        rng = np.random.default_rng(seed)
        sample = eye_patch(one, rough_eye(one.landmarks[list(LEFT_EYE)], rng), np.random.default_rng(0))
        patch = cv2.GaussianBlur(sample["eye"].mean(0), (0, 0), 1.0)
        inside = (sample["eye_points"] + 1) * 32 - 0.5
        values = [patch[int(round(y)), int(round(x))] for x, y in inside if 0 <= x < 63.5 and 0 <= y < 63.5]
        assert len(values) == 9 and np.mean(values) > patch.mean() + 3 * patch.std() / 2


def test_training_and_inference_cut_the_same_patch() -> None:
    one = view()
    found = one.landmarks[list(LEFT_EYE)].astype(np.float64)
    origin, axes = eye_frames(torch.from_numpy(found / 200)[None])
    shown = torch.from_numpy(one.rgb.astype(np.float32).transpose(2, 0, 1)[None] / 127.5 - 1)
    seen = torch.nn.functional.grid_sample(
        shown, _grid(origin.float(), axes.float()), padding_mode="border", align_corners=False
    )[0]

    patch = eye_patch(one, found, np.random.default_rng(3))["eye"]
    # Light changes brightness, not places.
    assert np.corrcoef(patch.mean(0).ravel(), seen.mean(0).numpy().ravel())[0, 1] > 0.9


def test_rough_eyes_are_off_and_open() -> None:
    points = (MEAN_FACE * 200)[list(LEFT_EYE)]
    shut = points.copy()
    shut[[7, 6, 5]] = shut[[1, 2, 3]]
    made = [rough_eye(shut, np.random.default_rng(seed)) for seed in range(50)]
    gaps = [np.mean(one[[7, 6, 5], 1] - one[[1, 2, 3], 1]) for one in made]
    assert np.mean(gaps) > 0.05 * np.linalg.norm(points[4] - points[0])
    assert np.std([one[0] for one in made], axis=0).min() > 0.5


def test_samples_are_the_same_for_a_seed(data: Path) -> None:
    sampler = FaceSampler(load_clips([data / "takes"], "train"), load_clips([data / "photos"], "train"), 0.3, 128)
    first, second = (eye_sample(sampler, np.random.default_rng(5)) for _ in range(2))
    assert all(np.array_equal(first[name], second[name]) for name in first)
    assert first["eye"].shape == (3, 64, 64) and first["eye_points"].shape == first["eye_found"].shape == (9, 2)


def test_eyes_whose_lids_cross_teach_nothing(data: Path) -> None:
    stored = [read_clip(path) for path in sorted((data / "takes").glob("*.npz"))[:2]]
    for _, _, lids in EYES:
        for upper, lower in lids:
            crossed = stored[0].landmarks[:, [upper, lower]]
            stored[0].landmarks[:, [lower, upper]] = crossed
    clips = [Clip(one) for one in stored]
    assert not len(clips[0].shut)
    sampler = FaceSampler(clips, [], 0.0, 128)
    gaps = []
    for seed in range(30):
        points = eye_sample(sampler, np.random.default_rng(seed))["eye_points"]
        gaps.append(float(np.mean(points[[7, 6, 5], 1] - points[[1, 2, 3], 1])))
    assert np.mean(np.array(gaps) > 0) > 0.9
