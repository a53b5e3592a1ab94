"""Reenactment: the source's views with the pose and expression of a frame of the plate (sections 3.5 and 3.6)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from torch import nn

from fsgan_core.face.network_input import device_of
from fsgan_core.geometry.mirrored_warp import warp_with_mirror
from fsgan_core.networks.inference import infer
from fsgan_core.stages.face_view import FaceView, roll_view
from fsgan_core.stages.network_arrays import pictures_to_tensor, rows_to_tensor, tensor_to_pictures


@dataclass(frozen=True)
class Reenactor:
    """What turns a view: the two networks and the largest pose change of one step.

    Args:
        generator: G_r: (view, warped view, landmarks in [0, 1]) -> picture.
        transformer: T: (landmarks in [0, 1], pose in degrees) -> landmarks in [0, 1].
        step_deg: A pose change beyond this is cut into equal smaller steps.
    """

    generator: nn.Module
    transformer: nn.Module
    step_deg: float = 30.0


def reenact(
    views: Sequence[FaceView], weights: np.ndarray, landmarks: np.ndarray, pose: np.ndarray, reenactor: Reenactor
) -> np.ndarray:
    """The source's face with the given landmarks and pose: the weighted mean of its reenacted views.

    Args:
        views: 1 to 3 views around the pose, of any roll.
        weights: (K,) their barycentric weights, summing to 1.
        landmarks: (98, 2) crop px, the target's.
        pose: (3,) degrees, the target's.
        reenactor: Networks and step size.

    Returns:
        (S, S, 3) float32 in [-1, 1].
    """
    reenacted = reenact_views(views, landmarks, pose, reenactor)
    # Eq. 16.
    return np.tensordot(np.asarray(weights, np.float32), reenacted, 1)


def reenact_views(
    views: Sequence[FaceView], landmarks: np.ndarray, pose: np.ndarray, reenactor: Reenactor
) -> np.ndarray:
    """Each view with the given landmarks and pose, in as many steps as its distance needs.

    All views of the frame take their last step in one forward, so a frame costs the same whatever chunk it is in.

    Args:
        views: K views.
        landmarks: (98, 2) crop px, the target's.
        pose: (3,) degrees, the target's.
        reenactor: Networks and step size.

    Returns:
        (K, S, S, 3) float32 in [-1, 1].
    """
    upright = [roll_view(view, float(pose[2])) for view in views]
    paths = [landmark_path(view, landmarks, pose, reenactor) for view in upright]
    pictures = [view.picture for view in upright]
    points = [view.landmarks for view in upright]
    for steps_left in range(max(len(path) for path in paths), 0, -1):
        moving = [k for k, path in enumerate(paths) if len(path) >= steps_left]
        goals = [paths[k][-steps_left] for k in moving]
        # Eq. 10: every step starts from the picture of the step before.
        stepped = _generate([pictures[k] for k in moving], [points[k] for k in moving], goals, reenactor.generator)
        for k, picture, goal in zip(moving, stepped, goals, strict=True):
            pictures[k], points[k] = picture, goal
    return np.stack(pictures)


def landmark_path(view: FaceView, landmarks: np.ndarray, pose: np.ndarray, reenactor: Reenactor) -> list[np.ndarray]:
    """The landmarks of each step from a view to the target, the target's own last (eq. 9).

    Args:
        view: The view, with the target's roll.
        landmarks: (98, 2) crop px, the target's.
        pose: (3,) degrees, the target's.
        reenactor: T and the step size.

    Returns:
        n arrays (98, 2) float32 crop px, n >= 1.
    """
    n = step_count(view.pose, pose, reenactor.step_deg)
    goal = np.asarray(landmarks, np.float32)
    if n == 1:
        return [goal]
    size = view.picture.shape[0]
    shares = np.arange(1, n, dtype=np.float32)[:, None] / n
    poses = (1 - shares) * view.pose + shares * np.asarray(pose, np.float32)
    device = device_of(reenactor.transformer)
    points = rows_to_tensor([view.landmarks / size] * (n - 1), device)
    between = infer(reenactor.transformer, points, rows_to_tensor(list(poses), device))
    return [*(between.cpu().numpy() * size).astype(np.float32), goal]


def step_count(from_pose: np.ndarray, to_pose: np.ndarray, step_deg: float) -> int:
    """Into how many steps a turn is cut: its angle in yaw and pitch over the largest step, rounded up."""
    turn_deg = math.hypot(float(to_pose[0] - from_pose[0]), float(to_pose[1] - from_pose[1]))
    return max(1, math.ceil(turn_deg / step_deg - 1e-6))


def _generate(
    pictures: Sequence[np.ndarray], points: Sequence[np.ndarray], goals: Sequence[np.ndarray], generator: nn.Module
) -> np.ndarray:
    """One step of G_r for each picture: (K, S, S, 3)."""
    size, device = pictures[0].shape[0], device_of(generator)
    warped = [warp_with_mirror(*step) for step in zip(pictures, points, goals, strict=True)]
    heat_points = rows_to_tensor([goal / size for goal in goals], device)
    made = infer(generator, pictures_to_tensor(pictures, device), pictures_to_tensor(warped, device), heat_points)
    return tensor_to_pictures(made)
