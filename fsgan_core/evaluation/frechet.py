"""Fréchet distance between two sets of faces, on our own face features: the statistics of FID, not its network."""

from __future__ import annotations

import numpy as np
from scipy.linalg import sqrtm


def frechet_distance(first: np.ndarray, second: np.ndarray) -> float:
    """How unlike two sets of features are (Heusel et al. 2017): means and covariances of both.

    The figure is no FID of the literature, which is measured on Inception features; it compares results measured by
    the same features only, and needs many more pictures than features to be steady. Covariances of few pictures are
    drawn towards their diagonal, by one part in the number of pictures.

    Args:
        first: (N, F), N >= 2.
        second: (M, F), M >= 2.

    Returns:
        0 for equal statistics; NaN for fewer than two pictures.
    """
    if len(first) < 2 or len(second) < 2:
        return float("nan")
    means = [np.asarray(x, np.float64).mean(0) for x in (first, second)]
    a, b = (_covariance(x) for x in (first, second))
    root = sqrtm(a @ b)
    return float(max(0.0, ((means[0] - means[1]) ** 2).sum() + np.trace(a + b - 2 * np.real(root))))


def _covariance(values: np.ndarray) -> np.ndarray:
    full = np.cov(np.asarray(values, np.float64), rowvar=False)
    share = 1.0 / len(values)
    return np.asarray((1 - share) * full + share * np.diag(np.diag(full)) + 1e-8 * np.eye(len(full)))
