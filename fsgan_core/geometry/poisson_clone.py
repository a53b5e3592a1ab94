"""Poisson cloning: a region takes on the colours around it and keeps its own gradients."""

from __future__ import annotations

import cv2
import numpy as np


def poisson_clone(transfer: np.ndarray, target: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """The transferred face with the target's colours at its border: Poisson blending (Perez et al.; eq. 19).

    Args:
        transfer: (H, W, 3) float32 in [0, 1].
        target: (H, W, 3) float32 in [0, 1].
        mask: (H, W) uint8, 1 where transferred, 0 on the border of the picture.

    Returns:
        (H, W, 3) float32 in [0, 1]; the target where the mask is empty.
    """
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    if len(rows) < 3 or len(columns) < 3:
        return target.copy()
    centre = (int(columns[0] + columns[-1]) // 2, int(rows[0] + rows[-1]) // 2)
    source8, target8 = (np.round(np.clip(x, 0, 1) * 255).astype(np.uint8) for x in (transfer, target))
    cloned = cv2.seamlessClone(source8, target8, mask * 255, centre, cv2.NORMAL_CLONE).astype(np.float32) / 255
    return np.where(mask[..., None] > 0, cloned, target)
