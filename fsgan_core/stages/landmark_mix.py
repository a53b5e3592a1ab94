"""Landmarks taken apart into a person, a pose and an expression, and put together anew (sections 3.5.1 and 5.2.3).

T turns landmarks to the front, where expressions of different people and poses compare; a change found there goes back
to any pose as the difference of two outputs of T, so that what T gets wrong in both cancels out.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from torch import nn

from fsgan_core.geometry.smoothing import FACE_PARTS
from fsgan_core.stages.pose_landmarks import rotate_landmarks, turn_landmarks

MOUTH = (*range(4, 29), *range(76, 96))
"""The lips, and the jaw that goes with them."""
EYES = (*range(60, 76), 96, 97)
"""Lids and irises."""
BROWS = tuple(range(33, 51))
EXPRESSIVE = (*MOUTH, *EYES, *BROWS)
"""What an expression moves; the nose and the outline beside the ears it does not."""
ALL = tuple(range(98))

_STEADY = (*FACE_PARTS["nose"][:4], 60, 64, 68, 72)
"""Bridge of the nose and corners of the eyes: what no expression moves."""
_RESTING_SHARE = 0.25


def frontal_landmarks(landmarks: np.ndarray, poses: np.ndarray, size: int, transformer: nn.Module) -> np.ndarray:
    """Faces turned to the front.

    Args:
        landmarks: (N, 98, 2) crop px.
        poses: (N, 3) degrees, their poses.
        size: Side of the crop, px.
        transformer: T.

    Returns:
        (N, 98, 2) float32 crop px: upright, at yaw and pitch 0.
    """
    upright = [rotate_landmarks(points, -float(pose[2]), size) for points, pose in zip(landmarks, poses, strict=True)]
    return turn_landmarks(np.stack(upright), np.zeros((len(upright), 3), np.float32), size, transformer)


def resting_landmarks(fronts: np.ndarray) -> np.ndarray:
    """The face of a shot at rest: the middle of those frames in which its mouth is most closed.

    Args:
        fronts: (N, 98, 2) px, of `frontal_landmarks`, N >= 1.

    Returns:
        (98, 2) float32 px.
    """
    opening = np.linalg.norm(fronts[:, 90] - fronts[:, 94], axis=1) / eye_distance(fronts)
    count = max(1, round(_RESTING_SHARE * len(fronts)))
    closed = np.argsort(opening, kind="stable")[:count]
    return np.median(_on_steady(fronts[closed], fronts[closed[0]]), axis=0).astype(np.float32)


def expression_of(front: np.ndarray, resting: np.ndarray, *, is_same_person: bool = True) -> np.ndarray:
    """How a face departs from its rest, whoever it is.

    Args:
        front: (98, 2) px, turned to the front.
        resting: (98, 2) px, the same face at rest.
        is_same_person: The outline of one person goes up and down alone; what else it does is T's guess at a cheek that
            the picture does not show. Of two people the whole difference counts.

    Returns:
        (98, 2) in distances between the eyes.
    """
    departure = (_on_steady(front[None], resting)[0] - resting) / eye_distance(resting[None])[0]
    if is_same_person:
        departure[:33, 0] = 0
    return departure


def with_expression(resting: np.ndarray, expression: np.ndarray) -> np.ndarray:
    """A resting face (98, 2) px with an expression (98, 2) in distances between the eyes."""
    return (resting + expression * eye_distance(resting[None])[0]).astype(np.float32)


def fit_person(front: np.ndarray, onto: np.ndarray) -> np.ndarray:
    """A face (98, 2) px laid over another one by what no expression moves: its shape stays, its size and place go."""
    scale = eye_distance(onto[None])[0] / eye_distance(front[None])[0]
    return ((front - front[list(_STEADY)].mean(0)) * scale + onto[list(_STEADY)].mean(0)).astype(np.float32)


def change_at_pose(
    before: np.ndarray, after: np.ndarray, pose: np.ndarray, size: int, transformer: nn.Module
) -> np.ndarray:
    """What a change of a frontal face is at another pose.

    Args:
        before: (98, 2) px, turned to the front.
        after: (98, 2) px, the same with another expression.
        pose: (3,) degrees.
        size: Side of the crop, px.
        transformer: T.

    Returns:
        (98, 2) float32 px to be added to landmarks at that pose.
    """
    upright = np.array([pose[0], pose[1], 0], np.float32)
    turned = turn_landmarks(np.stack([before, after]), np.tile(upright, (2, 1)), size, transformer)
    middle = size / 2
    return rotate_landmarks(turned[1] - turned[0] + middle, float(pose[2]), size) - np.float32(middle)


def moved_parts(landmarks: np.ndarray, change: np.ndarray, parts: Collection[int]) -> np.ndarray:
    """Landmarks (98, 2) with a change (98, 2) made to some of them; the jaw's fades out towards the ears."""
    weight = np.zeros(98, np.float32)
    weight[list(parts)] = 1
    if len(parts) < 98 and set(MOUTH) <= set(parts):
        ramp = np.clip((np.arange(33) - 3) / 6, 0, 1)
        weight[:33] = np.minimum(ramp, ramp[::-1])
    return (landmarks + change * weight[:, None]).astype(np.float32)


def eye_distance(landmarks: np.ndarray) -> np.ndarray:
    """(N,) px between the middles of the eyes of (N, 98, 2) landmarks."""
    left, right = landmarks[:, 60:68].mean(1), landmarks[:, 68:76].mean(1)
    return np.maximum(np.linalg.norm(right - left, axis=1), 1e-3)


def _on_steady(fronts: np.ndarray, onto: np.ndarray) -> np.ndarray:
    """(N, 98, 2) laid over one face by their steady points: the crop's own trembling goes."""
    steady = list(_STEADY)
    return fronts + (onto[steady].mean(0) - fronts[:, steady].mean(1))[:, None]
