"""The appearance map: known mixes, degenerate maps, the hull and what lies beyond it, mirror images."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fsgan_core.geometry.landmark_warp import MEAN_FACE
from fsgan_core.stages.appearance_map import AppearanceMap, build_appearance_map, fill_in_flips
from fsgan_core.stages.face_view import FaceView


def map_of(*yaw_pitch: tuple[float, float]) -> AppearanceMap:
    picture, landmarks = np.zeros((4, 4, 3), np.float32), (MEAN_FACE * 4).astype(np.float32)
    poses = np.array([(yaw, pitch, 0) for yaw, pitch in yaw_pitch], np.float32)
    return build_appearance_map([FaceView(picture, landmarks, pose, frame) for frame, pose in enumerate(poses)])


def weights_by_view(appearance_map: AppearanceMap, pose: tuple[float, float]) -> np.ndarray:
    mix = appearance_map.query(np.array(pose))
    weights = np.zeros(len(appearance_map.views))
    weights[mix.indices] = mix.weights
    return weights


def test_a_pose_between_three_views_has_barycentric_weights() -> None:
    views = (0.0, 0.0), (20.0, 0.0), (0.0, 20.0)
    mix = map_of(*views).query(np.array([5.0, 10.0, 33.0]))
    assert mix.inside
    np.testing.assert_array_equal(mix.indices, [2, 0, 1])
    np.testing.assert_allclose(mix.weights, [0.5, 0.25, 0.25], atol=1e-12)


def test_a_pose_on_a_view_is_that_view_alone() -> None:
    mix = map_of((0, 0), (20, 0), (0, 20)).query(np.array([20.0, 0.0]))
    np.testing.assert_array_equal(mix.indices, [1])
    np.testing.assert_allclose(mix.weights, [1.0])


def test_boundary_points_are_excluded_and_the_rest_renormalised() -> None:
    # Just above the line between both views: the third corner of its triangle is a boundary point.
    mix = map_of((-10, 0), (10, 0)).query(np.array([0.0, 0.1]))
    assert not mix.inside
    np.testing.assert_allclose(mix.weights, [0.5, 0.5], atol=0.02)
    assert set(mix.indices) == {0, 1}


@pytest.mark.parametrize("pose", [(0, 0), (-74, 74), (75, 75), (75, -75), (200, -300), (-75, 10)])
def test_a_single_view_answers_every_pose(pose: tuple[float, float]) -> None:
    mix = map_of((7, -3)).query(np.array(pose, float))
    np.testing.assert_array_equal(mix.indices, [0])
    np.testing.assert_allclose(mix.weights, [1.0])
    assert not mix.inside


def test_two_views_share_the_pose_between_them() -> None:
    np.testing.assert_allclose(weights_by_view(map_of((-20, 0), (20, 0)), (-10, 0)), [0.75, 0.25], atol=1e-9)


@pytest.mark.parametrize(
    "line", [[(-30, 0), (0, 0), (30, 0)], [(-50, -50), (0, 0), (50, 50)], [(0, -9), (0, 0), (0, 9)]]
)
def test_views_in_one_line_work(line: list[tuple[float, float]]) -> None:
    appearance_map = map_of(*line)
    middle = (np.array(line[0]) + np.array(line[1])) / 2
    np.testing.assert_allclose(weights_by_view(appearance_map, tuple(middle)), [0.5, 0.5, 0], atol=1e-6)


def test_four_views_on_one_circle_work() -> None:
    weights = weights_by_view(map_of((-10, -10), (10, -10), (-10, 10), (10, 10)), (0, 0))
    np.testing.assert_allclose(weights.sum(), 1)


def test_two_views_of_one_pose_work() -> None:
    np.testing.assert_allclose(weights_by_view(map_of((5, 5), (5, 5), (25, 5)), (5, 5)).sum(), 1)


def test_query_outside_hull_is_clamped() -> None:
    appearance_map = map_of((0, 0), (40, 0), (0, 40))
    outside, clamped = appearance_map.query(np.array([300.0, 20.0])), appearance_map.query(np.array([75.0, 20.0]))
    np.testing.assert_array_equal(outside.indices, clamped.indices)
    np.testing.assert_allclose(outside.weights, clamped.weights)
    assert not outside.inside


def test_a_view_beyond_the_boundary_points_is_kept() -> None:
    appearance_map = map_of((88, 0), (0, 0))
    np.testing.assert_array_equal(appearance_map.query(np.array([88.0, 0.0])).indices, [0])


def test_fewer_views_are_the_heaviest_renormalised() -> None:
    appearance_map = map_of((0, 0), (20, 0), (0, 20))
    mix = appearance_map.query(np.array([4.0, 10.0]), max_views=2)
    np.testing.assert_array_equal(mix.indices, [2, 0])
    np.testing.assert_allclose(mix.weights, [0.5 / 0.8, 0.3 / 0.8])


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.floats(-89, 89), st.floats(-89, 89)), min_size=1, max_size=12),
    st.tuples(st.floats(-180, 180), st.floats(-180, 180)),
)
def test_weights_are_barycentric_for_any_map_and_pose(
    views: list[tuple[float, float]], pose: tuple[float, float]
) -> None:
    mix = map_of(*views).query(np.array(pose))
    assert 1 <= len(mix.indices) <= 3
    assert (mix.indices < len(views)).all()
    assert (mix.weights > 0).all()
    np.testing.assert_allclose(mix.weights.sum(), 1, atol=1e-9)


def test_weights_change_smoothly_with_the_pose() -> None:
    rng = np.random.default_rng(3)
    appearance_map = map_of(*rng.uniform(-40, 40, (12, 2)))
    path = np.stack([np.linspace(-60, 60, 1201), 20 * np.sin(np.linspace(0, 9, 1201))], 1)
    weights = np.array([weights_by_view(appearance_map, tuple(pose)) for pose in path])
    assert np.abs(np.diff(weights, axis=0)).max() < 0.1


def test_flips_fill_the_side_that_is_never_seen(make_view: Callable[..., FaceView]) -> None:
    views = [make_view(yaw) for yaw in (1, 15, 30)]
    filled = fill_in_flips(views, 2.0)
    assert sorted(float(view.pose[0]) for view in filled) == [-30, -15, 1, 15, 30]
    assert [view.origin for view in filled].count("flipped") == 2


def test_a_mirror_image_that_is_as_near_as_a_view_is_left_out(make_view: Callable[..., FaceView]) -> None:
    filled = fill_in_flips([make_view(-1.5), make_view(3), make_view(20)], 2.0)
    assert sorted(round(float(view.pose[0]), 1) for view in filled) == [-20, -1.5, 3, 20]


@pytest.mark.parametrize("yaws", [(0.0,), (3.0,), (-20.0, 0.0, 15.0), (-5.0, 8.0)])
def test_two_sided_or_frontal_maps_get_no_flips(yaws: tuple[float, ...], make_view: Callable[..., FaceView]) -> None:
    views = [make_view(yaw) for yaw in yaws]
    assert fill_in_flips(views, 2.0) == views
