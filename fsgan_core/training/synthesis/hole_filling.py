"""Guess what a picture shows where it is not known, from what is known around it."""

from __future__ import annotations

import cv2
import numpy as np

from fsgan_core.training.synthesis.head_camera import FloatArray

SMALLEST_LEVEL_PX = 2


def fill_holes(picture: FloatArray, known: FloatArray) -> FloatArray:
    """The picture with its unknown parts filled smoothly: known colours are averaged down a pyramid and back up.

    Args:
        picture: (H, W, C) float32.
        known: (H, W) float32 in [0, 1]: how much a pixel is to be believed. At least one must be above 0.

    Returns:
        (H, W, C) float32; where known is 1, the picture itself.
    """
    levels = [(picture * known[..., None], known)]
    while min(levels[-1][1].shape) > SMALLEST_LEVEL_PX:
        levels.append(_halve(*levels[-1]))
    weighted, weight = levels[-1]
    mean = weighted.sum((0, 1)) / max(float(weight.sum()), 1e-6)
    filled = np.where(weight[..., None] > 1e-6, weighted / np.maximum(weight, 1e-6)[..., None], mean)
    for weighted, weight in levels[-2::-1]:
        height, width, channels = weighted.shape
        coarse = cv2.resize(filled, (width, height), interpolation=cv2.INTER_LINEAR).reshape(height, width, channels)
        share = np.clip(weight, 0, 1)[..., None]
        filled = weighted / np.maximum(weight, 1e-6)[..., None] * share + coarse * (1 - share)
    return np.asarray(filled)


def _halve(weighted: FloatArray, weight: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Half the size; a pixel whose quarter is known already counts as known."""
    width, height = (weighted.shape[1] + 1) // 2, (weighted.shape[0] + 1) // 2
    colour = cv2.resize(weighted, (width, height), interpolation=cv2.INTER_AREA).reshape(height, width, -1)
    share = cv2.resize(weight, (width, height), interpolation=cv2.INTER_AREA)
    believed = np.where(share > 1e-6, np.minimum(1, share * 4) / np.maximum(share, 1e-6), 0)
    return colour * believed[..., None], share * believed
