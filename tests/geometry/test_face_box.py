"""The face box follows the head, and the crop follows the box."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fsgan_core.geometry.face_box import CROP_SCALE, FOREHEAD, box_to_crop_box, landmarks_to_box
from fsgan_core.geometry.landmark_warp import MEAN_FACE

FACE = MEAN_FACE * 256


def turned(points: np.ndarray, angle_deg: float) -> np.ndarray:
    """Points turned clockwise in the picture around the origin."""
    cos, sin = np.cos(np.radians(angle_deg)), np.sin(np.radians(angle_deg))
    return points @ np.array([[cos, sin], [-sin, cos]])


def centre_of(box: np.ndarray) -> np.ndarray:
    return (box[:2] + box[2:]) / 2


def test_upright_face_by_hand() -> None:
    """Chin at 0.8995, highest brow at 0.2882: 0.6113 high, with the forehead 0.79469, which is more than its width."""
    x0, x1 = 0.5 - 0.79469 / 2, 0.5 + 0.79469 / 2
    y0, y1 = 0.2882 - 0.30 * 0.6113, 0.8995
    assert landmarks_to_box(MEAN_FACE) == pytest.approx([x0, y0, x1, y1], abs=1e-6)


def test_wide_face_gets_its_width() -> None:
    wide = FACE * (2, 1)
    box = landmarks_to_box(wide)
    assert box[2] - box[0] == pytest.approx(np.ptp(wide[:, 0]), rel=1e-6)
    assert box[3] - box[1] == pytest.approx(box[2] - box[0], rel=1e-6)


def test_box_is_float32_and_leaves_the_landmarks_alone() -> None:
    landmarks = FACE.copy()
    assert landmarks_to_box(landmarks).dtype == np.float32
    assert np.array_equal(landmarks, FACE)


def test_the_top_of_the_box_lies_above_the_brows() -> None:
    box = landmarks_to_box(FACE)
    brow, chin = FACE[33:51, 1].min(), FACE[16, 1]
    assert brow - box[1] == pytest.approx(FOREHEAD * (chin - brow), rel=1e-5)


@settings(max_examples=30, deadline=None)
@given(st.floats(-180, 180))
def test_box_turns_with_the_head(angle_deg: float) -> None:
    """A tilted head has a box of the same size, and its centre turns with it."""
    upright, tilted = landmarks_to_box(FACE), landmarks_to_box(turned(FACE, angle_deg))
    assert tilted[2] - tilted[0] == pytest.approx(upright[2] - upright[0], rel=1e-5)
    assert centre_of(tilted) == pytest.approx(turned(centre_of(upright), angle_deg), abs=1e-3)


@settings(max_examples=30, deadline=None)
@given(st.floats(0.05, 20), st.floats(-3000, 3000), st.floats(-3000, 3000))
def test_box_moves_and_grows_with_the_face(scale: float, x: float, y: float) -> None:
    expected = landmarks_to_box(FACE) * scale + np.array([x, y, x, y])
    assert landmarks_to_box(FACE * scale + (x, y)) == pytest.approx(expected, abs=2e-3)


def test_collapsed_landmarks_give_an_empty_box_not_nan() -> None:
    box = landmarks_to_box(np.full((98, 2), 40.0))
    assert np.isfinite(box).all()
    assert np.array_equal(box[:2], box[2:])


def test_crop_by_hand() -> None:
    assert CROP_SCALE == 1.25
    assert box_to_crop_box(np.array([100, 50, 180, 130])) == pytest.approx([90, 40, 190, 140])


def test_crop_of_an_oblong_box_is_a_square_over_its_longer_side() -> None:
    assert box_to_crop_box(np.array([0, 0, 40, 80])) == pytest.approx([20 - 50, 40 - 50, 20 + 50, 40 + 50])


def test_crops_of_many_boxes_equal_one_at_a_time() -> None:
    corner = np.random.default_rng(0).uniform(-100, 2000, (3, 4, 2))
    boxes = np.concatenate([corner, corner + np.random.default_rng(1).uniform(1, 300, (3, 4, 2))], -1)
    together = box_to_crop_box(boxes)
    alone = np.stack([np.stack([box_to_crop_box(box) for box in row]) for row in boxes])
    assert together.shape == (3, 4, 4) and together.dtype == np.float32
    assert np.array_equal(together, alone)
