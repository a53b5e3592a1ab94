"""Colours carried smoothly from where they are known to where they are not: what the compact G_c and G_b start from.

A pyramid average in place of a diffusion: exact where known, the mean of ever larger neighbourhoods elsewhere.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

RING_PX = 3
"""Width of the ring on either side of a mask's edge in which `membrane_blend` compares colours."""


def spread(values: Tensor, known: Tensor) -> Tensor:
    """Values carried to where they are not known.

    Args:
        values: (B, C, S, S).
        known: (B, 1, S, S) 0 or 1.

    Returns:
        (B, C, S, S); the values where they are known, averages of the nearest known ones elsewhere, 0 if there are
        none.
    """
    levels = [(values * known, known)]
    while levels[-1][0].shape[-1] % 2 == 0 and levels[-1][0].shape[-1] > 1:
        value, weight = levels[-1]
        levels.append((F.avg_pool2d(value, 2), F.avg_pool2d(weight, 2)))
    value, weight = levels[-1]
    filled = value / weight.clamp_min(1e-6)
    for value, weight in reversed(levels[:-1]):
        coarse = F.interpolate(filled, size=value.shape[2:], mode="bilinear", align_corners=False)
        sure = (weight * 4).clamp(max=1.0)
        filled = sure * value / weight.clamp_min(1e-6) + (1 - sure) * coarse
    return filled


def fill_background(face: Tensor) -> Tensor:
    """The face with its colours spread over the background.

    Args:
        face: (B, 3, S, S) in [-1, 1], exactly -1 in all channels where there is no face.

    Returns:
        (B, 3, S, S) in [-1, 1]; grey if there is no face at all.
    """
    return spread(face, (face > -1).any(1, keepdim=True).type_as(face))


def membrane_blend(transfer: Tensor, target: Tensor, mask: Tensor) -> Tensor:
    """The transferred face, shifted in colour so that it meets the target at the mask's edge.

    The solution of the Poisson equation (Nirkin et al. 2022, eq. 19) is the transfer plus a smooth membrane that takes
    up the difference at the edge; here the membrane is `spread` from the ring inside the edge.

    Args:
        transfer: (B, 3, S, S) in [-1, 1].
        target: (B, 3, S, S) in [-1, 1].
        mask: (B, 1, S, S) 0 or 1.

    Returns:
        (B, 3, S, S) in [-1, 1]; the target where the mask is 0.
    """
    inner = mask * _grown(1 - mask)
    outer = (1 - mask) * _grown(mask)
    difference = spread(target, outer) - spread(transfer, inner)
    return torch.where(mask > 0.5, transfer + spread(difference, inner), target).clamp(-1, 1)


def _grown(mask: Tensor) -> Tensor:
    return F.max_pool2d(mask, 2 * RING_PX + 1, 1, RING_PX)
