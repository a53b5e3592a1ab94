"""Pixels that are no numbers: NaN and infinity, which renders sometimes hold and networks must never see."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

_LARGEST_HALF = 65504.0


def count_non_finite(pixels: NDArray[Any]) -> int:
    """How many pixels of (H, W, C) hold NaN or infinity in any channel; 0 for whole numbers.

    The plate keeps such pixels outside the matte, bit for bit; this is for the message that says so.
    """
    if pixels.dtype.kind != "f":
        return 0
    broken = ~np.isfinite(pixels)
    return int(np.count_nonzero(broken.any(axis=-1))) if broken.any() else 0


def without_non_finite(rgb: NDArray[np.float32]) -> NDArray[np.float32]:
    """`rgb` with NaN as black and infinity as the largest half, +-65504; `rgb` itself where all is finite."""
    if np.isfinite(rgb).all():
        return rgb
    return np.nan_to_num(rgb, nan=0.0, posinf=_LARGEST_HALF, neginf=-_LARGEST_HALF)
