"""Expressions by hand move what they name, along the face's own axes."""

from __future__ import annotations

import numpy as np
import pytest

from fsgan_core.geometry.landmark_warp import MEAN_FACE
from fsgan_core.stages.expression_sliders import SLIDERS, slide_expression

FACE = (MEAN_FACE * 256).astype(np.float32)


def test_nothing_asked_is_nothing_moved() -> None:
    np.testing.assert_array_equal(slide_expression(FACE, {}), FACE)


def test_jaw_opens_the_mouth_and_leaves_eyes_and_ears() -> None:
    moved = slide_expression(FACE, {"jaw": 1.0}) - FACE
    assert moved[94, 1] > 20 and moved[90, 1] == 0
    assert moved[16, 1] == pytest.approx(moved[85, 1])
    assert not moved[[0, 32, *range(33, 76), 96, 97]].any()


def test_blink_closes_both_eyes() -> None:
    moved = slide_expression(FACE, {"blink": 1.0})
    np.testing.assert_allclose(moved[[62, 70]], FACE[[66, 74]], atol=1e-4)


def test_smile_spreads_the_corners_and_brows_rise() -> None:
    moved = slide_expression(FACE, {"smile": 1.0, "brows": 0.5}) - FACE
    assert moved[82, 0] > 0 > moved[76, 0]
    assert moved[82, 1] < 0 and moved[35, 1] < 0


@pytest.mark.parametrize("name", list(SLIDERS))
def test_a_turned_head_moves_the_same_way(name: str) -> None:
    angle = np.radians(30)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    straight = slide_expression(FACE, {name: 0.7})
    np.testing.assert_allclose(slide_expression(FACE @ turn.T, {name: 0.7}), straight @ turn.T, atol=1e-3)


def test_amounts_beyond_their_limits_are_cut() -> None:
    np.testing.assert_array_equal(slide_expression(FACE, {"jaw": 7.0}), slide_expression(FACE, {"jaw": 1.0}))
