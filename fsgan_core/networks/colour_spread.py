"""Colours carried smoothly from where they are known to where they are not: what the compact G_c starts from.

A pyramid average in place of a diffusion: exact where known, the mean of ever larger neighbourhoods elsewhere.
"""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor


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
