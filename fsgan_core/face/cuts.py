"""Where a new shot begins inside a run of frames, seen on thumbnails of it."""

from __future__ import annotations

import numpy as np

from fsgan_core.color.network_encoding import linear_to_network
from fsgan_core.face.network_input import visible_range
from fsgan_core.geometry.resample import resize_picture

THUMBNAIL_SIZE = (18, 32)
"""Height, width, px. Small enough that a talking head or grain changes little, a new picture nearly everything."""
CUT_CHANGE = 0.35
"""Change from which a frame may be a cut: 0 is the same picture, 1 an unrelated one."""
CUT_RATIO = 3.0
"""A cut changes the picture at least this many times as much as the frames around it (a fast pan does not)."""
UNRELATED_CHANGE = 0.8
"""Change that is a cut whatever happens around it: a folder of stills is nothing but cuts."""
NEIGHBOUR_FRAMES = 3
FLASH_CHANGE = 0.15
"""Two frames around an odd one that differ by less than this belong together: a flash is no cut."""


def picture_thumbnail(picture: np.ndarray) -> np.ndarray:
    """A picture as small as a cut needs.

    Args:
        picture: (H, W, 3) scene-linear; NaN and Inf allowed.

    Returns:
        (18, 32, 3) uint8.
    """
    # Every few pixels are enough here, and reading all of a 4K frame again is not cheap.
    step = max(1, min(picture.shape[:2]) // 128)
    small = resize_picture(visible_range(picture[::step, ::step]), THUMBNAIL_SIZE)
    return np.round((np.clip(linear_to_network(small), -1, 1) + 1) * 127.5).astype(np.uint8)


def find_cuts(thumbnails: np.ndarray) -> np.ndarray:
    """The frames that begin a new shot.

    Args:
        thumbnails: (N, h, w, 3) uint8, successive frames.

    Returns:
        (N,) bool; the first frame is False. A single frame that differs from two like ones around it (a flash, a broken
        frame) is not a cut.
    """
    count = len(thumbnails)
    cuts = np.zeros(count, bool)
    changes = np.zeros(count)
    changes[1:] = [picture_change(thumbnails[i - 1], thumbnails[i]) for i in range(1, count)]
    for index in map(int, np.flatnonzero(changes >= CUT_CHANGE)):
        around = np.arange(max(1, index - NEIGHBOUR_FRAMES), min(count, index + NEIGHBOUR_FRAMES + 1))
        typical = float(np.median(changes[around[around != index]])) if len(around) > 1 else 0.0
        stands_out = changes[index] >= max(CUT_RATIO * typical, CUT_CHANGE) or changes[index] >= UNRELATED_CHANGE
        cuts[index] = stands_out and not _is_flash(thumbnails, index)
    return cuts


def picture_change(before: np.ndarray, after: np.ndarray) -> float:
    """How unlike two thumbnails are, whatever their brightness.

    Args:
        before: (h, w, 3) uint8.
        after: (h, w, 3) uint8.

    Returns:
        0 for the same picture, about 1 for unrelated ones, at most 2.
    """
    a, b = (picture.astype(np.float64) / 255 for picture in (before, after))
    a, b = a - a.mean((0, 1)), b - b.mean((0, 1))
    grain = a.size * 0.02**2
    return float(((a - b) ** 2).sum() / ((a**2).sum() + (b**2).sum() + grain))


def _is_flash(thumbnails: np.ndarray, index: int) -> bool:
    """Whether the frame, or the one before it, is a single odd one between two like frames."""
    odd_here = index + 1 < len(thumbnails) and (
        picture_change(thumbnails[index - 1], thumbnails[index + 1]) < FLASH_CHANGE
    )
    odd_before = index >= 2 and picture_change(thumbnails[index - 2], thumbnails[index]) < FLASH_CHANGE
    return odd_here or odd_before
