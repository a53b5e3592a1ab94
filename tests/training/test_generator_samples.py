"""A target with somebody else's proportions: picture, masks and landmarks move together, and pose and light stay."""

from __future__ import annotations

import numpy as np

from fsgan_core.geometry.eye_opening import EYES
from fsgan_core.geometry.landmark_warp import MEAN_FACE, warp_to_landmarks
from fsgan_core.training.datasets import View
from fsgan_core.training.generator_samples import parts_mask, with_foreign_proportions

SIDE = 128


def view() -> View:
    """A frontal face whose pixels say where they are: x in red, y in green."""
    landmarks = (MEAN_FACE * SIDE).astype(np.float32)
    place = (np.arange(SIDE) * 255 / (SIDE - 1)).astype(np.uint8)
    rgb = np.dstack([np.tile(place, (SIDE, 1)), np.tile(place[:, None], (1, SIDE)), np.zeros((SIDE, SIDE), np.uint8)])
    face = np.zeros((SIDE, SIDE), np.uint8)
    face[40:110, 30:100] = 255
    return View(rgb, face, 255 - face, landmarks, np.zeros(3, np.float32), np.zeros(53, np.float32))


def test_picture_and_landmarks_move_together() -> None:
    before = view()
    after = with_foreign_proportions(before, np.random.default_rng(4))
    moved = np.linalg.norm(after.landmarks - before.landmarks, axis=1)
    assert 0.5 < moved.mean() < 0.1 * SIDE
    back = warp_to_landmarks(after.rgb.astype(np.float32), after.landmarks, before.landmarks)
    inside = before.face > 0
    assert np.abs(back - before.rgb)[inside].mean() < 0.3  # of 255
    assert np.abs(after.rgb.astype(float) - before.rgb)[inside].mean() > 0.8


def test_face_and_hair_still_fill_the_picture() -> None:
    after = with_foreign_proportions(view(), np.random.default_rng(4))
    assert np.abs(after.face.astype(int) + after.hair - 255).max() <= 1
    assert not np.array_equal(after.face, view().face)
    assert np.array_equal(after.pose, view().pose)


def test_the_same_draw_gives_the_same_target() -> None:
    first, second = (with_foreign_proportions(view(), np.random.default_rng(5)) for _ in range(2))
    assert np.array_equal(first.rgb, second.rgb) and np.array_equal(first.landmarks, second.landmarks)


def test_the_lid_of_a_shut_eye_counts_as_eye() -> None:
    landmarks = MEAN_FACE * 256
    shut = landmarks.copy()
    for first, last, lids in EYES:
        for upper, lower in lids:
            shut[upper] = shut[lower]
        lid = (landmarks[[upper for upper, _ in lids]].mean(0) + landmarks[[first, last]].mean(0)) / 2
        assert parts_mask(shut, 256)[0, int(lid[1]) - 3, int(lid[0])] == 1
    for mask in (parts_mask(shut, 256), parts_mask(landmarks, 256)):
        brow, cheek = landmarks[[35, 44]].astype(int), landmarks[[66, 74]].astype(int) + (0, 14)
        assert not mask[0][brow[:, 1], brow[:, 0]].any() and not mask[0][cheek[:, 1], cheek[:, 0]].any()
