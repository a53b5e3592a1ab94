"""Another expression of the same face: mouth, jaw and lids move, nothing else."""

from __future__ import annotations

import numpy as np
import pytest

from fsgan_core.geometry.landmark_warp import MEAN_FACE
from fsgan_core.training.other_expression import other_expression

LANDMARKS = (MEAN_FACE * 256).astype(np.float32)
STILL = np.concatenate([np.arange(0, 7), np.arange(26, 60)])
"""Upper jaw line, brows and nose."""


def many() -> list[np.ndarray]:
    return [other_expression(LANDMARKS, np.random.default_rng(k)) for k in range(60)]


def gap(points: np.ndarray) -> float:
    return float(np.linalg.norm(points[94] - points[90]))


def test_nose_brows_and_temples_stay() -> None:
    assert all(np.allclose(points[STILL], LANDMARKS[STILL], atol=1e-3) for points in many())


def test_corners_of_the_eyes_stay() -> None:
    corners = [60, 64, 68, 72]
    assert all(np.allclose(points[corners], LANDMARKS[corners], atol=1e-3) for points in many())


def test_mouths_are_shut_and_wide_open() -> None:
    width = float(np.linalg.norm(LANDMARKS[82] - LANDMARKS[76]))
    shares = [gap(points) / width for points in many()]
    assert min(shares) < 0.05
    assert 0.35 < max(shares) < 0.5


def test_both_lids_do_the_same_and_nearly_meet_at_times() -> None:
    def opening(points: np.ndarray, upper: int, lower: int) -> float:
        return float(points[lower, 1] - points[upper, 1])

    ratios = []
    for points in many():
        left, right = (opening(points, *lids) / opening(LANDMARKS, *lids) for lids in ((62, 66), (70, 74)))
        assert left == pytest.approx(right, rel=0.02)
        ratios.append(left)
    assert min(ratios) < 0.35 and max(ratios) > 1.0


def test_the_jaw_goes_with_the_lower_lip() -> None:
    for points in many():
        assert (points[16, 1] - LANDMARKS[16, 1]) * (points[94, 1] - LANDMARKS[94, 1]) >= -1e-3


@pytest.mark.parametrize("turn_deg", [30.0, 180.0])
def test_a_rolled_face_moves_alike(turn_deg: float) -> None:
    cos, sin = np.cos(np.radians(turn_deg)), np.sin(np.radians(turn_deg))
    turn = np.array([[cos, -sin], [sin, cos]])
    upright, rolled = (other_expression(p, np.random.default_rng(4)) for p in (LANDMARKS, LANDMARKS @ turn.T))
    assert np.allclose(upright @ turn.T, rolled, atol=1e-2)


def test_the_landmarks_given_stay_as_they_are() -> None:
    before = LANDMARKS.copy()
    other_expression(LANDMARKS, np.random.default_rng(0))
    assert np.array_equal(before, LANDMARKS)
