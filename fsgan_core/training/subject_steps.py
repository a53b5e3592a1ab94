"""What G_r learns while it is finetuned: the person from the clip, and from its parent what the clip does not show."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from fsgan_core.training.generator_steps import (
    PARTS_WEIGHT,
    Generated,
    GeneratorContext,
    reenactment_pictures,
    remove_background,
)


def subject_pictures(
    parent: nn.Module, net: nn.Module, batch: dict[str, Tensor], context: GeneratorContext, stage: str, ramp: float
) -> list[Generated]:
    """As `reenactment_pictures`; where an expression is asked for that the clip does not show, mouth and eyes stay
    as the parent makes them.

    Without this the mouth that belongs to a pose in the clip is learned by heart, and the plate's is not followed.

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
        wanted = parent(*inputs, stage).float()
    made, parts = net(*inputs, stage), batch["parts"]
    detail = ((made - wanted).abs() * parts).mean() * PARTS_WEIGHT * context.pixel_weight * 4
    return [Generated(remove_background(made, parts), remove_background(wanted, parts), detail)]
