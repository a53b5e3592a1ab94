"""Builders and small fake networks for the stages: deterministic, and simple enough to say what they must give."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from fsgan_core.geometry.landmark_warp import MEAN_FACE
from fsgan_core.stages.face_view import FaceView

SIZE = 64


class CountingGenerator(nn.Module):
    """G_r that adds 0.25 to the view it is given, and remembers the landmarks of every call."""

    def __init__(self) -> None:
        super().__init__()
        self.points: list[np.ndarray] = []

    def forward(self, view: Tensor, warped_view: Tensor, points: Tensor) -> Tensor:
        self.points.append(points.numpy().copy())
        return view + 0.25


class ShiftingTransformer(nn.Module):
    """T that moves every landmark right by a thousandth of the side per degree of yaw."""

    def forward(self, points: Tensor, pose_deg: Tensor) -> Tensor:
        return points + torch.stack([pose_deg[:, 0] / 1000, torch.zeros(len(pose_deg))], -1)[:, None]


@pytest.fixture
def counting_generator() -> CountingGenerator:
    return CountingGenerator()


@pytest.fixture
def shifting_transformer() -> ShiftingTransformer:
    return ShiftingTransformer()


@pytest.fixture
def make_view() -> Callable[..., FaceView]:
    def build(yaw: float, pitch: float = 0.0, roll: float = 0.0, value: float = 0.0, frame: int = 1) -> FaceView:
        picture = np.full((SIZE, SIZE, 3), value, np.float32)
        landmarks = (MEAN_FACE * SIZE).astype(np.float32)
        return FaceView(picture, landmarks, np.array([yaw, pitch, roll], np.float32), frame)

    return build
