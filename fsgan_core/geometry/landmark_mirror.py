"""Landmarks of a mirrored face: the points swap sides, and so do their numbers."""

from __future__ import annotations

import numpy as np

_SWAPPED_PAIRS = (
    [(i, 32 - i) for i in range(16)]
    + list(zip(range(33, 42), (46, 45, 44, 43, 42, 50, 49, 48, 47), strict=True))
    + [(55, 59), (56, 58)]
    + list(zip(range(60, 68), (72, 71, 70, 69, 68, 75, 74, 73), strict=True))
    + [(76, 82), (77, 81), (78, 80), (87, 83), (86, 84), (88, 92), (89, 91), (95, 93), (96, 97)]
)


def mirror_landmarks(landmarks: np.ndarray, side: float) -> np.ndarray:
    """The landmarks of the face in the mirrored crop.

    Args:
        landmarks: (..., 98, 2) px, WFLW order.
        side: Width of the crop, px.

    Returns:
        (..., 98, 2) of the same dtype; mirroring twice gives the landmarks back.
    """
    mirrored = np.asarray(landmarks)[..., MIRRORED_LANDMARKS, :].copy()
    mirrored[..., 0] = side - mirrored[..., 0]
    return mirrored


def _mirror_order() -> np.ndarray:
    order = np.arange(98)
    for a, b in _SWAPPED_PAIRS:
        order[a], order[b] = b, a
    return order


MIRRORED_LANDMARKS = _mirror_order()
"""(98,) int: landmark i of a mirrored face is landmark MIRRORED_LANDMARKS[i] of the face itself."""
