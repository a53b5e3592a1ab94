"""Crops out of the plate and back: exact positions, averages, borders, round trips."""

from __future__ import annotations

import numpy as np
import pytest

from fsgan_core.geometry.crop_transform import CropTransform
from fsgan_core.geometry.resample import crop_picture, crop_to_plate, resize_picture


def ramp(height: int, width: int) -> np.ndarray:
    """(H, W, 2) float32 whose value at a pixel centre is its (x, y)."""
    y, x = np.mgrid[0:height, 0:width] + 0.5
    return np.stack([x, y], -1).astype(np.float32)


def crop_of(box: list[float], size: int, aspect: float = 1.0) -> CropTransform:
    return CropTransform.from_box(np.array(box, float), size, aspect)


def test_crop_at_its_own_size_is_the_picture() -> None:
    picture = np.random.default_rng(0).random((40, 50, 3), np.float32)
    np.testing.assert_array_equal(crop_picture(picture, crop_of([5, 7, 25, 27], 20)), picture[7:27, 5:25])


@pytest.mark.parametrize("kernel", ["cubic", "linear"])
@pytest.mark.parametrize(("box", "size"), [([20.3, 15.8, 60.3, 55.8], 64), ([10.37, 12.11, 90.37, 92.11], 32)])
def test_a_ramp_keeps_its_sub_pixel_coordinates(kernel: str, box: list[float], size: int) -> None:
    crop = crop_of(box, size)
    got = crop_picture(ramp(120, 130), crop, kernel)
    centres = np.mgrid[0:size, 0:size][::-1].transpose(1, 2, 0) + 0.5
    # Enlarging is exact on a ramp up to float32; a stretched kernel is off by hundredths of a plate pixel.
    np.testing.assert_allclose(got, crop.to_plate(centres), atol=2e-4 if size > 60 else 0.02)


def test_half_pixel_motion_moves_the_crop_by_half_a_pixel() -> None:
    picture = ramp(100, 100)
    first = crop_picture(picture, crop_of([20, 20, 60, 60], 128))
    second = crop_picture(picture, crop_of([20.5, 20, 60.5, 60], 128))
    np.testing.assert_allclose(second[..., 0] - first[..., 0], 0.5, atol=1e-4)


def test_shrinking_averages_instead_of_picking() -> None:
    stripes = np.zeros((64, 256, 1), np.float32)
    stripes[:, ::2] = 1
    shrunk = crop_picture(np.repeat(stripes, 4, 0)[:256], crop_of([32, 32, 224, 224], 24))
    np.testing.assert_allclose(shrunk, 0.5, atol=0.02)


def test_outside_the_picture_its_border_is_repeated() -> None:
    picture = ramp(32, 32)
    crop = crop_picture(picture, crop_of([-32, -32, 32, 32], 64))
    np.testing.assert_allclose(crop[40, :30], np.tile([0.5, 8.5], (30, 1)), atol=1e-4)
    np.testing.assert_allclose(crop[32:, 32:], picture, atol=1e-5)
    np.testing.assert_allclose(crop_picture(picture, crop_of([100, 100, 140, 140], 16)), 31.5, atol=1e-4)
    assert crop_picture(np.zeros((0, 9, 3)), crop_of([0, 0, 8, 8], 4)).tolist() == np.zeros((4, 4, 3)).tolist()


def test_anamorphic_circle_is_round_in_the_crop() -> None:
    y, x = np.mgrid[0:200, 0:200] + 0.5
    disc = ((((x - 100) * 2) ** 2 + (y - 100) ** 2) < 60**2).astype(np.float32)[..., None]
    crop = crop_picture(disc, crop_of([50, 20, 130, 180], 256, aspect=2.0))[..., 0] > 0.5
    height, width = crop.any(1).sum(), crop.any(0).sum()
    assert abs(int(height) - int(width)) <= 2


def test_linear_kernel_stays_in_range_and_cubic_keeps_flat_superwhites() -> None:
    picture = np.random.default_rng(1).choice([0.0, 32.0], (50, 50, 1)).astype(np.float32)
    crop = crop_picture(picture, crop_of([10.2, 10.2, 30.2, 30.2], 64), "linear")
    assert crop.min() >= 0
    assert crop.max() <= 32.001
    np.testing.assert_allclose(crop_picture(np.full((50, 50, 1), 32.0), crop_of([10, 10, 30, 30], 99)), 32, rtol=1e-5)


def test_more_channels_equal_one_channel_each() -> None:
    picture = np.random.default_rng(2).random((60, 70, 4), np.float32)
    crop = crop_of([11.3, 9.1, 51.3, 49.1], 33)
    single = [crop_picture(picture[..., c : c + 1], crop) for c in range(4)]
    np.testing.assert_allclose(crop_picture(picture, crop), np.concatenate(single, -1), atol=1e-6)


def test_the_picture_is_not_changed() -> None:
    picture = np.random.default_rng(2).random((60, 70, 3), np.float32)
    before = picture.copy()
    crop_picture(picture, crop_of([11.3, 9.1, 51.3, 49.1], 33))
    np.testing.assert_array_equal(picture, before)


@pytest.mark.parametrize("side", [50.3, 300.7])
def test_back_in_the_plate_a_ramp_lies_where_it_was(side: float) -> None:
    picture = ramp(400, 420)
    crop = crop_of([40.6, 30.2, 40.6 + side, 30.2 + side], 256)
    patch, (x0, y0, x1, y1) = crop_to_plate(crop_picture(picture, crop), crop, (400, 420))
    inner = slice(4, -4)
    np.testing.assert_allclose(patch[inner, inner], picture[y0:y1, x0:x1][inner, inner], atol=0.02)
    assert patch.shape == (y1 - y0, x1 - x0, 2)


def test_paste_covers_only_what_the_crop_shows() -> None:
    crop = crop_of([-20, -20, 44, 44], 64)
    patch, window = crop_to_plate(np.ones((64, 64, 1), np.float32), crop, (100, 100))
    assert window == (0, 0, 44, 44)
    np.testing.assert_allclose(patch, 1, atol=1e-6)


def test_paste_into_a_given_window_repeats_the_border_and_is_cut_to_the_plate() -> None:
    crop = crop_of([10, 10, 20, 20], 10)
    patch, window = crop_to_plate(np.full((10, 10, 1), 3.0, np.float32), crop, (40, 40), window=(-5, 5, 60, 25))
    assert window == (0, 5, 40, 25)
    np.testing.assert_allclose(patch, 3, atol=1e-5)


def test_paste_of_a_crop_outside_the_plate_is_empty() -> None:
    patch, (x0, y0, x1, y1) = crop_to_plate(np.ones((8, 8, 3), np.float32), crop_of([90, 0, 98, 8], 8), (50, 50))
    assert patch.size == 0
    assert patch.shape == (y1 - y0, x1 - x0, 3)


def test_resize_keeps_the_mean_and_never_leaves_the_range() -> None:
    picture = np.random.default_rng(3).random((65, 97, 3), np.float32)
    for size in ((16, 24), (130, 194), (1, 1)):
        small = resize_picture(picture, size)
        assert small.shape == (*size, 3)
        assert small.min() >= 0
        assert small.max() <= 1.0001
    # The tent reaches over the border of a cell, so a random picture's mean moves a little.
    np.testing.assert_allclose(resize_picture(picture, (16, 24)).mean(), picture.mean(), atol=0.01)
