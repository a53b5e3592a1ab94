"""Head angles as rotations and back. x right, y up, z towards the camera; a head that looks into the camera is at rest.

Signs are those of the engine: yaw > 0 nose to image right, pitch > 0 nose up, roll > 0 head tilts clockwise in the
image.
"""

from __future__ import annotations

from typing import Any

import numpy as np

FloatArray = np.ndarray[Any, np.dtype[Any]]


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


def rotation_to_zxy(rotation: FloatArray) -> tuple[float, float, float]:
    """Angles about x, y and z in degrees with which hosts turn in their default order ZXY: Ry(y) Rx(x) Rz(z)."""
    x = -np.degrees(np.arcsin(np.clip(rotation[1, 2], -1, 1)))
    y = np.degrees(np.arctan2(rotation[0, 2], rotation[2, 2]))
    z = np.degrees(np.arctan2(rotation[1, 0], rotation[1, 1]))
    return float(x), float(y), float(z)
