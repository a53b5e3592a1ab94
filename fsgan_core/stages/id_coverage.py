"""Who covers how much of a pixel, ranked as Cryptomatte stores it."""

from __future__ import annotations

import numpy as np

_INVISIBLE = 1 / 1024
_NEARNESS_POWER = 8


def shared_coverage(claims: np.ndarray, distances: np.ndarray) -> np.ndarray:
    """Several persons' claims to the same pixels made to agree: where two claim one, the nearer face has it.

    A segmentation sees every face that reaches into its crop, so a neighbour is claimed twice.

    Args:
        claims: (P, h, w, K) in [0, 1], probability of each of K classes (face, hair) as each person's crop sees it.
        distances: (P, h, w) from the middle of each person's face, in sizes of that face.

    Returns:
        (P, h, w, K) float32 in [0, 1]; nobody covers more than they claim, all together at most 1.
    """
    nearness = 1 / np.maximum(distances, 1e-3)[..., None] ** _NEARNESS_POWER
    weighted = claims * nearness
    share = weighted / np.maximum(weighted.sum(0), 1e-12)
    covered = np.minimum(share * claims.max(0), claims)
    covered = covered / np.maximum(covered.sum((0, 3), keepdims=True), 1.0)
    covered[covered < _INVISIBLE] = 0
    return np.asarray(covered, np.float32)


def rank_coverage(coverage: np.ndarray, ids: np.ndarray, levels: int) -> np.ndarray:
    """Coverage by name as ranks by pixel: the most covering name first.

    Args:
        coverage: (N, h, w) in [0, 1].
        ids: (N,) float32, the number of each name.
        levels: Levels of two ranks each; what covers less than that is left out.

    Returns:
        (h, w, 4 * levels) float32: id, coverage, id, coverage, ...; 0, 0 where nothing is left.
    """
    count, height, width = coverage.shape
    ranks = np.zeros((height, width, 2 * levels, 2), np.float32)
    order = np.argsort(-coverage, axis=0, kind="stable")[: 2 * levels]
    ranked = np.take_along_axis(coverage, order, 0)
    ranks[:, :, : min(count, 2 * levels), 0] = np.where(ranked > 0, np.asarray(ids, np.float32)[order], 0).transpose(
        1, 2, 0
    )
    ranks[:, :, : min(count, 2 * levels), 1] = ranked.transpose(1, 2, 0)
    return ranks.reshape(height, width, 4 * levels)
