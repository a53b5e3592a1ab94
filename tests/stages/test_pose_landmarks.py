"""Landmarks of a pose without a driver: near views count most, roll is exact."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from fsgan_core.geometry.landmark_warp import MEAN_FACE
from fsgan_core.stages.face_view import FaceView, roll_view
from fsgan_core.stages.pose_landmarks import posed_landmarks, roll_landmarks, turn_landmarks

SIZE = 256


class ShiftingTransformer(nn.Module):
    """T that moves the face right by a hundredth of the crop for every degree of yaw."""

    def forward(self, points: Tensor, pose_deg: Tensor) -> Tensor:
        return points + torch.stack([pose_deg[:, 0] / 100, torch.zeros(len(pose_deg))], 1)[:, None]


def view(yaw: float, lift_px: float = 0.0, roll: float = 0.0) -> FaceView:
    landmarks = (MEAN_FACE * SIZE - [0, lift_px]).astype(np.float32)
    return FaceView(np.zeros((SIZE, SIZE, 3), np.float32), landmarks, np.array([yaw, 0, roll], np.float32), 1)


def test_landmarks_are_turned_in_crop_px() -> None:
    points = np.tile(MEAN_FACE * SIZE, (2, 1, 1))
    turned = turn_landmarks(points, np.array([[10, 0, 0], [-5, 0, 0]], np.float32), SIZE, ShiftingTransformer())
    np.testing.assert_allclose(turned - points, np.tile([[[25.6, 0]], [[-12.8, 0]]], (1, 98, 1)), atol=1e-3)


def test_a_view_at_the_pose_counts_most() -> None:
    views = [view(0, lift_px=10), view(60, lift_px=0)]
    near = posed_landmarks(views, np.array([0, 0, 0]), ShiftingTransformer())
    far = posed_landmarks(views, np.array([60, 0, 0]), ShiftingTransformer())
    lift_near, lift_far = ((MEAN_FACE * SIZE - points)[:, 1].mean() for points in (near, far))
    assert 9 < lift_near < 10
    assert 0 < lift_far < 1


def test_a_path_of_poses_has_no_jump() -> None:
    views = [view(yaw, lift_px=5 * (yaw > 0)) for yaw in (-20, -8, 3, 15)]
    path = [posed_landmarks(views, np.array([yaw, 0, 0]), ShiftingTransformer()) for yaw in np.arange(-30, 30, 0.5)]
    steps = np.abs(np.diff(np.stack(path), axis=0)).max((1, 2))
    # Half a degree of yaw is 1.28 px; what the views say of the expression may add little.
    assert steps.max() < 1.7


def test_roll_of_landmarks_is_that_of_the_rolled_view() -> None:
    tilted = view(10, roll=7)
    np.testing.assert_allclose(roll_landmarks(tilted, -25), roll_view(tilted, -25).landmarks, atol=1e-3)
