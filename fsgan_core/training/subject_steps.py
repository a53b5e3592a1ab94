"""What G_r learns while it is finetuned: the person from the clip, and from its parent what the clip does not show."""

from __future__ import annotations

import torch
from torch import Tensor

from fsgan_core.networks.face_generators import ReenactmentGenerator
from fsgan_core.training.generator_steps import (
    PARTS_WEIGHT,
    Generated,
    GeneratorContext,
    reenactment_pictures,
    remove_background,
)

SHIFT_WEIGHT = 0.5
"""Of a px by which the warped view is moved otherwise than the parent moves it."""


def subject_pictures(
    parent: ReenactmentGenerator,
    net: ReenactmentGenerator,
    batch: dict[str, Tensor],
    context: GeneratorContext,
    stage: str,
    ramp: float,
) -> list[Generated]:
    """As `reenactment_pictures`; where another face's landmarks are asked for, mouth and eyes stay as the parent makes
    them, and the warped view is moved as the parent moves it.

    Without this the mouth that belongs to a pose in the clip is learned by heart, and the plate's is not followed; and
    the skin is drawn to where the clip's landmarks would have it.

    Args:
        parent: G_r before finetuning.
        net: G_r.
        batch: `subject_samples.subject_sample`; `kept` says which kind it is.
        context: Frozen networks.
        stage: "base" or "full".
        ramp: Of stepwise reenactment.
    """
    if not bool(batch["kept"]):
        return reenactment_pictures(net, batch, context, stage, ramp)
    inputs = batch["view"], batch["warped"], batch["points"]
    with torch.no_grad():
        wanted, wanted_shifts = parent.picture_and_shifts(*inputs, stage)
    made, shifts = net.picture_and_shifts(*inputs, stage)
    wanted, parts = wanted.float(), batch["parts"]
    detail = ((made - wanted).abs() * parts).mean() * PARTS_WEIGHT * context.pixel_weight * 4
    if shifts is not None and wanted_shifts is not None:
        detail = detail + (shifts - wanted_shifts).abs().mean() * made.shape[-1] * SHIFT_WEIGHT
    return [Generated(remove_background(made, parts), remove_background(wanted, parts), detail)]
