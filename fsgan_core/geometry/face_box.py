"""The square face box that detections, tracks and crops share, derived from 98 landmarks.

Sits between landmarks and crops: `box of landmarks -> crop of box`. The box follows the head, not the picture axes, so
that a tilted head gets a box of the same size.
"""

from __future__ import annotations

import numpy as np

CROP_SCALE = 1.25
"""Side of the crop over side of the face box: the rest is room for hair, the soft matte and motion."""
CROP_SIZE = 256
"""Side of the crop that every network sees, px."""
FOREHEAD = 0.30
"""How far the box reaches above the brows, in heights from chin to brow: to the hairline."""


def landmarks_to_box(landmarks: np.ndarray) -> np.ndarray:
    """The square face box of 98 landmarks.

    Args:
        landmarks: (98, 2) px, WFLW order, any picture space.

    Returns:
        (4,) float32 x0 y0 x1 y1 in the same space, half-open, x1 - x0 == y1 - y0.
    """
    points = np.asarray(landmarks, np.float64)
    up = points[33:51].mean(0) - points[16]
    up /= max(float(np.hypot(*up)), 1e-6)
    side_axis = np.array([-up[1], up[0]])
    along_up, along_side = points @ up, points @ side_axis
    height = float(np.ptp(along_up))
    top = along_up.max() + FOREHEAD * height
    centre = up * (top + along_up.min()) / 2 + side_axis * (along_side.max() + along_side.min()) / 2
    half = max(float(np.ptp(along_side)), (1 + FOREHEAD) * height) / 2
    return np.concatenate([centre - half, centre + half]).astype(np.float32)


def box_to_crop_box(box: np.ndarray) -> np.ndarray:
    """The square that is cropped around a face box.

    Args:
        box: (..., 4) px x0 y0 x1 y1.

    Returns:
        (..., 4) float32, same centre, `CROP_SCALE` times the larger side.
    """
    box = np.asarray(box, np.float32)
    centre = (box[..., :2] + box[..., 2:]) / 2
    half = (box[..., 2:] - box[..., :2]).max(-1, keepdims=True) * (CROP_SCALE / 2)
    return np.concatenate([centre - half, centre + half], -1)
