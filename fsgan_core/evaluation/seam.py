"""Seam: whether the edge of the swapped face shows."""

from __future__ import annotations

import numpy as np


def seam_visibility(result: np.ndarray, plate: np.ndarray, matte: np.ndarray) -> float:
    """How much steeper the result is than the plate along the soft edge of the matte.

    A perfect blend has no more gradient there than the plate had; a colour step or a hard matte adds some.

    Args:
        result: (h, w, 3) display values in [0, 1].
        plate: (h, w, 3) likewise.
        matte: (h, w) in [0, 1].

    Returns:
        Mean excess gradient over the pixels where the matte is neither 0 nor 1, in 8-bit display code values per pixel;
        0 where there is no such pixel.
    """
    edge = (matte > 0) & (matte < 1)
    if not edge.any():
        return 0.0
    excess = np.clip(_steepness(result) - _steepness(plate), 0, None)
    return 255 * float(excess[edge].mean())


def _steepness(picture: np.ndarray) -> np.ndarray:
    """(h, w) length of the gradient, mean over channels."""
    down, right = np.gradient(np.asarray(picture, np.float64), axis=(0, 1))
    return np.hypot(down, right).mean(-1)
