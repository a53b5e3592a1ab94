"""How far open eyes are."""

from __future__ import annotations

import numpy as np
import pytest

from fsgan_core.geometry.eye_opening import EYES, LASHES, LIDS, above_lashes, eye_opening, shut_wholly


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


@pytest.mark.parametrize(
    ("gap", "wanted"), [(0.4, 0.4), (0.15, 0.15), (0.1, 0.075), (0.05, 0.0), (0.02, 0.0), (-0.03, 0.0)]
)
def test_lids_of_shut_eyes_are_brought_together_and_open_eyes_stay(gap: float, wanted: float) -> None:
    for turn in (0, 40):
        points = straight_eyes(gap * 30, turn)
        shut = shut_wholly(points)
        assert np.isclose(eye_opening(shut), wanted, atol=1e-5)
        upper = [pair[0] for pair in LIDS]
        others = np.setdiff1d(np.arange(98), upper)
        assert np.array_equal(shut[others], points[others].astype(np.float64))


def test_a_wink_shuts_one_eye() -> None:
    points = straight_eyes(9.0)
    winking = points.copy()
    winking[[67, 66, 65]] -= (0, 8)  # one eye's lower lid right under the upper one
    shut = shut_wholly(winking)
    assert np.allclose(shut[68:76], points[68:76])
    rim = shut[[60, 67, 66, 65, 64]]
    assert np.allclose(shut[61:64, 1], np.interp(shut[61:64, 0], rim[:, 0], rim[:, 1]), atol=1e-5)


def straight_eyes(gap: float, turn_deg: float = 0.0) -> np.ndarray:
    """`eyes` whose lower lid is as straight as the line between its corners, which lie on it."""
    points = eyes(0.0)
    for _, _, lids in EYES:
        points[[upper for upper, _ in lids]] -= (0, gap)
    turn = np.radians(turn_deg)
    return points @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]], np.float32)


def test_a_closing_eye_is_covered_with_the_skin_above_its_lashes() -> None:
    view = eyes(9.0, 20)
    upper = [pair[0] for pair in LIDS]
    for gap, share in ((9.0, 0), (6.6, 0), (3.0, 1), (0.0, 1)):
        moved = above_lashes(view, eyes(gap, 20))
        distance = np.linalg.norm(moved - view, axis=1)
        assert np.allclose(distance[upper], share * LASHES * 30, atol=1e-4)
        assert not np.delete(distance, upper).any()
        assert np.isclose(eye_opening(moved), 0.3 + share * LASHES, atol=1e-5)
    # Opening a shut eye asks for nothing of the kind.
    assert np.allclose(above_lashes(eyes(1.0), eyes(3.0)), eyes(1.0))
