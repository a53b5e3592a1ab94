"""Steps of the networks that look, on pictures that show no face."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from fsgan_core.networks.pose_net import PoseNet
from fsgan_core.training import analysis_samples
from fsgan_core.training.analysis_samples import FaceSampler, landmark_sample
from fsgan_core.training.analysis_steps import LIDS_AND_LIPS, _opening_error, landmark_step, pose_step
from fsgan_core.training.datasets import load_clips


class Heat(nn.Module):
    """The same heat everywhere."""

    def __init__(self, value: float) -> None:
        super().__init__()
        self.value = nn.Parameter(torch.tensor(value))

    def forward(self, picture: Tensor) -> Tensor:
        return self.value.expand(picture.shape[0], 98, 16, 16)


def _no_face(count: int) -> dict[str, Tensor]:
    nothing = torch.full((count, 98, 2), float("nan"))
    return {"picture": torch.zeros(count, 3, 64, 64), "points": nothing, "pose": torch.full((count, 3), float("nan"))}


def test_where_no_face_is_heat_costs() -> None:
    losses = {value: landmark_step(Heat(value), _no_face(2))[0] for value in (0.0, 0.5)}
    assert losses[0.0].item() == 0 and losses[0.5].item() > 1
    losses[0.5].backward()


def test_half_open_eyes_cost_where_shut_ones_are_wanted() -> None:
    """The lids alone are 12 of 98 points, and lie a pixel off each."""
    points, shut = torch.rand(1, 98, 2), torch.zeros(1, 98, 2)
    shut += points
    for upper, lower in LIDS_AND_LIPS:
        shut[:, lower] = shut[:, upper]
    inside = torch.ones(1, 98)
    assert _opening_error(shut, shut, inside) == 0
    assert _opening_error(points, shut, inside) > 0.05
    assert _opening_error(points, shut, torch.zeros(1, 98)) == 0
    moved = points + 0.1
    assert _opening_error(moved, points, inside) < 1e-6, "a face that lies elsewhere is as open"


def test_pose_of_no_face_teaches_nothing() -> None:
    net = PoseNet((4, 4, 8, 8), 1, input_size=64)
    loss, figures = pose_step(net, _no_face(2))
    loss.backward()
    assert loss.item() == 0 and figures["error_deg"].item() == 0


def test_some_samples_show_no_face_and_turned_ones_are_drawn_often(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sampler = FaceSampler(load_clips([data / "takes"], "train"), [], 0.0, 64)
    samples = [landmark_sample(sampler, np.random.default_rng(seed)) for seed in range(150)]
    empty = [sample for sample in samples if np.isnan(sample["points"]).all()]
    assert 3 <= len(empty) <= 30 and all(np.isfinite(sample["picture"]).all() for sample in empty)
    monkeypatch.setattr(analysis_samples, "WIDE_YAW_DEG", 10.0)
    yaw = [abs(s["pose"][0]) for s in samples if np.isfinite(s["pose"]).all()]
    wide = [abs(landmark_sample(sampler, np.random.default_rng(seed))["pose"][0]) for seed in range(150)]
    assert np.nanmean(wide) > np.mean(yaw)
