"""Half floats: the numbers that a result is stored in."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

LARGEST_HALF = 65504.0


def to_half(pixels: NDArray[Any]) -> NDArray[np.float16]:
    """`pixels` as half floats: halves keep their bits, others are rounded to the nearest half.

    A finite value beyond the largest half (65504) becomes that one rather than infinity; infinity and NaN stay.
    """
    if pixels.dtype == np.float16:
        return pixels
    with np.errstate(over="ignore"):
        halves = pixels.astype(np.float16)
    overflowed = np.isinf(halves)
    if overflowed.any():
        overflowed &= np.isfinite(pixels)
        halves[overflowed] = np.copysign(np.float16(LARGEST_HALF), pixels[overflowed])
    return halves
