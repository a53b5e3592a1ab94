"""Paste: the softly eroded face mask, and the blended face laid on the plate through it (section 3.10)."""

from __future__ import annotations

import math

import cv2
import numpy as np

from fsgan_core.geometry.crop_transform import CropTransform
from fsgan_core.geometry.resample import Window, crop_to_plate

_INVISIBLE = 1 / 1024
_LARGEST_HALF = 65504.0


def paste(under: np.ndarray, front: np.ndarray, matte: np.ndarray, stored: type = np.float16) -> np.ndarray:
    """The blended face laid over the plate through its matte.

    Args:
        under: (h, w, 3) float16 or float32, the plate in the window of the crop, as stored. Where it is not finite and
            the matte is above 0, the front replaces it.
        front: (h, w, 3) float32, the blended face resampled to those pixels and rounded as it will be stored.
        matte: (h, w) float32 in [0, 1], likewise.
        stored: Precision of the result.

    Returns:
        (h, w, 3) = front * matte + under * (1 - matte), rounded as stored; the very bits of `under` where the matte is
        0. Of the deeper type of `under` and `stored`.
    """
    result = under.astype(np.result_type(under.dtype, stored))
    inside = matte > 0
    face, weight = front[inside], matte[inside][:, None]
    plate = result[inside].astype(np.float32)
    plate = np.where(np.isfinite(plate), plate, face)
    result[inside] = round_to(face * weight + plate * (1 - weight), stored)  # I' = I_b S + I_t (1 - S)
    return result


def place_matte(matte: np.ndarray, transform: CropTransform, plate_size: tuple[int, int], stored: type) -> np.ndarray:
    """A matte resampled to the window of the plate that the crop covers.

    Args:
        matte: (S, S) in [0, 1], of `soft_erode`.
        transform: Where the crop lies.
        plate_size: height, width of the plate's array, px.
        stored: Precision in which it will be written; it is rounded to it, so that file and composite agree.

    Returns:
        (h, w) float32 in [0, 1].
    """
    placed, _ = crop_to_plate(matte[..., None], transform, plate_size)
    clean = np.clip(placed[..., 0], 0, 1)
    # Traces that nobody sees but a viewer gained up.
    clean[clean < _INVISIBLE] = 0
    clean[clean > 1 - _INVISIBLE] = 1
    return round_to(clean, stored)


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
