"""Pose error: how far the head in the result is turned from the head in the plate (section 5.1)."""

from __future__ import annotations

import numpy as np


def pose_error_deg(result_poses: np.ndarray, plate_poses: np.ndarray) -> np.ndarray:
    """The Euclidean distance between the angles of both heads.

    Args:
        result_poses: (N, 3) degrees yaw, pitch, roll.
        plate_poses: (N, 3) degrees.

    Returns:
        (N,) float64 degrees.
    """
    return np.linalg.norm(np.asarray(result_poses, np.float64) - plate_poses, axis=-1)
