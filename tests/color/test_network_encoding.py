"""The networks' encoding is the sRGB curve inside [0, 1], goes on beyond it, and can be undone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fsgan_core.color.network_encoding import linear_to_network, network_to_linear

_light = st.floats(-1000.0, 1000.0, width=32)


@pytest.mark.parametrize(
    ("linear", "srgb"),
    [(0.0, 0.0), (0.0031308, 0.0404500), (0.18, 0.4613561), (0.2140411, 0.5), (0.5, 0.7353570), (1.0, 1.0)],
)
def test_known_values_of_the_srgb_curve(linear: float, srgb: float) -> None:
    assert linear_to_network(np.float32([linear]))[0] == pytest.approx(srgb * 2 - 1, abs=2e-6)  # float32 rounding


def test_highlights_go_on_with_the_slope_they_had_at_white() -> None:
    step = 1e-2
    below, white, above = linear_to_network(np.float32([1 - step, 1, 1 + step])).astype(float)
    assert white == 1.0
    assert above - white == pytest.approx(white - below, rel=2e-2)  # the curves differ only in the second order
    assert linear_to_network(np.float32([30]))[0] == pytest.approx(1 + 2 * 1.055 / 2.4 * np.log(30), rel=1e-6)


def test_values_below_black_mirror_those_above() -> None:
    light = np.float32([0.001, 0.1, 2.0])
    np.testing.assert_allclose(
        linear_to_network(-light) + 1, -(linear_to_network(light) + 1), atol=2e-7
    )  # float32 near -1


def test_picture_equals_its_values_one_by_one() -> None:
    picture = np.random.default_rng(1).normal(0.5, 2.0, (5, 7, 3)).astype(np.float32)
    one_by_one = np.float32([linear_to_network(value[None])[0] for value in picture.ravel()])
    np.testing.assert_array_equal(linear_to_network(picture), one_by_one.reshape(picture.shape))


@given(_light)
def test_round_trip_returns_the_light(light: float) -> None:
    back = float(network_to_linear(linear_to_network(np.float32([light])))[0])
    assert back == pytest.approx(light, rel=1e-4, abs=1e-8)  # 1e-8: one step of a float32 code near -1


def test_every_finite_half_is_closer_to_itself_than_to_its_neighbour_after_the_round_trip() -> None:
    halves = np.arange(65536, dtype=np.uint16).view(np.float16)
    halves = halves[np.isfinite(halves) & (np.abs(halves) <= 1000)]
    back = network_to_linear(linear_to_network(halves.astype(np.float32)))
    np.testing.assert_array_equal(back.astype(np.float16), halves)


@given(_light, _light)
def test_brighter_light_never_has_a_lower_code(a: float, b: float) -> None:
    low, high = sorted([np.float32(a), np.float32(b)])
    codes = linear_to_network(np.float32([low, high]))
    assert codes[0] <= codes[1]
    if high - low > 1e-3 * max(1.0, abs(low), abs(high)):
        assert codes[0] < codes[1]


def test_nan_and_infinity_stay_what_they_are() -> None:
    for convert in (linear_to_network, network_to_linear):
        out = convert(np.float32([np.nan, np.inf, -np.inf]))
        assert np.isnan(out[0])
        assert out[1] == np.inf
        assert out[2] == -np.inf


def test_argument_is_not_changed() -> None:
    light = np.float32([[-1, 0.5, 30]])
    linear_to_network(light)
    network_to_linear(light)
    np.testing.assert_array_equal(light, np.float32([[-1, 0.5, 30]]))
