"""What the detector is shown."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from fsgan_core.training.analysis_samples import FaceSampler
from fsgan_core.training.datasets import load_clips
from fsgan_core.training.detector_samples import MOST_FACES, _border_repeated, _window, detector_sample


def test_faces_of_all_sizes_lie_in_the_picture_and_apart(data: Path) -> None:
    sampler = FaceSampler(load_clips([data / "takes"], "train"), [], 0.0, 160)
    sides, none = [], 0
    for seed in range(60):
        sample = detector_sample(sampler, np.random.default_rng(seed))
        assert sample["picture"].shape == (3, 160, 160) and np.abs(sample["picture"]).max() <= 1
        assert sample["boxes"].shape == (MOST_FACES, 4)
        boxes = sample["boxes"][sample["boxes"][:, 2] > 0]
        none += len(boxes) == 0
        for box in boxes:
            cut = np.clip(box, 0, 160)
            assert (cut[2:] - cut[:2]).prod() >= 0.59 * (box[2:] - box[:2]).prod()
        sides += [box[2] - box[0] for box in boxes]
    assert none > 0 and min(sides) < 16 and max(sides) > 76


def test_same_seed_same_sample(data: Path) -> None:
    sampler = FaceSampler(load_clips([data / "takes"], "train"), [], 0.0, 96)
    first, again = (detector_sample(sampler, np.random.default_rng(3)) for _ in range(2))
    assert all(np.array_equal(first[name], again[name]) for name in first)


def test_a_small_picture_has_its_border_repeated() -> None:
    canvas = np.random.default_rng(0).random((40, 40, 3)).astype(np.float32)
    shown = _border_repeated(canvas, (10, 4, 30, 36))
    assert shown.shape == canvas.shape and np.array_equal(shown[4:36, 10:30], canvas[4:36, 10:30])
    assert np.array_equal(shown[0, :10], np.broadcast_to(canvas[4, 10], (10, 3)))
    windows = [_window(160, np.random.default_rng(seed)) for seed in range(50)]
    assert 10 < sum(window == (0, 0, 160, 160) for window in windows) < 45
    assert all(0 <= x0 < x1 <= 160 and 0 <= y0 < y1 <= 160 for x0, y0, x1, y1 in windows)
