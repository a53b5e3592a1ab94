"""Mirrored landmarks: sides swap, twice is nothing, the symmetric mean face stays."""

from __future__ import annotations

import numpy as np

from fsgan_core.geometry.landmark_mirror import MIRRORED_LANDMARKS, mirror_landmarks
from fsgan_core.geometry.landmark_warp import MEAN_FACE


def test_mirroring_twice_gives_the_landmarks_back() -> None:
    points = np.random.default_rng(0).uniform(0, 256, (3, 98, 2)).astype(np.float32)
    np.testing.assert_allclose(mirror_landmarks(mirror_landmarks(points, 256), 256), points, atol=1e-4)
    assert sorted(MIRRORED_LANDMARKS.tolist()) == list(range(98))


def test_mean_face_is_its_own_mirror_image() -> None:
    np.testing.assert_allclose(mirror_landmarks(MEAN_FACE, 1.0), MEAN_FACE, atol=2e-3)


def test_chin_stays_and_eyes_swap() -> None:
    assert MIRRORED_LANDMARKS[16] == 16
    assert MIRRORED_LANDMARKS[96] == 97
    assert MIRRORED_LANDMARKS[60] == 72
