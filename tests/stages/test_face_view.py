"""A view mirrored and rolled: picture, landmarks and pose stay together."""

from __future__ import annotations

import numpy as np
import pytest

from fsgan_core.geometry.landmark_warp import MEAN_FACE
from fsgan_core.stages.face_view import FaceView, flip_view, roll_view

SIZE = 128


def view_with_blobs(points: list[tuple[float, float]], roll: float = 0.0) -> FaceView:
    """A smooth blob at each point, which are also its first landmarks."""
    y, x = np.mgrid[0:SIZE, 0:SIZE] + 0.5
    blobs = sum(np.exp(-((x - px) ** 2 + (y - py) ** 2) / 18) for px, py in points)
    picture = np.repeat(blobs[..., None], 3, 2).astype(np.float32) * 2 - 1
    landmarks = (MEAN_FACE * SIZE).astype(np.float32)
    landmarks[: len(points)] = points
    return FaceView(picture, landmarks, np.array([10, 5, roll], np.float32), 1)


def brightest_point(picture: np.ndarray) -> np.ndarray:
    """(2,) x, y of the mean of what is bright."""
    weight = np.clip(picture[..., 0], 0, None)
    y, x = np.mgrid[0:SIZE, 0:SIZE] + 0.5
    return np.array([(weight * x).sum(), (weight * y).sum()]) / weight.sum()


def test_flip_moves_landmarks_with_the_picture_and_negates_yaw_and_roll() -> None:
    view = view_with_blobs([(30.0, 50.0)], roll=7.0)
    flipped = flip_view(view)
    np.testing.assert_allclose(flipped.landmarks[32], brightest_point(flipped.picture), atol=0.05)
    np.testing.assert_allclose(flipped.pose, [-10, 5, -7])
    assert flipped.origin == "flipped"


def test_flip_twice_is_the_view() -> None:
    view = view_with_blobs([(30.0, 50.0)])
    twice = flip_view(flip_view(view))
    np.testing.assert_array_equal(twice.picture, view.picture)
    np.testing.assert_allclose(twice.landmarks, view.landmarks, atol=1e-4)


@pytest.mark.parametrize("roll", [-25.0, 3.0, 40.0])
def test_roll_carries_picture_and_landmarks_alike(roll: float) -> None:
    rolled = roll_view(view_with_blobs([(80.0, 50.0)], roll=5.0), roll)
    np.testing.assert_allclose(rolled.landmarks[0], brightest_point(rolled.picture), atol=0.1)
    assert rolled.pose[2] == np.float32(roll)


def test_positive_roll_turns_clockwise() -> None:
    right_of_middle = view_with_blobs([(SIZE / 2 + 30.0, SIZE / 2)])
    turned = roll_view(right_of_middle, 90.0)
    np.testing.assert_allclose(turned.landmarks[0], [SIZE / 2, SIZE / 2 + 30], atol=1e-3)


def test_roll_of_the_view_itself_changes_no_bit() -> None:
    view = view_with_blobs([(80.0, 50.0)], roll=5.0)
    assert roll_view(view, 5.0) is view


def test_arguments_are_not_changed() -> None:
    view = view_with_blobs([(80.0, 50.0)])
    before = view.picture.copy(), view.landmarks.copy(), view.pose.copy()
    flip_view(view)
    roll_view(view, 20.0)
    for now, then in zip((view.picture, view.landmarks, view.pose), before, strict=True):
        np.testing.assert_array_equal(now, then)
