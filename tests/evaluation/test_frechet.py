"""The Fréchet distance of known Gaussians."""

from __future__ import annotations

import numpy as np
import pytest

from fsgan_core.evaluation.frechet import frechet_distance


def test_equal_sets_are_at_zero() -> None:
    values = np.random.default_rng(0).normal(0, 1, (200, 4))
    assert frechet_distance(values, values) == pytest.approx(0, abs=1e-4)


def test_shift_and_scale_give_the_closed_form() -> None:
    values = np.random.default_rng(1).normal(0, 1, (20000, 3))
    # |mu|^2 + 3 (sigma1 - sigma2)^2, up to sampling
    assert frechet_distance(values, values + 2.0) == pytest.approx(12.0, rel=0.02)
    assert frechet_distance(values, values * 3) == pytest.approx(3 * 4, rel=0.05)


def test_fewer_pictures_than_features_is_finite() -> None:
    rng = np.random.default_rng(2)
    assert np.isfinite(frechet_distance(rng.normal(0, 1, (5, 30)), rng.normal(1, 1, (6, 30))))
    assert np.isnan(frechet_distance(rng.normal(0, 1, (1, 3)), rng.normal(0, 1, (5, 3))))
