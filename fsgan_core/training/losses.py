"""The losses of section 3.3 and of the analysis networks."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

PERCEPTUAL_WEIGHT = 1.0
PIXEL_WEIGHT = 0.1
ADVERSARIAL_WEIGHT = 0.001
LAYER_WEIGHTS = (0.25, 0.5, 1.0, 1.5, 6.0)
"""Of the feature layers in eq. 3, finest first, from texture to person. The paper has none; the released code has 1/32
to 1. Without them nine tenths of our loss is fine texture, and eyes and mouths that lie a pixel off count as much as
another person."""


def perceptual_loss(features: nn.Module, x: Tensor, y: Tensor) -> Tensor:
    """Mean absolute difference of face features, summed over the layers (Nirkin et al. 2022, eq. 3).

    y gets no gradient.
    """
    with torch.no_grad():
        wanted = features(y)
    differences = [mean_difference(a, b) for a, b in zip(features(x), wanted, strict=True)]
    return torch.stack([w * d for w, d in zip(LAYER_WEIGHTS, differences, strict=False)]).sum()


def mean_difference(x: Tensor, y: Tensor) -> Tensor:
    """Mean absolute difference of two maps, subtracted as precisely as they are; a quarter of the time of `l1_loss`."""
    return torch.linalg.vector_norm(x - y, 1, dtype=torch.float32) / x.numel()


def reconstruction_loss(features: nn.Module, x: Tensor, y: Tensor) -> Tensor:
    """lambda_perc L_perc + lambda_pixel L_pixel (eq. 4, 5)."""
    return PERCEPTUAL_WEIGHT * perceptual_loss(features, x, y) + PIXEL_WEIGHT * F.l1_loss(x, y)


def generator_adversarial_loss(fake: Sequence[Tensor]) -> Tensor:
    """The generator's part of eq. 6 and 7, least squares as in pix2pixHD and the released code, summed over scales."""
    return torch.stack([F.mse_loss(torch.sigmoid(scale), torch.ones_like(scale)) for scale in fake]).sum()


def discriminator_loss(real: Sequence[Tensor], fake: Sequence[Tensor]) -> Tensor:
    """The discriminator's part of eq. 6 and 7, least squares, summed over scales, halved."""
    losses = []
    for a, b in zip(real, fake, strict=True):
        losses.append(
            F.mse_loss(torch.sigmoid(a), torch.ones_like(a)) + F.mse_loss(torch.sigmoid(b), torch.zeros_like(b))
        )
    return torch.stack(losses).sum() / 2


def soft_cross_entropy(logits: Tensor, labels: Tensor) -> Tensor:
    """Cross-entropy against class probabilities (B, C, H, W)."""
    return -(labels * F.log_softmax(logits, 1)).sum(1).mean()


def margin_softmax(
    embedding: Tensor, centres: Tensor, person: Tensor, scale: float = 24.0, margin: float = 0.15
) -> Tensor:
    """Cross-entropy of cosine similarities to one centre a person, the right one handicapped by a margin."""
    cosine = embedding @ F.normalize(centres, dim=1).t()
    return F.cross_entropy(scale * (cosine - margin * F.one_hot(person, centres.shape[0])), person)
