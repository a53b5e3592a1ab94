"""The Cineon curve has Kodak's reference points and can be undone."""

from __future__ import annotations

import numpy as np
import pytest

from fsgan_core.color.cineon import cineon_to_linear, linear_to_cineon


@pytest.mark.parametrize(("code", "light"), [(95, 0.0), (685, 1.0), (470, 0.18319), (1023, 13.5217), (0, -0.00565)])
def test_known_code_values(code: int, light: float) -> None:
    assert cineon_to_linear(np.float32([code / 1023]))[0] == pytest.approx(light, abs=2e-4, rel=1e-4)


def test_every_code_returns() -> None:
    codes = np.arange(1024, dtype=np.float32) / 1023
    np.testing.assert_allclose(linear_to_cineon(cineon_to_linear(codes)), codes, atol=2e-5)  # a fiftieth of a code


def test_light_below_the_curve_is_code_zero_and_nan_stays() -> None:
    codes = linear_to_cineon(np.float32([-5.0, np.nan]))
    assert codes[0] == pytest.approx(0, abs=1e-6)
    assert np.isnan(codes[1])
