"""The mesh over poses: slivers are opened, and nothing else is."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fsgan_core.stages.pose_mesh import BOUNDARY, PoseMesh, build_pose_mesh


def weights_of(mesh: PoseMesh, views: int, point: tuple[float, float]) -> np.ndarray:
    owners, shares = mesh.locate(np.array(point, float))
    weights = np.bincount(owners[owners >= 0], shares[owners >= 0], minlength=views)
    return weights / weights.sum()


def chain(noise: float, seed: int) -> np.ndarray:
    """A head that turns once: (N, 2) yaw and pitch on an arc."""
    yaw = np.arange(-24.0, 24.1, 2.5)
    return np.stack([yaw, -0.02 * yaw**2 + np.random.default_rng(seed).normal(0, noise, len(yaw))], 1)


def test_well_shaped_triangles_stay_as_they_are() -> None:
    poses = np.array([(0, 0), (20, 0), (0, 20), (20, 22), (-18, 4)], float)
    mesh = build_pose_mesh(poses)
    assert len(mesh.points) == len(poses) + 4
    assert (mesh.owners[-4:] == BOUNDARY).all()


def test_the_middle_view_of_a_sliver_keeps_the_poses_beside_it() -> None:
    """The triangle of this pose spans from -20 to 20 degrees of yaw; the view 4 degrees away is its third corner."""
    weights = weights_of(build_pose_mesh(np.array([(-20, -6), (1, -3), (20, -6)], float)), 3, (-1.5, -5.6))
    assert weights.argmax() == 1
    assert weights[1] > 0.7


@pytest.mark.parametrize("noise", [0.0, 0.8])
def test_beside_a_chain_of_views_only_near_ones_count(noise: float) -> None:
    poses = chain(noise, 1)
    mesh = build_pose_mesh(poses)
    points = np.random.default_rng(2).uniform((-24, -20), (24, 8), (400, 2))
    distances = np.linalg.norm(poses - points[:, None], axis=2)
    weights = np.array([weights_of(mesh, len(poses), tuple(point)) for point in points])
    ratios = (weights * distances).sum(1) / np.maximum(distances.min(1), 2.0)
    # Without opened slivers 1.5 on average, and 4 at worst.
    assert ratios.mean() < 1.2
    assert ratios.max() < 2.5


def test_opened_slivers_leave_the_weights_continuous() -> None:
    poses = chain(0.0, 1)
    mesh = build_pose_mesh(poses)
    path = np.stack([np.linspace(-30, 30, 3001), -6 + 8 * np.sin(np.linspace(0, 9, 3001))], 1)
    weights = np.array([weights_of(mesh, len(poses), tuple(point)) for point in path])
    assert np.abs(np.diff(weights, axis=0)).max() < 0.05


def test_between_views_is_the_hull_of_the_views() -> None:
    mesh = build_pose_mesh(np.array([(-20, -6), (1, -3), (20, -6)], float))
    assert mesh.is_between_views(np.array([1.0, -4.0]))
    assert not mesh.is_between_views(np.array([1.0, -8.0]))
    assert not build_pose_mesh(np.array([(0.0, 0.0)])).is_between_views(np.array([0.0, 0.0]))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.floats(-89, 89), st.floats(-89, 89)), min_size=1, max_size=14), st.integers(0, 99))
def test_every_pose_has_a_view_and_every_view_is_its_own_pose(views: list[tuple[float, float]], seed: int) -> None:
    poses = np.array(views)
    mesh = build_pose_mesh(poses)
    for point in np.random.default_rng(seed).uniform(-74, 74, (20, 2)):
        owners, shares = mesh.locate(point)
        assert (owners >= 0).any()
        assert shares.sum() == pytest.approx(1, abs=1e-6)
    for index, point in enumerate(np.clip(poses, -74.5, 74.5)):
        weights = weights_of(mesh, len(poses), tuple(point))
        # Views of one pose share it.
        same = np.linalg.norm(np.clip(poses, -74.5, 74.5) - point, axis=1) < 1e-3
        assert weights[same].sum() == pytest.approx(1, abs=1e-3), index
