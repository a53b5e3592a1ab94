"""A rectangle of whole pixels, half-open: data windows, display windows, regions to paste."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Tuple


@dataclass(frozen=True)
class ImageWindow:
    """Pixels x0 <= x < x1, y0 <= y < y1, y down, in the coordinates of the display window.

    EXR headers store the last pixel inclusive; here x1 and y1 are one past it, so that width is x1 - x0.
    """

    x0: int
    y0: int
    x1: int
    y1: int

    @classmethod
    def of_size(cls, width: int, height: int) -> ImageWindow:
        """The window of `width` x `height` px whose top-left corner is (0, 0)."""
        return cls(0, 0, width, height)

    @property
    def width(self) -> int:
        """Width in px; 0 where the window is empty."""
        return max(0, self.x1 - self.x0)

    @property
    def height(self) -> int:
        """Height in px; 0 where the window is empty."""
        return max(0, self.y1 - self.y0)

    @property
    def is_empty(self) -> bool:
        """Whether no pixel lies inside."""
        return self.width == 0 or self.height == 0

    def contains(self, other: ImageWindow) -> bool:
        """Whether every pixel of `other` lies inside."""
        if other.is_empty:
            return True
        return self.x0 <= other.x0 and self.y0 <= other.y0 and other.x1 <= self.x1 and other.y1 <= self.y1

    def intersection(self, other: ImageWindow) -> ImageWindow:
        """The pixels inside both; an empty window where there are none."""
        x0, y0 = max(self.x0, other.x0), max(self.y0, other.y0)
        return ImageWindow(x0, y0, max(x0, min(self.x1, other.x1)), max(y0, min(self.y1, other.y1)))

    def union(self, other: ImageWindow) -> ImageWindow:
        """The smallest window that holds both; an empty one adds nothing."""
        if other.is_empty:
            return self
        if self.is_empty:
            return other
        x0, y0 = min(self.x0, other.x0), min(self.y0, other.y0)
        return ImageWindow(x0, y0, max(self.x1, other.x1), max(self.y1, other.y1))

    def moved(self, dx: int, dy: int) -> ImageWindow:
        """The window moved by (dx, dy) px."""
        return ImageWindow(self.x0 + dx, self.y0 + dy, self.x1 + dx, self.y1 + dy)

    def slices_in(self, outer: ImageWindow) -> Tuple[slice, slice]:
        """The (row, column) slices of this window in an array whose pixels fill `outer`.

        Raises:
            ValueError: The window reaches outside `outer`.
        """
        if not outer.contains(self):
            raise ValueError(f"{self} reaches outside {outer}")
        return slice(self.y0 - outer.y0, self.y1 - outer.y0), slice(self.x0 - outer.x0, self.x1 - outer.x0)
