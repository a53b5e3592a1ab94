"""Sharpness: falls with blur, ignores light."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from fsgan_core.face.sharpness import face_sharpness
from fsgan_core.geometry.landmark_warp import MEAN_FACE

LANDMARKS = (MEAN_FACE * 256).astype(np.float32)


def textured() -> np.ndarray:
    noise = np.random.default_rng(0).random((256, 256, 3), np.float32)
    return cv2.GaussianBlur(noise, (0, 0), 1.0)


def test_motion_blur_lowers_it() -> None:
    sharp = textured()
    values = [face_sharpness(cv2.blur(sharp, (length, 1)), LANDMARKS) for length in (1, 5, 11, 21)]
    assert values == sorted(values, reverse=True)
    assert values[-1] < 0.7 * values[0]


def test_exposure_hardly_changes_it() -> None:
    sharp = textured() * 0.5
    assert face_sharpness(sharp * 0.5, LANDMARKS) == pytest.approx(face_sharpness(sharp, LANDMARKS), rel=0.02)


def test_flat_and_broken_faces_are_zero_not_nan() -> None:
    assert face_sharpness(np.full((256, 256, 3), 0.5), LANDMARKS) == 0
    assert face_sharpness(np.full((256, 256, 3), np.nan), LANDMARKS) == 0
    assert face_sharpness(textured(), np.full((98, 2), 300, np.float32)) == 0
