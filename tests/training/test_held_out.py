"""The figures of held-out frames, and of true pictures beside them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from fsgan_core.geometry.landmark_warp import MEAN_FACE
from fsgan_core.training.held_out import HeldOut, true_picture_figures
from fsgan_core.training.subject_footage import SubjectFrame
from fsgan_core.training.subject_samples import as_view

SIZE = 64
LANDMARKS = (MEAN_FACE * SIZE).astype(np.float32)


class Networks:
    """Of a pack and of what measures, as far as held-out frames ask for them."""

    def __init__(self) -> None:
        self.features, self.identity = Features(), Embedding()


class Features(nn.Module):
    """Features that are the picture itself."""

    def __init__(self) -> None:
        super().__init__()
        self.unused = nn.Parameter(torch.zeros(1))

    def forward(self, x: Tensor) -> list[Tensor]:
        return [x]


class Embedding(Features):
    """Who it is: the picture, made small."""

    def forward(self, x: Tensor) -> Any:
        return nn.functional.normalize(nn.functional.avg_pool2d(x, 16).flatten(1), dim=1)


def frame(number: int, yaw_deg: float, grey: float, clip: int = 0) -> SubjectFrame:
    rng = np.random.default_rng(1)
    face = np.zeros((SIZE, SIZE), np.uint8)
    face[16:56, 12:52] = 255
    picture = np.clip(rng.integers(0, 100, (SIZE, SIZE, 3)) + grey, 0, 255).astype(np.uint8)
    return SubjectFrame(
        clip, number, picture, face, np.zeros_like(face), LANDMARKS, np.array([yaw_deg, 0, 0], np.float32)
    )


def held_out(frames: list[SubjectFrame], held: list[SubjectFrame]) -> HeldOut:
    networks: Any = Networks()
    return HeldOut([as_view(one) for one in frames], held, networks, networks)


def test_true_pictures_are_the_view_and_the_frame_nearest_in_time() -> None:
    frames = [frame(1, 0, 0), frame(2, 2, 40), frame(3, 4, 50), frame(9, 20, 120)]
    figures = true_picture_figures(held_out([frames[0], frames[3]], [frames[2]]), frames)
    # frame 9 is turned furthest away; frame 2 lies beside
    assert figures["view, only warped"]["l1"] == pytest.approx(70 / 255, abs=0.01)
    assert figures["true frame beside it"]["l1"] == pytest.approx(10 / 255, abs=0.01)
    assert figures["true frame beside it"]["identity"] > figures["view, only warped"]["identity"]


def test_a_frame_of_another_clip_is_never_beside() -> None:
    frames = [frame(1, 0, 0), frame(5, 4, 50), frame(6, 5, 50, clip=1)]
    figures = true_picture_figures(held_out([frames[0]], [frames[1]]), frames)
    assert figures["true frame beside it"]["l1"] == pytest.approx(50 / 255, abs=0.01)


def test_the_frame_itself_is_without_error() -> None:
    one = frame(1, 0, 30)
    figures = held_out([one], [one]).figures_of([one.encoded])
    assert figures["l1"] == 0 and figures["perceptual"] == 0
    assert figures["identity"] == pytest.approx(1, abs=1e-5)
