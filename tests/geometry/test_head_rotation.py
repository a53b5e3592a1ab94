"""Angles and rotations agree in every order that is used."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fsgan_core.geometry.head_rotation import pose_to_rotation, rotation_to_pose, rotation_to_zxy

NOSE, TOP = np.array([0, 0, 1.0]), np.array([0, 1.0, 0])


@pytest.mark.parametrize(("pose", "point", "moved"), [
    ((20, 0, 0), NOSE, (1, 0)), ((0, 20, 0), NOSE, (0, 1)), ((0, 0, 20), TOP, (1, -1)),
])  # fmt: skip
def test_signs_are_the_engines(pose: tuple[float, float, float], point: np.ndarray, moved: tuple[int, int]) -> None:
    """Yaw > 0 nose to image right, pitch > 0 nose up, roll > 0 top of the head to image right."""
    way = (pose_to_rotation(*pose) @ point - point)[:2]
    assert np.all(np.sign(np.round(way, 6)) == moved)


@settings(deadline=None)  # a busy machine may pause between two examples
@given(st.floats(-89, 89), st.floats(-89, 89), st.floats(-170, 170))
def test_pose_survives_the_round_trip(yaw: float, pitch: float, roll: float) -> None:
    rotation = pose_to_rotation(yaw, pitch, roll)
    np.testing.assert_allclose(rotation @ rotation.T, np.eye(3), atol=1e-12)
    # arcsin loses half of the digits near 90 degrees.
    np.testing.assert_allclose(rotation_to_pose(rotation), (yaw, pitch, roll), atol=1e-5)


def about(axis: int, angle_deg: float) -> np.ndarray:
    """Right-handed rotation about one axis."""
    a, b = (axis + 1) % 3, (axis + 2) % 3
    turn, angle = np.eye(3), np.radians(angle_deg)
    turn[a, a] = turn[b, b] = np.cos(angle)
    turn[b, a], turn[a, b] = np.sin(angle), -np.sin(angle)
    return turn


@settings(deadline=None)
@given(st.floats(-80, 80), st.floats(-80, 80), st.floats(-170, 170))
def test_host_angles_turn_the_head_the_same_way(yaw: float, pitch: float, roll: float) -> None:
    """Composed as a host does in the order ZXY: first about z, then about x, then about y."""
    rotation = pose_to_rotation(yaw, pitch, roll)
    x, y, z = rotation_to_zxy(rotation)
    np.testing.assert_allclose(about(1, y) @ about(0, x) @ about(2, z), rotation, atol=1e-6)


def test_single_angles_keep_their_size_in_the_host() -> None:
    np.testing.assert_allclose(rotation_to_zxy(pose_to_rotation(30, 0, 0)), (0, 30, 0), atol=1e-9)
    np.testing.assert_allclose(rotation_to_zxy(pose_to_rotation(0, 20, 0)), (-20, 0, 0), atol=1e-9)
    np.testing.assert_allclose(rotation_to_zxy(pose_to_rotation(0, 0, 10)), (0, 0, -10), atol=1e-9)
