"""The side that a view hides comes from its mirror image, in the colours of the view; the rest stays as it is."""

from __future__ import annotations

import cv2
import numpy as np

from fsgan_core.geometry.landmark_warp import MEAN_FACE, WarpTarget, warp_to_landmarks
from fsgan_core.geometry.mirrored_warp import warp_with_mirror

SIDE = 256
FACE = MEAN_FACE * SIDE
FAR, NEAR = np.s_[110:170, 64:100], np.s_[110:170, 156:192]
"""Both cheeks of the mean face."""


def turned(share: float = 0.1) -> np.ndarray:
    """The face turned until its image-left half is squeezed to a tenth, or to another share."""
    points = FACE.copy()
    left = points[:, 0] < 128
    points[left, 0] = 128 - (128 - points[left, 0]) * share
    return points


def symmetric_picture() -> np.ndarray:
    picture = cv2.GaussianBlur(np.random.default_rng(0).random((SIDE, SIDE, 3), np.float32), (0, 0), 3) * 4 - 2
    return (picture + picture[:, ::-1]) / 2


def test_a_view_that_shows_the_face_is_only_warped() -> None:
    picture, smaller = symmetric_picture(), (FACE - 128) * 0.9 + 128
    for points in (FACE, smaller):
        np.testing.assert_array_equal(
            warp_with_mirror(picture, FACE, points), warp_to_landmarks(picture, FACE, points)
        )


def test_the_hidden_cheek_is_the_other_one_mirrored() -> None:
    picture = symmetric_picture()
    view = warp_to_landmarks(picture, FACE, turned())
    plain, completed = warp_to_landmarks(view, turned(), FACE), warp_with_mirror(view, turned(), FACE)
    errors = [np.abs(made - picture)[FAR].mean() for made in (plain, completed)]
    assert errors[1] < 0.25 * errors[0]
    np.testing.assert_allclose(completed[NEAR], plain[NEAR], atol=1e-6)


def test_the_mirrored_cheek_takes_the_light_of_the_view() -> None:
    """Lit from the image-left: what is mirrored must not bring the other side's shadow."""
    light = np.broadcast_to(np.linspace(1, -1, SIDE, dtype=np.float32)[:, None], (SIDE, SIDE, 3))
    view = warp_to_landmarks(np.ascontiguousarray(light), FACE, turned(0.2))
    completed = warp_with_mirror(view, turned(0.2), FACE)
    assert np.abs(completed - light)[FAR].max() < 0.1 < np.abs(light[:, ::-1] - light)[FAR].min()


def test_a_patch_counts_by_its_area_and_by_its_side() -> None:
    target = WarpTarget(FACE, (SIDE, SIDE))
    own, mirrored, face = target.shown_share(turned()), target.shown_share(FACE), target.face
    assert own[150, 80] < 0.2
    assert np.all(mirrored[face] > 0.99)
    assert np.all(own[:10] == 1)  # beyond the head
    assert face[150, 128]
    assert not face[10, 128]
    behind = target.shown_share(FACE * [-1, 1] + [SIDE, 0])
    assert np.all(behind[face] < 0)
