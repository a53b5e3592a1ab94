"""The head as an Axis in front of a camera, and as a .chan file.

One picture does not tell how far away a head is, so that two things are agreed on: the camera stands at the origin,
looks along -z and has the lens of the settings; and a face (chin to hairline) is as high as a real one. The Axis then
projects through that camera to the middle of the face box.
"""

from __future__ import annotations

import math

import numpy as np

from fsgan_core.exports.face_motion import FaceMotion
from fsgan_core.exports.nuke_text import curves, node, number
from fsgan_core.geometry.head_rotation import pose_to_rotation, rotation_to_zxy

FACE_UNITS = 1.9
"""Side of a face box in units of the host's scene: one unit is 10 cm."""


def head_motion(motion: FaceMotion, focal_mm: float, haperture_mm: float) -> tuple[np.ndarray, np.ndarray]:
    """Where the head is and how it is turned.

    Args:
        motion: The face.
        focal_mm: Focal length of the camera.
        haperture_mm: Width of the film.

    Returns:
        (N, 3) translate in units, and (N, 3) rotate in degrees about x, y, z, to be turned in the order ZXY.
    """
    height, width = motion.picture_size
    vaperture_mm = film_height(motion, haperture_mm)
    centre = (motion.boxes[:, :2] + motion.boxes[:, 2:]) / 2
    face_on_film = (motion.boxes[:, 3] - motion.boxes[:, 1]) / height * vaperture_mm
    depth = FACE_UNITS * focal_mm / face_on_film
    x = (centre[:, 0] / width - 0.5) * haperture_mm / focal_mm * depth
    y = (0.5 - centre[:, 1] / height) * vaperture_mm / focal_mm * depth
    turns = np.array([rotation_to_zxy(pose_to_rotation(*pose)) for pose in motion.poses])
    return np.stack([x, y, -depth], 1), turns


def film_height(motion: FaceMotion, haperture_mm: float) -> float:
    """Height of the film in mm, for square or other pixels."""
    height, width = motion.picture_size
    return haperture_mm * height / (width * motion.pixel_aspect)


def axis_text(motion: FaceMotion, focal_mm: float, haperture_mm: float) -> str:
    """The camera, and an Axis that moves as the head does.

    Args:
        motion: The face.
        focal_mm: Focal length of the camera.
        haperture_mm: Width of the film.
    """
    where, turned = head_motion(motion, focal_mm, haperture_mm)
    film = [("focal", focal_mm), ("haperture", haperture_mm), ("vaperture", film_height(motion, haperture_mm))]
    camera = [("inputs", "0"), *((name, number(value)) for name, value in film)]
    head = [
        ("inputs", "0"),
        ("translate", curves(*(motion.keys(where[:, axis]) for axis in range(3)))),
        ("rotate", curves(*(motion.keys(turned[:, axis]) for axis in range(3)))),
        ("label", '"head of FSGAN"'),
    ]
    return node("Camera2", "FSGAN_Camera", camera) + node("Axis2", "FSGAN_Head", head)


def chan_text(motion: FaceMotion, focal_mm: float, haperture_mm: float) -> str:
    """A line a frame, tabs between: frame, tx, ty, tz, rx, ry, rz (order ZXY), vertical angle of view in degrees.

    Args:
        motion: The face.
        focal_mm: Focal length of the camera.
        haperture_mm: Width of the film.
    """
    where, turned = head_motion(motion, focal_mm, haperture_mm)
    view_deg = 2 * math.degrees(math.atan(film_height(motion, haperture_mm) / 2 / focal_mm))
    lines = []
    for frame, place, angles in zip(motion.frames, where, turned, strict=True):
        numbers = [f"{value:.6f}" for value in (*place, *angles, view_deg)]
        lines.append("\t".join([str(int(frame)), *numbers]))
    return "\n".join(lines) + "\n"
