"""Pose error is an angle."""

from __future__ import annotations

import numpy as np

from fsgan_core.evaluation.pose_error import pose_error_deg


def test_pose_error_is_the_length_of_the_angle_difference() -> None:
    np.testing.assert_allclose(
        pose_error_deg(np.array([[3.0, 4, 0], [1, 1, 1]]), np.array([[0.0, 0, 0], [1, 1, 1]])), [5, 0]
    )
