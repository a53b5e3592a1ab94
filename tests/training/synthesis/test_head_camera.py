import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fsgan_core.training.synthesis.head_camera import (
    FIT_DISTANCE_CM,
    FIT_ORIGIN,
    pose_to_rotation,
    project_fitted,
    rotation_to_pose,
)

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


def test_fitted_origin_lies_on_the_optical_axis() -> None:
    points = np.array([FIT_ORIGIN, FIT_ORIGIN + [7, 0, 0], FIT_ORIGIN + [0, 7, 0]])
    x, y, depth = project_fitted(points, np.eye(3), np.array([700.0, 190, 200])).T
    np.testing.assert_allclose(depth, FIT_DISTANCE_CM)
    np.testing.assert_allclose(x, [190, 260, 190])
    np.testing.assert_allclose(y, [200, 200, 130])
