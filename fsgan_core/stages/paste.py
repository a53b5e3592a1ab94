"""Paste: the softly eroded face mask, and the blended face laid on the plate through it (section 3.10)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from fsgan_core.geometry.crop_transform import CropTransform
from fsgan_core.geometry.resample import Window, crop_to_plate

_INVISIBLE = 1 / 1024
_LARGEST_HALF = 65504.0


@dataclass(frozen=True)
class PastedFace:
    """The part of the plate that the crop covers, after the paste.

    Args:
        window: x0 y0 x1 y1 px of the plate's array, half-open; everything outside it is the plate.
        result: (h, w, 3) float32 = blended * matte + plate * (1 - matte); the plate's own bits where the matte is 0.
        blended: (h, w, 3) float32, the blended face resampled to the plate.
        matte: (h, w) float32 in [0, 1]; 0 along the border of the crop.
    """

    window: Window
    result: np.ndarray
    blended: np.ndarray
    matte: np.ndarray


def paste(
    plate: np.ndarray, blended: np.ndarray, matte: np.ndarray, transform: CropTransform, stored: type = np.float16
) -> PastedFace:
    """The blended crop laid on the plate through its matte.

    The plate is neither resampled nor copied as a whole: only the matte and the blended face travel, inside the crop's
    window.

    Args:
        plate: (H, W, 3) float32 linear, unbounded. Pixels that are not finite are replaced where the matte is above 0.
        blended: (S, S, 3) linear, unbounded, same colour space as the plate.
        matte: (S, S) in [0, 1], of `soft_erode`.
        transform: Where the crop lies in the plate's array.
        stored: Precision in which matte and layers are written; they are rounded to it first, so that the file's layers
            give the file's result.

    Returns:
        The pasted window.
    """
    size = plate.shape[:2]
    placed, window = crop_to_plate(matte[..., None], transform, size)
    placed_matte = _clean_matte(placed[..., 0], stored)
    placed_blend = round_to(crop_to_plate(blended, transform, size, window)[0], stored)
    x0, y0, x1, y1 = window
    under = plate[y0:y1, x0:x1]
    known = np.where(np.isfinite(under), under, placed_blend)
    weight = placed_matte[..., None]
    mixed = placed_blend * weight + known * (1 - weight)  # I' = I_b S + I_t (1 - S)
    result = np.where(weight > 0, mixed, under).astype(np.float32)
    return PastedFace(window, result, placed_blend, placed_matte)


def soft_erode(face: np.ndarray, soft_px: float, threshold: float, border_px: int = 3) -> np.ndarray:
    """The face mask with a soft edge that lies inside it: 0 at its outline, 1 from `soft_px` inwards or before.

    Each frame stands for itself: the released code scales by the largest value of a batch, so that the edge depends on
    the neighbours and an empty mask gives NaN. And its edge reaches outwards, over hair and background; here it ends at
    the outline.

    Args:
        face: (S, S) probability of face, of the plate's crop.
        soft_px: Width of the soft edge at full threshold, crop px; 0 for a hard matte.
        threshold: Softened value from which the matte is solid, 0 to 1: lower makes the edge steeper.
        border_px: Along the crop's border the matte is 0 this far in, so that the crop's edge can never be seen.

    Returns:
        (S, S) float32 in [0, 1].
    """
    mask = np.clip((np.asarray(face, np.float32) - 0.25) * 2, 0, 1)
    mask[:border_px] = mask[-border_px:] = mask[:, :border_px] = mask[:, -border_px:] = 0
    radius = soft_px / 2
    if radius < 0.5:
        return mask
    # Eroded by the cone's radius: the softened edge then begins at the outline instead of reaching beyond it.
    eroded = cv2.erode(mask, _disc(radius), borderType=cv2.BORDER_CONSTANT, borderValue=0)
    softened = cv2.filter2D(eroded, cv2.CV_32F, _cone(radius), borderType=cv2.BORDER_CONSTANT)
    return np.clip(softened / max(threshold, 1e-3), 0, 1)


def border_for(transform: CropTransform) -> int:
    """How far in a matte must be 0, crop px, so that it is still 0 at the crop's border after resampling."""
    return math.ceil(3 * max(1.0, float(transform.scale.max())))


def plate_to_crop_map(transform: CropTransform, window: Window) -> np.ndarray:
    """The ST map of a window: for each plate pixel, where it lies in the crop.

    Args:
        transform: Where the crop lies.
        window: x0 y0 x1 y1 plate px.

    Returns:
        (h, w, 2) float32 U and V in [0, 1] of the crop, V counted from the bottom as STMap nodes do.
    """
    x0, y0, x1, y1 = window
    x, y = np.meshgrid(np.arange(x0, x1) + 0.5, np.arange(y0, y1) + 0.5)
    crop_points = transform.to_crop(np.stack([x, y], -1)) / transform.size
    return np.stack([crop_points[..., 0], 1 - crop_points[..., 1]], -1).astype(np.float32)


def round_to(values: np.ndarray, stored: type) -> np.ndarray:
    """Values as they read back after being stored, float32; half is limited to its range."""
    if stored is np.float16:
        values = np.clip(values, -_LARGEST_HALF, _LARGEST_HALF)
    return np.asarray(values, stored).astype(np.float32)


def _clean_matte(matte: np.ndarray, stored: type) -> np.ndarray:
    """A resampled matte without its overshoot, and without the traces that nobody sees but a viewer gained up."""
    clean = np.clip(matte, 0, 1)
    clean[clean < _INVISIBLE] = 0
    clean[clean > 1 - _INVISIBLE] = 1
    return round_to(clean, stored)


def _disc(radius: float) -> np.ndarray:
    """(2 r + 1)^2 uint8 disc."""
    return (_distance(radius) < radius + 0.5).astype(np.uint8)


def _cone(radius: float) -> np.ndarray:
    """(2 r + 1)^2 float32 cone that sums to 1."""
    cone = np.clip(radius + 0.5 - _distance(radius), 0, None)
    return (cone / cone.sum()).astype(np.float32)


def _distance(radius: float) -> np.ndarray:
    reach = math.ceil(radius)
    offset = np.arange(-reach, reach + 1, dtype=np.float64)
    return np.hypot(offset, offset[:, None])
