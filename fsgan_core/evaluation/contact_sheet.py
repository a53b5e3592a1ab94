"""Pictures for people: a contact sheet of every stage, and plate and result side by side for a movie."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

_PAPER = 24
_INK = (210, 210, 210)
_GAP_PX = 6
_LABEL_PX = 26


def contact_sheet(rows: Sequence[Sequence[np.ndarray]], columns: Sequence[str], row_names: Sequence[str]) -> np.ndarray:
    """Tiles in a grid, columns named above, rows named at the left.

    Args:
        rows: R rows of C tiles (T, T, 3) uint8, all of one size.
        columns: C names.
        row_names: R names.

    Returns:
        (H, W, 3) uint8.
    """
    tile_height, tile_width = rows[0][0].shape[:2]
    left = _GAP_PX + max(_text_width(name) for name in row_names) + _GAP_PX
    height = _LABEL_PX + len(rows) * (tile_height + _GAP_PX) + _GAP_PX
    sheet = np.full((height, left + len(columns) * (tile_width + _GAP_PX), 3), _PAPER, np.uint8)
    for c, name in enumerate(columns):
        write_text(sheet, name, (left + c * (tile_width + _GAP_PX), _LABEL_PX - 8))
    for r, tiles in enumerate(rows):
        y = _LABEL_PX + r * (tile_height + _GAP_PX)
        write_text(sheet, row_names[r], (_GAP_PX, y + tile_height // 2))
        for c, tile in enumerate(tiles):
            x = left + c * (tile_width + _GAP_PX)
            sheet[y : y + tile_height, x : x + tile_width] = tile
    return sheet


def side_by_side(pictures: Sequence[np.ndarray], names: Sequence[str]) -> np.ndarray:
    """Pictures of one size next to each other, each with its name in a corner, cut to even sides as movies need.

    Args:
        pictures: K pictures (H, W, 3) uint8.
        names: K names.

    Returns:
        (H, K * W + gaps, 3) uint8.
    """
    height = pictures[0].shape[0]
    gap = np.full((height, _GAP_PX, 3), _PAPER, np.uint8)
    parts: list[np.ndarray] = []
    for picture, name in zip(pictures, names, strict=True):
        named = np.ascontiguousarray(picture)
        named = named.copy() if named is picture else named
        write_text(named, name, (10, height - 12))
        parts += [gap, named] if parts else [named]
    frame = np.concatenate(parts, 1)
    return np.ascontiguousarray(frame[: frame.shape[0] // 2 * 2, : frame.shape[1] // 2 * 2])


def write_text(picture: np.ndarray, text: str, corner: tuple[int, int]) -> None:
    """Writes text into a picture, its lower left corner at (x, y) px, with a shadow that keeps it legible."""
    for offset, color in ((1, (0, 0, 0)), (0, _INK)):
        place = (corner[0] + offset, corner[1] + offset)
        cv2.putText(picture, text, place, cv2.FONT_HERSHEY_SIMPLEX, 0.45, color, 1, cv2.LINE_AA)


def _text_width(text: str) -> int:
    (width, _), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, 0.45, 1)
    return int(width)
