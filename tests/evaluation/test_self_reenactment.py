"""Self-reenactment scores: zero where the result is the target, and in the steps that were asked for."""

from __future__ import annotations

from types import ModuleType, SimpleNamespace

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from fsgan_core.evaluation.self_reenactment import (
    landmark_percent,
    reenact_in_steps,
    score_from_map,
    score_in_steps,
    view_of,
)
from fsgan_core.geometry.landmark_warp import MEAN_FACE

FACE = (MEAN_FACE * 256).astype(np.float32)


class CountingGenerator(nn.Module):
    """G_r that lets the warped view through and counts its steps."""

    def __init__(self) -> None:
        super().__init__()
        self.steps = 0

    def forward(self, view: Tensor, warped_view: Tensor, points: Tensor) -> Tensor:
        self.steps += 1
        return warped_view


class StillTransformer(nn.Module):
    """T that leaves the landmarks where they are."""

    def forward(self, points: Tensor, pose_deg: Tensor) -> Tensor:
        return points


@pytest.fixture
def pack(painted_faces: ModuleType) -> SimpleNamespace:
    return SimpleNamespace(
        **vars(painted_faces.fake_pack()), transformer=StillTransformer(), reenactment=CountingGenerator()
    )


def crop(painted_faces: ModuleType, yaw_deg: float) -> np.ndarray:
    return painted_faces.paint_face(painted_faces.backdrop(256, 256), (128, 128), 200, 0.3, yaw_deg)


def test_landmarks_count_in_percent_of_the_eye_distance() -> None:
    between = float(np.linalg.norm(FACE[60] - FACE[72]))
    assert landmark_percent(FACE + [0, 0.1 * between], FACE) == pytest.approx(10, rel=1e-4)
    assert landmark_percent(FACE, FACE) == 0


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_as_many_steps_as_asked_for(pack: SimpleNamespace, painted_faces: ModuleType, steps: int) -> None:
    source, target = (view_of(crop(painted_faces, yaw), pack) for yaw in (-20, 25))
    reenact_in_steps(source, target.landmarks, target.pose, steps, pack)
    assert pack.reenactment.steps == steps


def test_the_same_picture_scores_perfectly(pack: SimpleNamespace, painted_faces: ModuleType) -> None:
    torch.manual_seed(0)
    view = view_of(crop(painted_faces, 10), pack)
    score = score_in_steps(view, view, np.ones((256, 256), np.float32), 1, pack)
    assert score.yaw_gap_deg == 0
    assert score.landmark_percent < 0.5
    assert score.still_percent == 0
    assert score.identity == pytest.approx(1, abs=1e-3)
    assert score.pixel_error < 0.02


def test_the_map_is_asked_for_the_nearest_views(pack: SimpleNamespace, painted_faces: ModuleType) -> None:
    views = [view_of(crop(painted_faces, yaw), pack, int(yaw)) for yaw in (-30, 8, 40)]
    target = view_of(crop(painted_faces, 10), pack)
    score = score_from_map(views, target, np.ones((256, 256), np.float32), 30.0, pack)
    assert score.yaw_gap_deg == pytest.approx(2, abs=0.6)
    assert score.pixel_error < 0.2
