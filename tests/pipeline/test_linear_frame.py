"""A frame in the numbers of the result: what networks see of it, and the light that goes round them."""

from __future__ import annotations

import numpy as np
import pytest

from fsgan_core.color.ocio import from_working
from fsgan_core.color.plate_color import PlateColor
from fsgan_core.geometry.crop_transform import CropTransform
from fsgan_core.media.plate_frame import PictureHeader, PlateFrame
from fsgan_core.pipeline.linear_frame import LinearFrame, crop_visible, light_beyond_visible
from fsgan_core.shot.image_window import ImageWindow


def frame_of(pixels: np.ndarray, colorspace: str = "lin_rec709_scene") -> LinearFrame:
    window = ImageWindow.of_size(pixels.shape[1], pixels.shape[0])
    frame = PlateFrame(1, "plate.exr", pixels, None, PictureHeader(window, window))
    return LinearFrame(frame, pixels, PlateColor.of(colorspace, pixels.dtype))


def test_a_crop_of_the_whole_frame_is_the_frame() -> None:
    pixels = np.random.default_rng(0).random((32, 32, 3)).astype(np.float32)
    crop = crop_visible(frame_of(pixels), CropTransform.from_box(np.array([0.0, 0, 32, 32]), 32))
    np.testing.assert_allclose(crop, pixels, atol=1e-6)


@pytest.mark.parametrize("box", [(5.3, 7.1, 25.3, 27.1), (-10, -12, 20, 18), (30, 20, 70, 60), (-9, -9, 60, 60)])
def test_a_crop_reads_only_its_part_and_gets_the_same(box: tuple[float, ...]) -> None:
    from fsgan_core.geometry.resample import crop_picture

    pixels = np.random.default_rng(1).random((48, 56, 3)).astype(np.float32)
    transform = CropTransform.from_box(np.array(box), 24)
    expected = np.clip(crop_picture(pixels, transform), 0, 1)
    np.testing.assert_allclose(crop_visible(frame_of(pixels), transform), expected, atol=1e-6)


def test_a_crop_outside_the_frame_is_black() -> None:
    transform = CropTransform.from_box(np.array([100.0, 100, 120, 120]), 24)
    np.testing.assert_array_equal(crop_visible(frame_of(np.ones((16, 16, 3), np.float32)), transform), 0)


def test_a_highlight_leaves_no_dark_ring() -> None:
    pixels = np.full((32, 32, 3), 0.25, np.float16)
    pixels[16, 16] = 30
    crop = crop_visible(frame_of(pixels), CropTransform.from_box(np.array([8.0, 8, 24, 24]), 64))
    assert crop.min() > 0.18
    assert crop.max() <= 1


def test_nan_is_black_and_infinity_white_and_the_frame_stays() -> None:
    pixels = np.full((16, 16, 3), 0.5, np.float32)
    pixels[4, 4], pixels[8, 8] = np.nan, np.inf
    before = pixels.copy()
    crop = crop_visible(frame_of(pixels), CropTransform.from_box(np.array([0.0, 0, 16, 16]), 16))
    assert np.isfinite(crop).all()
    assert crop[4, 4].max() < 0.01
    assert crop[8, 8].min() > 0.99
    np.testing.assert_array_equal(pixels, before)


def test_visible_and_beyond_make_the_light() -> None:
    light = np.array([[[-0.1, 0.5, 30.0], [0.0, 1.0, 1.5]]], np.float32)
    beyond = light_beyond_visible(frame_of(light), (0, 0, 2, 1))
    np.testing.assert_allclose(beyond, [[[-0.1, 0, 29], [0, 0, 0.5]]], atol=1e-6)


def test_beyond_is_light_of_the_working_space() -> None:
    light = np.array([[[2.0, 0.5, 0.25]]], np.float32)
    stored = from_working(light, "ACEScg")
    beyond = light_beyond_visible(frame_of(stored, "ACEScg"), (0, 0, 1, 1))
    np.testing.assert_allclose(beyond, [[[1.0, 0, 0]]], atol=1e-5)


def test_beyond_of_broken_pixels_is_finite() -> None:
    broken = np.array([[[np.nan, np.inf, -np.inf]]], np.float32)
    np.testing.assert_allclose(light_beyond_visible(frame_of(broken), (0, 0, 1, 1)), [[[0, 65503, -65504]]])
