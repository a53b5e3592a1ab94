"""Boxes of pixels: overlap, suppression of doubles and interpolation. Below detection and tracking."""

from __future__ import annotations

import numpy as np


def intersection_over_union(boxes_a: np.ndarray, boxes_b: np.ndarray) -> np.ndarray:
    """How far boxes cover each other.

    Args:
        boxes_a: (N, 4) px x0 y0 x1 y1, half-open.
        boxes_b: (M, 4) px of the same picture.

    Returns:
        (N, M) float64 in [0, 1]; 0 where either box is empty.
    """
    a = np.asarray(boxes_a, np.float64).reshape(-1, 1, 4)
    b = np.asarray(boxes_b, np.float64).reshape(1, -1, 4)
    overlap = np.clip(np.minimum(a[..., 2:], b[..., 2:]) - np.maximum(a[..., :2], b[..., :2]), 0, None)
    intersection = overlap[..., 0] * overlap[..., 1]
    union = box_areas(a) + box_areas(b) - intersection
    return np.divide(intersection, union, out=np.zeros_like(intersection), where=union > 0)


def suppress_overlaps(boxes: np.ndarray, scores: np.ndarray, iou_threshold: float) -> np.ndarray:
    """The boxes that stay when, of boxes that cover each other, only the best one may (non-maximum suppression).

    Args:
        boxes: (N, 4) px.
        scores: (N,) higher is better; of equal scores the first one wins.
        iou_threshold: 0..1, boxes that overlap by more than this are taken for the same thing.

    Returns:
        (K,) int64 indices, best score first.
    """
    order = np.argsort(-np.asarray(scores), kind="stable")
    overlaps = intersection_over_union(boxes, boxes)
    kept: list[int] = []
    for candidate in order:
        if not kept or overlaps[candidate, kept].max() <= iou_threshold:
            kept.append(int(candidate))
    return np.asarray(kept, np.int64)


def interpolate_boxes(before: np.ndarray, after: np.ndarray, count: int) -> np.ndarray:
    """The boxes of `count` frames missing between two frames, moving evenly.

    Args:
        before: (4,) px, box of the last frame before the gap.
        after: (4,) px, box of the first frame behind it.
        count: Number of missing frames, 0 or more.

    Returns:
        (count, 4) float32.
    """
    weight = (np.arange(1, count + 1) / (count + 1))[:, None]
    return (np.asarray(before) * (1 - weight) + np.asarray(after) * weight).astype(np.float32)


def box_centres(boxes: np.ndarray) -> np.ndarray:
    """(..., 2) px: the middle of each box of (..., 4) px."""
    boxes = np.asarray(boxes)
    return (boxes[..., :2] + boxes[..., 2:]) / 2


def box_sizes(boxes: np.ndarray) -> np.ndarray:
    """(..., 2) px: width and height of each box of (..., 4) px."""
    boxes = np.asarray(boxes)
    return boxes[..., 2:] - boxes[..., :2]


def box_areas(boxes: np.ndarray) -> np.ndarray:
    """(...) px^2: the area of each box of (..., 4) px; 0 for a box turned inside out."""
    return np.prod(np.clip(box_sizes(boxes), 0, None), axis=-1)


def boxes_from_centres(centres: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """The boxes around centres.

    Args:
        centres: (..., 2) px.
        sizes: (..., 2) px, width and height.

    Returns:
        (..., 4) float32 px x0 y0 x1 y1.
    """
    centres, half = np.asarray(centres), np.asarray(sizes) / 2
    return np.concatenate([centres - half, centres + half], axis=-1).astype(np.float32)
