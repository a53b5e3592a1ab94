"""Pixels that are no numbers are counted, and replaced only in a copy."""

from __future__ import annotations

import numpy as np
import pytest

from fsgan_core.color.non_finite import count_non_finite, without_non_finite


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_pixels_are_counted_once_however_many_channels_are_broken(dtype: type) -> None:
    picture = np.zeros((5, 6, 3), dtype)
    assert count_non_finite(picture) == 0
    picture[1, 1] = np.nan
    picture[2, 2, 0], picture[2, 3, 1] = np.inf, -np.inf
    assert count_non_finite(picture) == 3


def test_whole_numbers_are_always_finite() -> None:
    assert count_non_finite(np.full((4, 4, 3), 255, np.uint8)) == 0


def test_replacement_is_black_and_the_largest_half() -> None:
    picture = np.float32([[[np.nan, np.inf, -np.inf], [30.0, -0.1, 1.0]]])
    clean = without_non_finite(picture)
    assert clean[0, 0].tolist() == [0.0, 65504.0, -65504.0]
    np.testing.assert_array_equal(clean[0, 1], picture[0, 1])
    assert np.isnan(picture[0, 0, 0])
    assert without_non_finite(clean) is clean
