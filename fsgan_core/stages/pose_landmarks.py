"""The source's landmarks at a pose that nobody plays: its views' own, turned by T (sections 3.6 and 5.2.2)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from torch import nn

from fsgan_core.face.network_input import device_of
from fsgan_core.networks.inference import infer
from fsgan_core.stages.face_view import FaceView
from fsgan_core.stages.network_arrays import rows_to_tensor

NEAR_DEG = 15.0
"""A view this far from the pose counts half of one that is there."""


def turn_landmarks(landmarks: np.ndarray, poses: np.ndarray, size: int, transformer: nn.Module) -> np.ndarray:
    """Landmarks turned to other poses, face and expression kept (section 3.5.1).

    Args:
        landmarks: (N, 98, 2) crop px.
        poses: (N, 3) degrees, the poses wanted.
        size: Side of the crop, px.
        transformer: T: (landmarks in [0, 1], pose in degrees) -> landmarks in [0, 1].

    Returns:
        (N, 98, 2) float32 crop px.
    """
    device = device_of(transformer)
    points = rows_to_tensor(list(np.asarray(landmarks, np.float32) / size), device)
    turned = infer(transformer, points, rows_to_tensor(list(poses), device))
    return np.asarray(turned.cpu().numpy() * size, np.float32)


def posed_landmarks(views: Sequence[FaceView], pose: np.ndarray, transformer: nn.Module) -> np.ndarray:
    """The landmarks of the source at a pose.

    T is right about what is near and knows nobody's profile from their front, so each view's say falls off with its
    distance; over all views the expression stays the same along a path, where the nearest three alone would change it
    with every triangle.

    Args:
        views: M >= 1 views.
        pose: (3,) degrees.
        transformer: T.

    Returns:
        (98, 2) float32 crop px.
    """
    pose = np.asarray(pose, np.float32)
    upright = [roll_landmarks(view, float(pose[2])) for view in views]
    turned = turn_landmarks(np.stack(upright), np.tile(pose, (len(views), 1)), views[0].picture.shape[0], transformer)
    distance_deg = np.array([np.linalg.norm(view.pose[:2] - pose[:2]) for view in views])
    share = 1 / (1 + (distance_deg / NEAR_DEG) ** 2)
    return np.tensordot(share / share.sum(), turned, 1).astype(np.float32)


def roll_landmarks(view: FaceView, roll_deg: float) -> np.ndarray:
    """(98, 2) float32 crop px: the landmarks that `roll_view` would give, without turning the picture."""
    return rotate_landmarks(view.landmarks, roll_deg - float(view.pose[2]), view.picture.shape[0])


def rotate_landmarks(landmarks: np.ndarray, turn_deg: float, size: int) -> np.ndarray:
    """(..., 2) float32 crop px: points turned clockwise about the middle of a crop of side `size`."""
    turn = np.radians(turn_deg)
    rotation = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    return ((landmarks - size / 2) @ rotation + size / 2).astype(np.float32)
