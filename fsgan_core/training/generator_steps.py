"""One step function for each generator.

Batch in, generated and wanted picture out, and the losses of the paper on them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from fsgan_core.geometry.eye_opening import above_lashes, shut_wholly
from fsgan_core.geometry.landmark_warp import warp_map
from fsgan_core.training.losses import (
    ADVERSARIAL_WEIGHT,
    PIXEL_WEIGHT,
    generator_adversarial_loss,
    perceptual_loss,
)

Figures = dict[str, Tensor]
PARTS_WEIGHT = 6.0
"""Of mouth and eyes in the pixel loss of G_r: few pixels, where the warped view says least and a viewer looks most."""
STEPWISE_EVERY = 8
"""A stepwise batch costs twice a plain one; one in this many is enough."""


@dataclass(frozen=True)
class GeneratorContext:
    """The frozen and adversarial networks around a generator.

    Attributes:
        features: Face features of eq. 3, frozen.
        discriminator: Multi-scale discriminator, or None for training without it.
        transformer: T, for stepwise reenactment, or None.
        pixel_weight: lambda_pixel of eq. 5.
    """

    features: nn.Module
    discriminator: nn.Module | None
    transformer: nn.Module | None = None
    pixel_weight: float = PIXEL_WEIGHT


@dataclass(frozen=True)
class Generated:
    """What a generator made and what it should have made, both with their background removed.

    Attributes:
        fake: (B, 3, S, S) in [-1, 1].
        wanted: (B, 3, S, S).
        extra: A further loss, or 0.
        weight: Of the reconstruction.
    """

    fake: Tensor
    wanted: Tensor
    extra: Tensor
    weight: float = 1.0


def reenactment_pictures(
    net: nn.Module, batch: dict[str, Tensor], context: GeneratorContext, stage: str, ramp: float
) -> list[Generated]:
    """G_r on a pair (eq. 15): the single-step result, and on every eighth batch the stepwise one with its weight ramp.

    Args:
        net: G_r.
        batch: `generator_samples.reenactment_sample`.
        context: Frozen networks.
        stage: "base" or "full".
        ramp: lambda_stepwise, 0 to 1 over the training.
    """
    head, face = batch["head"], batch["face"]
    single = net(batch["view"], batch["warped"], batch["points"], stage)
    weight = 0.25 + 0.75 * face + PARTS_WEIGHT * batch["parts"]
    # What lies behind the target cannot be known: the warped view's background is kept, sharp instead of guessed.
    background = ((single - batch["warped"]).abs() * (1 - head)).mean() * context.pixel_weight * 2
    detail = ((single - batch["target"]).abs() * weight).mean() * context.pixel_weight * 4
    results = [
        Generated(remove_background(single, head), remove_background(batch["target"], head), background + detail)
    ]
    if context.transformer is not None and ramp > 0 and int(batch["number"]) % STEPWISE_EVERY == STEPWISE_EVERY - 1:
        final = stepwise(net, batch, context.transformer, stage)
        results.append(
            Generated(remove_background(final, head), remove_background(batch["target"], head), torch.zeros(()), ramp)
        )
    return results


def stepwise(net: nn.Module, batch: dict[str, Tensor], transformer: nn.Module, stage: str) -> Tensor:
    """Two reenactment steps through the middle pose, as at inference (eq. 9, 10)."""
    middle_pose = (batch["view_pose"] + batch["pose"]) / 2
    with torch.no_grad():
        middle = transformer(batch["view_points"], middle_pose).float()
    first = net(batch["view"], warp_batch(batch["view"], batch["view_points"], middle), middle, stage)
    return net(first, warp_batch(first, middle, batch["points"]), batch["points"], stage)


def warp_batch(pictures: Tensor, from_points: Tensor, to_points: Tensor) -> Tensor:
    """The warp of inference (`mirrored_warp`, without the mirror) on a batch, differentiable in the pictures.

    Args:
        pictures: (B, 3, S, S).
        from_points: (B, 98, 2) in [0, 1], landmarks of the pictures.
        to_points: (B, 98, 2) in [0, 1], where they shall lie.
    """
    size = pictures.shape[-1]
    pairs = zip(from_points.cpu().numpy() * size, to_points.cpu().numpy() * size, strict=True)
    maps = np.stack([warp_map(above_lashes(a, b), shut_wholly(b), (size, size)) for a, b in pairs])
    grid = torch.from_numpy(maps * (2 / size) - 1).to(pictures.device)
    return F.grid_sample(pictures.float(), grid, mode="bilinear", padding_mode="border", align_corners=False)


def inpainting_pictures(
    net: nn.Module, batch: dict[str, Tensor], context: GeneratorContext, stage: str, ramp: float
) -> list[Generated]:
    """G_c on a face with holes (eq. 18), compared inside the target's face mask."""
    made = net(batch["face"], batch["points"], batch["mask"], stage)
    hole = batch["mask"] * (1 - batch["shown"])
    inside = ((made - batch["target"]).abs() * (batch["mask"] + 3 * hole)).mean() * context.pixel_weight * 4
    return [
        Generated(remove_background(made, batch["mask"]), remove_background(batch["target"], batch["mask"]), inside)
    ]


def blending_pictures(
    net: nn.Module, batch: dict[str, Tensor], context: GeneratorContext, stage: str, ramp: float
) -> list[Generated]:
    """G_b against the Poisson clone (eq. 20), compact: against the clean tone match."""
    made = net(batch["transfer"], batch["target"], batch["mask"], stage)
    extra = ((made - batch["blended"]).abs() * (0.2 + batch["mask"])).mean() * context.pixel_weight * 8
    return [Generated(made, batch["blended"], extra)]


def generator_loss(pictures: list[Generated], context: GeneratorContext) -> tuple[Tensor, Figures]:
    """lambda_rec L_rec + lambda_adv L_adv over all generated pictures (eq. 15, 18, 20)."""
    total = torch.zeros(())
    figures: Figures = {}
    for index, made in enumerate(pictures):
        perceptual = perceptual_loss(context.features, made.fake, made.wanted)
        loss = perceptual + context.pixel_weight * (made.fake - made.wanted).abs().mean() + made.extra
        if context.discriminator is not None and index == 0:
            loss = loss + ADVERSARIAL_WEIGHT * 10 * generator_adversarial_loss(context.discriminator(made.fake))
        total = total + made.weight * loss
        if index == 0:
            figures = {"perceptual": perceptual, "l1": (made.fake - made.wanted).abs().mean()}
        else:
            figures["stepwise"] = perceptual
    return total, figures


def remove_background(picture: Tensor, mask: Tensor) -> Tensor:
    """The picture with -1 where the mask is 0 (I~ of the paper)."""
    return (picture + 1) * mask - 1
