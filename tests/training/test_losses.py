"""Losses by hand, and what they ignore."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor, nn

from fsgan_core.training.analysis_steps import detector_targets
from fsgan_core.training.generator_steps import remove_background
from fsgan_core.training.losses import (
    discriminator_loss,
    generator_adversarial_loss,
    margin_softmax,
    perceptual_loss,
    reconstruction_loss,
    soft_cross_entropy,
)


class TwoLayers(nn.Module):
    """Features: the picture, and twice the picture."""

    def forward(self, x: Tensor) -> list[Tensor]:
        return [1 * x, 2 * x]


def test_perceptual_loss_sums_weighted_mean_differences_of_layers() -> None:
    x, y = torch.zeros(1, 3, 4, 4), torch.full((1, 3, 4, 4), 0.5)
    assert perceptual_loss(TwoLayers(), x, y).item() == pytest.approx(0.25 * 0.5 + 0.5 * 1.0)
    assert reconstruction_loss(TwoLayers(), x, y).item() == pytest.approx(0.625 + 0.1 * 0.5)


def test_perceptual_loss_gives_the_wanted_picture_no_gradient() -> None:
    x, y = torch.zeros(1, 3, 2, 2, requires_grad=True), torch.ones(1, 3, 2, 2, requires_grad=True)
    perceptual_loss(TwoLayers(), x, y).backward()
    assert x.grad is not None and y.grad is None


def test_adversarial_losses_at_a_perfect_discriminator() -> None:
    sure, fooled = [torch.full((1, 1, 2, 2), 30.0)], [torch.full((1, 1, 2, 2), -30.0)]
    assert discriminator_loss(sure, fooled).item() == pytest.approx(0.0, abs=1e-6)
    assert generator_adversarial_loss(fooled).item() == pytest.approx(1.0, abs=1e-6)


def test_soft_cross_entropy_of_even_logits_is_log_classes() -> None:
    labels = torch.tensor([0.2, 0.3, 0.5]).view(1, 3, 1, 1).expand(1, 3, 4, 4)
    assert soft_cross_entropy(torch.zeros(1, 3, 4, 4), labels).item() == pytest.approx(math.log(3))


def test_margin_softmax_prefers_the_right_centre() -> None:
    centres = torch.eye(3)
    right = margin_softmax(torch.eye(3)[:1], centres, torch.tensor([0]))
    wrong = margin_softmax(torch.eye(3)[:1], centres, torch.tensor([1]))
    assert right < 0.01 < wrong


def test_background_becomes_minus_one() -> None:
    mask = torch.zeros(1, 1, 2, 2)
    mask[..., 0] = 1
    out = remove_background(torch.full((1, 3, 2, 2), 0.3), mask)
    assert torch.allclose(out[..., 0], torch.full((1, 3, 2), 0.3)) and torch.equal(
        out[..., 1], torch.full((1, 3, 2), -1.0)
    )


def test_detector_cells_of_unknown_sizes_are_ignored() -> None:
    boxes = torch.tensor([[[40.0, 40, 70, 70], [-1, -1, -1, -1]], [[10, 10, 22, 22], [-1, -1, -1, -1]]])
    wanted, ignore, goal = detector_targets(boxes, 16, 16)
    assert wanted[0].sum() > 0 and wanted[1].sum() == 0 and ignore[1].sum() > 0
    cell = wanted[0].nonzero()[0]
    assert goal[0, :, cell[0], cell[1]].tolist() == [40, 40, 70, 70]


def test_parts_of_a_face_too_large_for_the_detector_are_no_faces() -> None:
    boxes = torch.tensor([[[10.0, 10, 110, 110]], [[10.0, 10, 80, 80]]])
    wanted, ignore, _ = detector_targets(boxes, 16, 16)
    assert wanted.sum() == 0 and ignore[0].sum() == 0 and ignore[1].sum() > 0
