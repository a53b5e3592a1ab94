"""A whole atlas from what a photograph shows: the hidden side from the other one, the rest from what is around it."""

from __future__ import annotations

import cv2
import numpy as np

from fsgan_core.training.synthesis.head_camera import FloatArray
from fsgan_core.training.synthesis.head_maps import ATLAS_PX
from fsgan_core.training.synthesis.hole_filling import fill_holes
from fsgan_core.training.synthesis.portrait_atlas import UnwrappedSkin

# The two sides are compared where both are known this well, at this size, and if there are so many texels of that kind.
BOTH_KNOWN, COMPARE_PX, FEWEST_TEXELS = 0.5, 128, 500
# The other side is made lighter or darker by no more than that (natural logarithm), and is never quite as sure.
LARGEST_TONE, MIRRORED_TRUST = 1.2, 0.98
# Keeps the logarithm of dark colours in bounds, of 255.
DARK = 8.0
# Beyond this share a colour is taken as it is.
SURE = 0.6


def complete_skin(unwrapped: UnwrappedSkin) -> tuple[FloatArray, FloatArray, FloatArray]:
    """The atlas without holes.

    Args:
        unwrapped: What the photograph shows.

    Returns:
        (512, 512, 3) float32 sRGB 0..255; and (512, 512) float32 in [0, 1] each: what was seen, and what was seen on
        this side or on the other.
    """
    inner = cv2.erode(unwrapped.known, np.ones((3, 3)))
    seen = np.minimum(cv2.GaussianBlur(inner, (0, 0), 1.2), unwrapped.known)
    other_seen = seen[:, ::-1]
    other = _in_own_tone(unwrapped.colour, np.minimum(seen, other_seen))
    mirrored = (1 - seen) * other_seen * MIRRORED_TRUST
    known = seen + mirrored
    weighted = unwrapped.colour * seen[..., None] + other * mirrored[..., None]
    colour = weighted / np.maximum(known, 1e-4)[..., None]
    believed = np.where(known > SURE, 1.0, known * known) * (known > 0.02)
    if believed.max() <= 0:
        return np.full(colour.shape, 118, np.float32), seen, known
    filled = fill_holes(colour.astype(np.float32), believed.astype(np.float32))
    return np.clip(filled, 0, 255).astype(np.float32), seen, np.clip(known, 0, 1)


def _in_own_tone(colour: FloatArray, both: FloatArray) -> FloatArray:
    """(512, 512, 3) the mirrored atlas in the light and shade of this side, as told by where both sides are seen."""
    mirrored = colour[:, ::-1]
    both = np.where(both > BOTH_KNOWN, both, 0)
    if both.sum() <= FEWEST_TEXELS:
        return mirrored
    here, there = cv2.GaussianBlur(colour, (0, 0), 3), cv2.GaussianBlur(np.ascontiguousarray(mirrored), (0, 0), 3)
    tone = np.clip(np.log((here + DARK) / (there + DARK)), -LARGEST_TONE, LARGEST_TONE)
    size = (COMPARE_PX, COMPARE_PX)
    weight = cv2.resize(both.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    total = cv2.resize((tone * both[..., None]).astype(np.float32), size, interpolation=cv2.INTER_AREA)
    mean = total / np.maximum(weight, 1e-4)[..., None]
    spread = fill_holes(mean, np.where(weight > 0.3, weight, 0).astype(np.float32))
    smooth = cv2.resize(cv2.GaussianBlur(spread, (0, 0), 5), (ATLAS_PX, ATLAS_PX))
    return np.clip((mirrored + DARK) * np.exp(smooth) - DARK, 0, 255)
