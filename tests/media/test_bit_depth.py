"""Half floats keep what they can hold, and what is finite stays finite."""

from __future__ import annotations

import numpy as np

from fsgan_core.media.bit_depth import to_half


def test_halves_keep_their_bits() -> None:
    every = np.arange(65536, dtype=np.uint16).view(np.float16)
    np.testing.assert_array_equal(to_half(every).view(np.uint16), every.view(np.uint16))


def test_half_of_a_float_is_the_nearest_one() -> None:
    assert to_half(np.float32([1.0, 30.0, -0.1, 0.00048])).tolist() == [
        1.0,
        30.0,
        -0.0999755859375,
        0.0004799365997314453,
    ]


def test_overflow_stops_at_the_largest_half_but_infinity_and_nan_stay() -> None:
    halves = to_half(np.float32([[1e6, -1e6, 65504.0], [np.inf, -np.inf, np.nan]]))
    assert halves[0].tolist() == [65504.0, -65504.0, 65504.0]
    assert halves[1, 0] == np.inf
    assert halves[1, 1] == -np.inf
    assert np.isnan(halves[1, 2])
