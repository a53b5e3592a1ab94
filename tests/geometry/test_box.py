"""Boxes: overlap, suppression, interpolation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fsgan_core.geometry.box import (
    box_areas,
    box_centres,
    box_sizes,
    boxes_from_centres,
    interpolate_boxes,
    intersection_over_union,
    suppress_overlaps,
)


def test_overlap_of_known_boxes() -> None:
    boxes = np.array([[0, 0, 10, 10], [5, 0, 15, 10], [20, 20, 30, 30]], float)
    expected = np.array([[1, 1 / 3, 0], [1 / 3, 1, 0], [0, 0, 1]])
    np.testing.assert_allclose(intersection_over_union(boxes, boxes), expected)


def test_overlap_of_empty_boxes_is_zero_not_nan() -> None:
    empty = np.array([[5, 5, 5, 5]], float)
    assert intersection_over_union(empty, empty)[0, 0] == 0
    assert intersection_over_union(np.zeros((0, 4)), empty).shape == (0, 1)


@given(st.lists(st.floats(-100, 100), min_size=4, max_size=4), st.floats(-50, 50), st.floats(0.1, 10))
def test_overlap_does_not_change_when_the_picture_moves_or_scales(
    values: list[float], shift: float, scale: float
) -> None:
    box_a = np.array([0, 0, 20, 30], float)
    corners = np.array(values).reshape(2, 2)
    box_b = np.concatenate([corners.min(0), corners.max(0)])
    plain = intersection_over_union(box_a, box_b)
    moved = intersection_over_union((box_a + shift) * scale, (box_b + shift) * scale)
    assert 0 <= plain[0, 0] <= 1
    np.testing.assert_allclose(plain, moved, atol=1e-6)


def test_suppression_keeps_the_best_of_each_pile() -> None:
    boxes = np.array([[0, 0, 10, 10], [1, 0, 11, 10], [50, 50, 60, 60], [0, 1, 10, 11]], float)
    kept = suppress_overlaps(boxes, np.array([0.7, 0.9, 0.6, 0.8]), 0.4)
    assert kept.tolist() == [1, 2]


def test_suppression_keeps_neighbours_that_barely_touch() -> None:
    boxes = np.array([[0, 0, 10, 10], [9, 0, 19, 10]], float)
    assert len(suppress_overlaps(boxes, np.array([0.5, 0.5]), 0.4)) == 2
    assert len(suppress_overlaps(np.zeros((0, 4)), np.zeros(0), 0.4)) == 0


def test_interpolated_boxes_move_evenly() -> None:
    bridge = interpolate_boxes(np.array([0, 0, 10, 10]), np.array([40, 20, 50, 30]), 3)
    np.testing.assert_allclose(bridge, [[10, 5, 20, 15], [20, 10, 30, 20], [30, 15, 40, 25]])
    assert interpolate_boxes(np.zeros(4), np.ones(4), 0).shape == (0, 4)


def test_centres_and_sizes_round_trip() -> None:
    boxes = np.random.default_rng(0).uniform(0, 100, (3, 5, 4)).astype(np.float32)
    np.testing.assert_allclose(boxes_from_centres(box_centres(boxes), box_sizes(boxes)), boxes, atol=1e-4)


def test_area_of_a_box_turned_inside_out_is_zero() -> None:
    assert box_areas(np.array([[10, 0, 0, 10]])) == pytest.approx(0)
