"""Faces without holes, and without hair along their edge."""

from __future__ import annotations

import numpy as np

from fsgan_core.stages.face_mask import clear_of_hair, solid_face

SIZE = 64


def disc(radius: float, centre: tuple[float, float] = (32, 32)) -> np.ndarray:
    y, x = np.mgrid[0:SIZE, 0:SIZE] + 0.5
    return (np.hypot(x - centre[0], y - centre[1]) <= radius).astype(np.float32)


def test_a_hole_inside_the_face_is_filled() -> None:
    face = disc(24) * (1 - 0.9 * disc(5))
    filled = solid_face(face)
    assert filled[disc(24) > 0].min() >= 0.95
    np.testing.assert_array_equal(filled[disc(24) == 0], 0)


def test_a_shallow_dip_is_filled_too() -> None:
    assert solid_face(disc(24) * (1 - 0.4 * disc(5)))[32, 32] >= 0.95


def test_what_reaches_the_face_from_outside_stays_out() -> None:
    face = disc(24)
    face[30:34, :34] = 0  # a finger from the left
    np.testing.assert_array_equal(solid_face(face), face)


def test_empty_and_full_masks_stay() -> None:
    np.testing.assert_array_equal(solid_face(np.zeros((SIZE, SIZE))), 0)
    np.testing.assert_array_equal(solid_face(np.ones((SIZE, SIZE))), 1)


def test_it_is_never_lower_and_keeps_soft_edges() -> None:
    y, x = np.mgrid[0:SIZE, 0:SIZE] + 0.5 - SIZE / 2
    face = np.clip((24 - np.hypot(x, y)) / 8 + 0.5, 0, 1).astype(np.float32)
    np.testing.assert_array_equal(solid_face(face), face)


def test_a_strip_along_the_hair_is_no_face() -> None:
    face, hair = np.zeros((2, SIZE, SIZE), np.float32)
    face[20:], hair[:20] = 1, 1
    clear = clear_of_hair(face, hair)
    assert clear[20:23].max() == 0
    assert clear[25:].min() == 1


def test_a_face_without_hair_stays() -> None:
    face = disc(24)
    np.testing.assert_array_equal(clear_of_hair(face, np.zeros_like(face)), face)
