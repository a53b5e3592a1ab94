"""Pose and camera of a synthetic head: degrees to rotations, head centimetres to pictures.

Signs are those of the engine: yaw > 0 nose to image right, pitch > 0 nose up, roll > 0 head tilts clockwise in the
image.
"""

from __future__ import annotations

from typing import Any

import numpy as np

FloatArray = np.ndarray[Any, np.dtype[Any]]

# The point of the head that the photographs' cameras were fitted around, and their distance from it.
FIT_ORIGIN = np.array([0, -1.0, 4.0])
FIT_DISTANCE_CM = 70.0


def pose_to_rotation(yaw: float, pitch: float, roll: float) -> FloatArray:
    """(3, 3) float64 rotation of a head of this pose (degrees): Rx(-pitch) Ry(yaw) Rz(-roll), the order of 300W-LP."""
    y, p, r = np.radians(yaw), -np.radians(pitch), -np.radians(roll)
    cos, sin = np.cos, np.sin
    about_x = np.array([[1, 0, 0], [0, cos(p), -sin(p)], [0, sin(p), cos(p)]])
    about_y = np.array([[cos(y), 0, sin(y)], [0, 1, 0], [-sin(y), 0, cos(y)]])
    about_z = np.array([[cos(r), -sin(r), 0], [sin(r), cos(r), 0], [0, 0, 1]])
    return about_x @ about_y @ about_z


def rotation_to_pose(rotation: FloatArray) -> tuple[float, float, float]:
    """Yaw, pitch and roll in degrees, the inverse of `pose_to_rotation` for |yaw| < 90."""
    yaw = np.degrees(np.arcsin(np.clip(rotation[0, 2], -1, 1)))
    pitch = -np.degrees(np.arctan2(-rotation[1, 2], rotation[2, 2]))
    roll = -np.degrees(np.arctan2(-rotation[0, 1], rotation[0, 0]))
    return float(yaw), float(pitch), float(roll)


def project_fitted(vertices: FloatArray, rotation: FloatArray, camera: FloatArray) -> FloatArray:
    """(N, 3) float64 picture x, y in px and distance from the camera in cm, of a head as its photograph was fitted.

    Args:
        vertices: (N, 3) cm in the head's frame.
        rotation: (3, 3) of the head.
        camera: (3,) focal length in px, and the picture x, y of the optical axis.
    """
    focal, centre_x, centre_y = camera
    x, y, z = np.einsum("ij,nj->in", rotation, vertices - FIT_ORIGIN)
    distance = FIT_DISTANCE_CM - z
    return np.stack([centre_x + focal * x / distance, centre_y - focal * y / distance, distance], 1)
