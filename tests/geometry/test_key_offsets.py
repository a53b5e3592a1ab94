"""Offsets between keys: exact, straight, fading or held."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from fsgan_core.geometry.key_offsets import offset_curve

FRAMES = np.arange(1, 31)
KEYS = np.array([10, 14])
OFFSETS = np.array([[2.0, 0.0], [6.0, 8.0]])


def test_straight_between_keys_and_fading_outside() -> None:
    curve = offset_curve(FRAMES, KEYS, OFFSETS, 4)
    np.testing.assert_allclose(curve[FRAMES == 12], [[4.0, 4.0]])
    np.testing.assert_allclose(curve[FRAMES == 9], [[1.5, 0.0]])
    np.testing.assert_allclose(curve[FRAMES == 16], [[3.0, 4.0]])
    assert not curve[FRAMES <= 6].any() and not curve[FRAMES >= 18].any()


def test_held_outside() -> None:
    curve = offset_curve(FRAMES, KEYS, OFFSETS, None)
    np.testing.assert_array_equal(curve[FRAMES < 10], np.broadcast_to(OFFSETS[0], (9, 2)))
    np.testing.assert_array_equal(curve[FRAMES > 14], np.broadcast_to(OFFSETS[1], (16, 2)))


def test_no_fade_ends_at_the_key() -> None:
    curve = offset_curve(FRAMES, KEYS[:1], OFFSETS[:1], 0)
    np.testing.assert_array_equal(np.flatnonzero(curve.any(1)), [9])


@given(st.lists(st.floats(-1e3, 1e3), min_size=3, max_size=3), st.one_of(st.none(), st.integers(0, 50)))
def test_keys_are_exact(values: list[float], fade_frames: int | None) -> None:
    keys = np.array([3, 8, 29])
    curve = offset_curve(FRAMES, keys, np.array(values), fade_frames)
    np.testing.assert_array_equal(curve[keys - 1], values)
