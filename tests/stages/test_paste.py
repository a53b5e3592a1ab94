"""The matte and the pixel contract of the paste."""

from __future__ import annotations

import numpy as np
import pytest

from fsgan_core.geometry.crop_transform import CropTransform
from fsgan_core.stages.paste import border_for, paste, place_matte, plate_to_crop_map, round_to, soft_erode

SIZE = 64


def disc(radius: float, size: int = SIZE) -> np.ndarray:
    y, x = np.mgrid[0:size, 0:size] + 0.5 - size / 2
    return (np.hypot(x, y) <= radius).astype(np.float32)


def noisy_plate(height: int, width: int, seed: int = 0) -> np.ndarray:
    """A half plate with values from -0.1 to 30."""
    rng = np.random.default_rng(seed)
    plate = rng.uniform(-0.1, 1, (height, width, 3))
    plate[rng.random((height, width)) < 0.02] = 30.0
    return plate.astype(np.float16).astype(np.float32)


def test_edge_lies_inside_the_face_and_reaches_one() -> None:
    face = disc(24)
    matte = soft_erode(face, 10.0, 0.6)
    assert matte[face == 0].max() == 0
    assert matte[SIZE // 2, SIZE // 2] == 1
    profile = matte[SIZE // 2, SIZE // 2 :]
    assert (np.diff(profile) <= 0).all()
    assert ((profile > 0.02) & (profile < 0.98)).sum() >= 4


def test_softer_and_higher_threshold_give_less_matte() -> None:
    settings = (2, 0.6), (10, 0.6), (20, 0.6), (20, 1.0)
    areas = [soft_erode(disc(24), soft_px, threshold).sum() for soft_px, threshold in settings]
    assert areas == sorted(areas, reverse=True)


def test_empty_mask_gives_an_empty_finite_matte() -> None:
    matte = soft_erode(np.zeros((SIZE, SIZE), np.float32), 10.0, 0.6)
    np.testing.assert_array_equal(matte, 0)


def test_a_tiny_face_is_not_scaled_up() -> None:
    assert soft_erode(disc(3), 10.0, 0.6).max() < 0.5


def test_full_mask_reaches_zero_before_the_crops_border() -> None:
    matte = soft_erode(np.ones((SIZE, SIZE), np.float32), 10.0, 0.6)
    border = np.concatenate([matte[:3].ravel(), matte[-3:].ravel(), matte[:, :3].ravel(), matte[:, -3:].ravel()])
    np.testing.assert_array_equal(border, 0)
    assert matte[SIZE // 2, SIZE // 2] == 1


@pytest.mark.parametrize("soft_px", [0.0, 0.5, 1.0, 3.3, 64.0])
@pytest.mark.parametrize("threshold", [0.0, 0.5, 1.0])
def test_matte_stays_in_range_for_all_settings(soft_px: float, threshold: float) -> None:
    matte = soft_erode(disc(20), soft_px, threshold)
    assert matte.min() >= 0
    assert matte.max() <= 1
    assert np.isfinite(matte).all()


@pytest.mark.parametrize("stored", [np.float16, np.float32])
def test_result_is_front_times_matte_plus_plate_and_the_plates_bits_outside(stored: type) -> None:
    under = noisy_plate(SIZE, SIZE).astype(np.float16)
    front = round_to(np.random.default_rng(1).uniform(-1, 40, (SIZE, SIZE, 3)), stored)
    matte = round_to(soft_erode(disc(26), 10, 0.6), stored)
    result = paste(under, front, matte, stored)
    assert result.dtype == stored
    outside, weight = matte == 0, matte[..., None]
    np.testing.assert_array_equal(result[outside], under[outside].astype(stored))
    np.testing.assert_array_equal(result, (front * weight + under.astype(np.float32) * (1 - weight)).astype(stored))


def test_nan_of_any_bits_stays_outside_the_matte_and_goes_inside() -> None:
    under = noisy_plate(SIZE, SIZE).astype(np.float16)
    under.view(np.uint16)[0, 0] = 0x7D01
    under[32, 32, 1], under[33, 33] = np.nan, np.inf
    matte = round_to(soft_erode(disc(20), 4, 0.6), np.float16)
    result = paste(under, np.full((SIZE, SIZE, 3), 0.5, np.float32), matte)
    assert (result.view(np.uint16)[0, 0] == 0x7D01).all()
    np.testing.assert_allclose(result[32, 32], 0.5)
    np.testing.assert_allclose(result[33, 33], 0.5)


def test_an_overflowing_front_stays_finite() -> None:
    front = round_to(np.full((4, 4, 3), 1e6), np.float16)
    assert np.isfinite(paste(np.zeros((4, 4, 3), np.float16), front, np.ones((4, 4), np.float32))).all()


@pytest.mark.parametrize("side", [20.0, 64.0, 333.0])
def test_no_edge_of_the_crops_box_is_visible(side: float) -> None:
    transform = CropTransform.from_box(np.array([9.3, 8.6, 9.3 + side, 8.6 + side]), SIZE)
    full = soft_erode(np.ones((SIZE, SIZE), np.float32), 4, 0.6, border_for(transform))
    placed = place_matte(full, transform, (360, 360), np.float16)
    np.testing.assert_array_equal(np.concatenate([placed[0], placed[-1], placed[:, 0], placed[:, -1]]), 0)
    assert placed.max() == 1
    assert placed.min() == 0


def test_a_crop_outside_the_plate_has_no_matte() -> None:
    transform = CropTransform.from_box(np.array([500.0, 500, 600, 600]), SIZE)
    assert place_matte(disc(20), transform, (50, 50), np.float16).size == 0


def test_arguments_are_not_changed() -> None:
    under, face, front = noisy_plate(SIZE, SIZE), disc(20), np.ones((SIZE, SIZE, 3), np.float32)
    before = under.copy(), face.copy()
    paste(under, front, soft_erode(face, 4, 0.6))
    np.testing.assert_array_equal(under, before[0])
    np.testing.assert_array_equal(face, before[1])


def test_st_map_says_where_a_plate_pixel_lies_in_the_crop() -> None:
    transform = CropTransform.from_box(np.array([10.0, 20, 74, 84]), SIZE)
    st_map = plate_to_crop_map(transform, (10, 20, 74, 84))
    np.testing.assert_allclose(st_map[0, 0], [0.5 / 64, 1 - 0.5 / 64], atol=1e-6)
    np.testing.assert_allclose(st_map[63, 63], [63.5 / 64, 0.5 / 64], atol=1e-6)
    assert st_map.dtype == np.float32


def test_st_map_follows_non_square_pixels() -> None:
    transform = CropTransform.from_box(np.array([10.0, 20, 42, 84]), SIZE, pixel_aspect=2.0)
    st_map = plate_to_crop_map(transform, (10, 20, 42, 84))
    np.testing.assert_allclose(st_map[0, :2, 0], [1 / 64, 3 / 64], atol=1e-6)
