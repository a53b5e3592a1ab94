"""Text for Nuke, read back by a real Tcl: positions, curves, quoting."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from fsgan_core.exports.nuke_text import curve, curves, node, number, quoted, read_node, to_nuke


def test_centre_of_the_top_left_pixel_is_that_of_nuke() -> None:
    """Nuke: bottom left pixel has its centre at 0.5, 0.5; so the top left one of 1080 rows at 0.5, 1079.5."""
    np.testing.assert_array_equal(to_nuke(np.array([0.5, 0.5]), 1080), [0.5, 1079.5])
    np.testing.assert_array_equal(to_nuke(np.array([1919.5, 1079.5]), 1080), [1919.5, 0.5])
    np.testing.assert_array_equal(to_nuke(np.array([0.0, 0.0]), 1080), [0, 1080])


@given(arrays(np.float64, (3, 2), elements=st.floats(-1e5, 1e5)), st.integers(1, 8192))
def test_turning_over_twice_changes_nothing(points: np.ndarray, height: int) -> None:
    np.testing.assert_allclose(to_nuke(to_nuke(points, height), height), points, atol=1e-9)


@settings(deadline=None, max_examples=30)
@given(st.dictionaries(st.integers(-5000, 5000), st.floats(-1e5, 1e5), min_size=1, max_size=20))
def test_curve_reads_back(curve_of: Any, real_tcl: Any, keys: dict[int, float]) -> None:
    (cell,) = real_tcl.read_words(curve(keys, "K"))
    back = curve_of(cell)
    assert list(back) == sorted(keys)
    assert all(back[frame] == pytest.approx(keys[frame], abs=1e-4) for frame in keys)


def test_frames_that_follow_each_other_are_not_numbered() -> None:
    assert curve({1001: 10, 1002: 10.5, 1003: 11, 1010: 20}) == "{curve x1001 10 10.5 11 x1010 20}"
    assert curves({1: 1.0}, {1: 2.0}) == "{{curve x1 1} {curve x1 2}}"
    assert [number(value) for value in (3840.12345, -0.00001, 100.0)] == ["3840.1235", "0", "100"]


@settings(deadline=None, max_examples=50)
@given(st.text(st.characters(blacklist_categories=["Cs", "Cc"])))
def test_quoted_text_is_text_and_nothing_else(real_tcl: Any, text: str) -> None:
    """One word to Tcl, and after that still nothing that a knob would evaluate."""
    (read,) = real_tcl.read_nodes(node("Dot", "D", [("label", quoted(text))]))
    assert read["label"] == text


def test_path_of_windows_becomes_one_that_nuke_reads(real_tcl: Any) -> None:
    (read,) = real_tcl.read_nodes(read_node("R", "P:\\show [a]\\x.%04d.exr", (1001, 1010)))
    assert read["file"] == "P:/show [a]/x.%04d.exr"
    assert (read["first"], read["last"], read["raw"], read.inputs) == ("1001", "1010", "true", [])
