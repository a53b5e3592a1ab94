"""Windows are half-open rectangles, y down."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fsgan_core.shot.image_window import ImageWindow

_windows = st.builds(ImageWindow, *[st.integers(-20, 20)] * 4)


def test_size_of_a_window_with_overscan() -> None:
    window = ImageWindow(-8, -8, 168, 98)
    assert (window.width, window.height, window.is_empty) == (176, 106, False)
    assert ImageWindow.of_size(160, 90) == ImageWindow(0, 0, 160, 90)


@given(_windows, _windows)
def test_intersection_and_union_hold_what_they_should(a: ImageWindow, b: ImageWindow) -> None:
    both, either = a.intersection(b), a.union(b)
    assert a.contains(both)
    assert b.contains(both)
    assert either.contains(a)
    assert either.contains(b)


@given(_windows, _windows, st.integers(-20, 20), st.integers(-20, 20))
def test_intersection_agrees_with_counting_pixels(a: ImageWindow, b: ImageWindow, x: int, y: int) -> None:
    def inside(window: ImageWindow) -> bool:
        return window.contains(ImageWindow(x, y, x + 1, y + 1))

    assert inside(a.intersection(b)) == (inside(a) and inside(b))


def test_slices_pick_the_window_out_of_an_array() -> None:
    outer, inner = ImageWindow(-2, -1, 4, 3), ImageWindow(0, 0, 2, 1)
    rows, columns = np.mgrid[-1:3, -2:4]
    assert rows[inner.slices_in(outer)].tolist() == [[0, 0]]
    assert columns[inner.slices_in(outer)].tolist() == [[0, 1]]
    with pytest.raises(ValueError, match="outside"):
        outer.slices_in(inner)


def test_moved_window_keeps_its_size() -> None:
    assert ImageWindow(0, 0, 3, 2).moved(5, -1) == ImageWindow(5, -1, 8, 1)
