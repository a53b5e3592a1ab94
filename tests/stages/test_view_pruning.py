"""Pruning keeps sharp, upright views, no two too close."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fsgan_core.geometry.landmark_warp import MEAN_FACE
from fsgan_core.stages.view_pruning import eye_openness
from fsgan_core.stages.view_pruning import prune_views as prune_views_and_blinks


def prune_views(poses: np.ndarray, sharpness: np.ndarray, *arguments: Any, **named: Any) -> np.ndarray:
    """The pruning of frames whose eyes are open."""
    return prune_views_and_blinks(poses, sharpness, np.full(len(poses), 0.3), *arguments, **named)


def poses_of(*rows: tuple[float, float, float]) -> np.ndarray:
    return np.array(rows, np.float32)


def test_the_more_upright_of_two_near_views_stays() -> None:
    poses = poses_of((0, 0, 12), (0.5, 0, 1), (20, 0, 9))
    np.testing.assert_array_equal(prune_views(poses, np.ones(3), 2.0), [1, 2])


def test_the_sharper_of_two_equally_upright_near_views_stays() -> None:
    poses = poses_of((0, 0, 1.4), (0.5, 0, 1.1))
    np.testing.assert_array_equal(prune_views(poses, np.array([1.0, 0.8]), 2.0), [0])


def test_motion_blurred_frames_are_rejected() -> None:
    poses = poses_of((0, 0, 0), (10, 0, 0), (20, 0, 0), (30, 0, 0))
    sharpness = np.array([1.0, 0.3, 0.9, 1.1])
    np.testing.assert_array_equal(prune_views(poses, sharpness, 2.0), [0, 2, 3])


def test_a_still_is_kept_however_soft_it_is() -> None:
    np.testing.assert_array_equal(prune_views(poses_of((3, 4, 5)), np.array([1e-9]), 2.0), [0])


def test_frames_without_any_detail_are_kept_rather_than_none() -> None:
    assert len(prune_views(poses_of((0, 0, 0), (9, 0, 0)), np.zeros(2), 2.0)) == 2


def test_blinks_are_rejected() -> None:
    openness = np.array([0.3, 0.1, 0.25, 0.32])
    poses = poses_of((0, 0, 0), (10, 0, 0), (20, 0, 0), (30, 0, 0))
    np.testing.assert_array_equal(prune_views_and_blinks(poses, np.ones(4), openness, 2.0), [0, 2, 3])


def test_sharp_blinks_are_better_than_no_view() -> None:
    poses = poses_of((0, 0, 0), (10, 0, 0), (20, 0, 0))
    kept = prune_views_and_blinks(poses, np.array([1.0, 1.0, 0.2]), np.array([0.1, 0.1, 0.4]), 2.0)
    np.testing.assert_array_equal(kept, [0, 1])


def test_openness_is_that_of_the_lids_at_any_roll_and_size() -> None:
    closed = MEAN_FACE.copy()
    for first in (60, 68):
        middle = closed[[first, first + 4]].mean(0)[1]
        closed[first : first + 8, 1] = middle + 0.2 * (closed[first : first + 8, 1] - middle)
    turn = np.array([[np.cos(0.5), -np.sin(0.5)], [np.sin(0.5), np.cos(0.5)]])
    openness = eye_openness(np.stack([MEAN_FACE, MEAN_FACE @ turn * 300, closed]))
    assert openness[1] == pytest.approx(openness[0])
    assert openness[2] < 0.5 * openness[0]


def test_distance_zero_keeps_every_sharp_frame() -> None:
    np.testing.assert_array_equal(prune_views(np.zeros((5, 3)), np.ones(5), 0.0), np.arange(5))


def test_a_long_source_is_thinned_to_the_limit() -> None:
    poses = np.random.default_rng(1).uniform(-40, 40, (800, 3))
    kept = prune_views(poses, np.ones(800), 1.0, most_views=50)
    assert 20 < len(kept) <= 50


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 60), st.floats(0.5, 15), st.integers(0, 10_000))
def test_kept_views_are_apart_and_every_other_lies_near_a_kept_one(count: int, distance: float, seed: int) -> None:
    poses = np.random.default_rng(seed).uniform(-60, 60, (count, 3))
    kept = prune_views(poses, np.ones(count), distance)
    gaps = np.linalg.norm(poses[:, None, :2] - poses[None, kept, :2], axis=2)
    assert (gaps.min(1) <= distance).all()
    among_kept = gaps[kept] + np.eye(len(kept)) * 1e9
    assert (among_kept > distance).all()
    assert (np.diff(kept) > 0).all()
