"""Sheets and side-by-side frames hold every picture, unchanged but for its name."""

from __future__ import annotations

import numpy as np

from fsgan_core.evaluation.contact_sheet import contact_sheet, side_by_side


def flat(value: int, size: tuple[int, int] = (64, 64)) -> np.ndarray:
    return np.full((*size, 3), value, np.uint8)


def test_every_tile_is_on_the_sheet_in_its_place() -> None:
    values = np.array([[40, 60, 80], [100, 120, 140]])
    sheet = contact_sheet([[flat(v) for v in row] for row in values], ["plate", "matte", "result"], ["1001", "1002"])
    for value in values.ravel():
        assert (sheet == value).all(-1).sum() >= 64 * 64
    first, last = (np.argwhere((sheet == value).all(-1)).mean(0) for value in (40, 140))
    assert (first < last).all()


def test_side_by_side_has_even_sides_and_leaves_its_input_alone() -> None:
    pictures = [flat(50, (65, 81)), flat(90, (65, 81))]
    frame = side_by_side(pictures, ["plate", "result"])
    assert frame.shape[0] % 2 == 0
    assert frame.shape[1] % 2 == 0
    assert frame[10, 10, 0] == 50
    assert frame[10, -10, 0] == 90
    assert (pictures[0] == 50).all()
