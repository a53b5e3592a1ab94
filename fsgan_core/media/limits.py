"""The largest pictures that are read: checked in headers, before memory is taken for what a file claims."""

from __future__ import annotations

from fsgan_core.errors import PlateError

MOST_PIXELS = 400_000_000
"""20,000 x 20,000: five times an 8K by 8K scan."""
LONGEST_SIDE = 65_536
MOST_CHANNELS = 1024
MOST_PARTS = 1024
MOST_MOVIE_FRAMES = 1_000_000
"""Eleven hours at 24 frames a second."""


def check_picture_size(width: int, height: int, channels: int, path: str) -> None:
    """Refuse a picture that claims to be larger than any that is worked on.

    Raises:
        PlateError: It has no pixels, or too many pixels or channels.
    """
    if width < 1 or height < 1:
        raise PlateError(f"claims a size of {width}x{height} pixels. Render it again.", path=path)
    if width > LONGEST_SIDE or height > LONGEST_SIDE or width * height > MOST_PIXELS:
        raise PlateError(
            f"claims {width}x{height} pixels, and at most {MOST_PIXELS // 10**6} megapixels are read. Check the file.",
            path=path,
        )
    if channels > MOST_CHANNELS:
        raise PlateError(f"claims {channels} channels; at most {MOST_CHANNELS} are read. Check the file.", path=path)
