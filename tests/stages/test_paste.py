"""The matte and the pixel contract of the paste."""

from __future__ import annotations

import numpy as np
import pytest

from fsgan_core.geometry.crop_transform import CropTransform
from fsgan_core.stages.paste import border_for, paste, plate_to_crop_map, soft_erode

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


@pytest.mark.parametrize(
    "box", [(10.3, 7.7, 90.9, 88.3), (-20.5, -11.2, 50.1, 59.4), (20.2, 30.1, 40.9, 50.8), (80, 60, 150, 130)]
)
def test_result_is_blend_times_matte_plus_plate_and_the_plates_bits_outside(box: tuple[float, ...]) -> None:
    plate = noisy_plate(100, 120)
    transform = CropTransform.from_box(np.array(box), SIZE)
    blended = np.random.default_rng(1).uniform(-1, 40, (SIZE, SIZE, 3)).astype(np.float32)
    pasted = paste(plate, blended, soft_erode(disc(26), 10, 0.6, border_for(transform)), transform)
    x0, y0, x1, y1 = pasted.window
    under = plate[y0:y1, x0:x1]
    matte = pasted.matte[..., None]
    outside = pasted.matte == 0
    np.testing.assert_array_equal(pasted.result[outside].view(np.uint32), under[outside].view(np.uint32))
    expected = pasted.blended * matte + under * (1 - matte)
    np.testing.assert_allclose(pasted.result, expected, atol=0, rtol=0)
    assert pasted.matte.max() > 0.5
    # What is written in half reads back as what was computed with.
    np.testing.assert_array_equal(pasted.matte, pasted.matte.astype(np.float16))
    np.testing.assert_array_equal(pasted.blended, pasted.blended.astype(np.float16))


@pytest.mark.parametrize("side", [20.0, 64.0, 333.0])
def test_no_edge_of_the_crops_box_is_visible(side: float) -> None:
    transform = CropTransform.from_box(np.array([9.3, 8.6, 9.3 + side, 8.6 + side]), SIZE)
    full = soft_erode(np.ones((SIZE, SIZE), np.float32), 4, 0.6, border_for(transform))
    pasted = paste(np.zeros((360, 360, 3), np.float32), np.ones((SIZE, SIZE, 3), np.float32), full, transform)
    edge = np.concatenate([pasted.matte[0], pasted.matte[-1], pasted.matte[:, 0], pasted.matte[:, -1]])
    np.testing.assert_array_equal(edge, 0)
    assert pasted.matte.max() == 1


def test_crop_outside_the_plate_changes_nothing() -> None:
    transform = CropTransform.from_box(np.array([500.0, 500, 600, 600]), SIZE)
    pasted = paste(noisy_plate(50, 50), np.ones((SIZE, SIZE, 3), np.float32), disc(20), transform)
    assert pasted.result.size == 0


def test_nan_and_inf_of_the_plate_stay_outside_the_matte_and_go_inside() -> None:
    plate = noisy_plate(64, 64)
    plate[0, 0], plate[32, 32, 1], plate[33, 33] = np.nan, np.nan, np.inf
    transform = CropTransform.from_box(np.array([0.0, 0, 64, 64]), SIZE)
    pasted = paste(plate, np.full((SIZE, SIZE, 3), 0.5, np.float32), soft_erode(disc(20), 4, 0.6), transform)
    assert np.isnan(pasted.result[0, 0]).all()
    np.testing.assert_allclose(pasted.result[32, 32], 0.5)
    np.testing.assert_allclose(pasted.result[33, 33], 0.5)


def test_arguments_are_not_changed() -> None:
    plate, face = noisy_plate(64, 64), disc(20)
    before = plate.copy(), face.copy()
    transform = CropTransform.from_box(np.array([3.0, 3, 60, 60]), SIZE)
    paste(plate, np.ones((SIZE, SIZE, 3), np.float32), soft_erode(face, 4, 0.6), transform)
    np.testing.assert_array_equal(plate, before[0])
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
