"""What was not changed goes back as it came, in the plate's own colorspace."""

from __future__ import annotations

import numpy as np
import pytest

from fsgan_core.color.plate_color import PlateColor
from fsgan_core.errors import JobError


@pytest.mark.parametrize("colorspace", ["lin_rec709_scene", "ACEScg", "ACEScct"])
def test_plate_of_floats_is_its_own_result(colorspace: str) -> None:
    native = np.random.default_rng(0).normal(0.5, 3, (8, 9, 3)).astype(np.float16)
    native[0, 0] = np.nan
    color = PlateColor.of(colorspace, native.dtype)
    assert color.plate_in_result(native) is native
    assert color.result == colorspace


@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
def test_plate_of_whole_numbers_becomes_light(dtype: str) -> None:
    native = np.random.default_rng(0).integers(0, np.iinfo(dtype).max, (8, 9, 3)).astype(dtype)
    color = PlateColor.of("srgb_rec709_scene", native.dtype)
    np.testing.assert_array_equal(color.plate_in_result(native), color.to_working(native))
    assert color.to_result(color.to_working(native)) is not None
    light = color.to_working(native)
    np.testing.assert_array_equal(color.to_result(light), light)


def test_made_pixels_meet_the_plate_in_its_colorspace() -> None:
    native = np.random.default_rng(0).uniform(0, 4, (8, 9, 3)).astype(np.float32)
    color = PlateColor.of("ACEScg", native.dtype)
    np.testing.assert_allclose(color.to_result(color.to_working(native)), native, rtol=1e-5, atol=1e-5)


def test_unknown_colorspace_is_refused_before_any_pixel() -> None:
    with pytest.raises(JobError, match="no colorspace"):
        PlateColor.of("ACESgc", np.dtype(np.float16))
