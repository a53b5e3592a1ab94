"""How far open eyes are."""

from __future__ import annotations

import numpy as np

from fsgan_core.geometry.eye_opening import EYES, eye_opening


def eyes(gap: float, turn_deg: float = 0.0, width: float = 30.0) -> np.ndarray:
    """(98, 2): two eyes whose lids are `gap` px apart, the lower lid's points shifted along the eye."""
    points = np.zeros((98, 2), np.float32)
    for start, (first, last, lids) in zip((0.0, 60.0), EYES, strict=True):
        points[first], points[last] = (start, 0), (start + width, 0)
        for share, (upper, lower) in zip((0.25, 0.5, 0.75), lids, strict=True):
            points[upper] = (start + share * width, -gap / 2)
            points[lower] = (start + share * width + 3, gap / 2)
    turn = np.radians(turn_deg)
    return points @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]], np.float32)


def test_opening_is_the_gap_in_eye_widths_however_the_head_is_turned_or_scaled() -> None:
    for turn in (0, 25, -90, 180):
        assert np.isclose(eye_opening(eyes(9.0, turn)), 0.3, atol=1e-5)
    assert np.isclose(eye_opening(3 * eyes(9.0)), 0.3, atol=1e-5)


def test_shut_lids_have_no_gap_though_their_points_lie_side_by_side() -> None:
    assert abs(float(eye_opening(eyes(0.0)))) < 1e-6
    assert float(eye_opening(eyes(-3.0))) < 0


def test_many_faces_at_once() -> None:
    both = np.stack([eyes(0.0), eyes(6.0)])[None]
    assert np.allclose(eye_opening(both), [[0.0, 0.2]], atol=1e-5)


def test_points_that_coincide_give_a_number() -> None:
    assert np.isfinite(eye_opening(np.zeros((98, 2))))
