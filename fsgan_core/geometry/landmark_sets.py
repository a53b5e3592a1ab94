"""Sets of face landmarks beside the 98 of WFLW: the 68 of iBUG, which many networks know."""

from __future__ import annotations

import numpy as np

WFLW_AT_68: tuple[int, ...] = (
    *range(0, 33, 2), *range(33, 38), *range(42, 47), *range(51, 60),
    60, 61, 63, 64, 65, 67, 68, 69, 71, 72, 73, 75, *range(76, 96),
)  # fmt: skip
"""For each of the 68 landmarks the one of 98 at (or next to) its place: jaw, brows, nose, eyes, lips."""


_BETWEEN = {62: (37, 38), 66: (40, 41), 70: (43, 44), 74: (46, 47)}
"""Lids' middles of the 98: between two of the 68."""
_EYES_OF_68 = {96: range(36, 42), 97: range(42, 48)}
_LOWER_BROWS = {38: 21, 39: 20, 40: 19, 41: 18, 47: 25, 48: 24, 49: 23, 50: 22}
BROW_HEIGHT = 0.22
"""How far the lower edge of a brow lies from its upper one towards the eye's middle."""


def to_98() -> np.ndarray:
    """(98, 68): each of the 98 landmarks as a weighted sum of the 68.

    Two thirds are the same points. Jaw points between two of the 68 lie halfway, lids' middles likewise, pupils in the
    middle of their eye; the lower edge of a brow, which the 68 lack, lies a little towards the eye.
    """
    weights = np.zeros((98, 68))
    for index, place in enumerate(WFLW_AT_68):
        weights[place, index] = 1
    for place in range(1, 32, 2):
        weights[place, [place // 2, place // 2 + 1]] = 0.5
    for place, pair in _BETWEEN.items():
        weights[place, list(pair)] = 0.5
    for place, eye in _EYES_OF_68.items():
        weights[place, list(eye)] = 1 / 6
    for place, upper in _LOWER_BROWS.items():
        weights[place, upper] += 1 - BROW_HEIGHT
        weights[place] += BROW_HEIGHT * weights[96 if upper < 22 else 97]
    return weights
