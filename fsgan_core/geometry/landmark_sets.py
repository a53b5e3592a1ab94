"""Sets of face landmarks beside the 98 of WFLW: the 68 of iBUG, which many networks know."""

from __future__ import annotations

WFLW_AT_68: tuple[int, ...] = (
    *range(0, 33, 2), *range(33, 38), *range(42, 47), *range(51, 60),
    60, 61, 63, 64, 65, 67, 68, 69, 71, 72, 73, 75, *range(76, 96),
)  # fmt: skip
"""For each of the 68 landmarks the one of 98 at (or next to) its place: jaw, brows, nose, eyes, lips."""
