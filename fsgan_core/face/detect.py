"""Where the faces of one picture are: a small network over a picture pyramid, then one box per face."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from torch import nn

from fsgan_core.color.network_encoding import linear_to_network
from fsgan_core.face.network_input import network_input, visible_range
from fsgan_core.face.provided import PictureDetector
from fsgan_core.geometry.box import box_areas, suppress_overlaps
from fsgan_core.geometry.resample import resize_picture
from fsgan_core.networks.inference import infer

SMALLEST_FACE_PX = 16
"""Face box that the network just finds; the finest level shows the smallest face wanted at this size."""
FINEST_SIDE_PX = 96
"""The finest level is at least this large on its short side: on a small picture a face is worth a second level."""
COARSEST_SIDE_PX = 32
"""Levels are added until the picture's short side is at most this, so that a face larger than the picture is found."""
LARGEST_ENLARGEMENT = 2.0
MARGIN_PX = 16
"""Repeated border around every level: a face may reach over the picture's edge."""
SIZE_MULTIPLE_PX = 16
NMS_IOU = 0.4
INSIDE_SHARE = 0.25
"""Share of a box that must lie inside the picture."""


@dataclass(frozen=True)
class FaceDetections:
    """The faces of one picture, best first.

    Attributes:
        boxes: (K, 4) float32 picture px x0 y0 x1 y1, square on a screen.
        scores: (K,) float32 in [0, 1].
    """

    boxes: np.ndarray
    scores: np.ndarray


def detect_faces(
    picture: np.ndarray,
    detector: nn.Module,
    min_face_px: float,
    score_threshold: float,
    pixel_aspect: float = 1.0,
) -> FaceDetections:
    """The faces of a picture.

    Args:
        picture: (H, W, 3) scene-linear; NaN and Inf allowed.
        detector: The pack's detector.
        min_face_px: Height of the smallest face box to look for, px.
        score_threshold: 0..1.
        pixel_aspect: Width over height of one pixel on a screen.

    Returns:
        Boxes in pixels of the picture, none smaller than the detector finds at this `min_face_px`.
    """
    if isinstance(detector, PictureDetector):
        return _detect_whole(picture, detector, min_face_px, score_threshold, pixel_aspect)
    height, width = picture.shape[:2]
    boxes, scores = [np.zeros((0, 4), np.float32)], [np.zeros(0, np.float32)]
    for level in picture_pyramid(visible_range(picture), min_face_px, pixel_aspect):
        level_boxes, level_scores = _detect_level(level, detector, score_threshold)
        to_picture = np.array([width / level.shape[1], height / level.shape[0]] * 2, np.float32)
        boxes.append(level_boxes * to_picture)
        scores.append(level_scores)
    all_boxes, all_scores = np.concatenate(boxes), np.concatenate(scores)
    inside = _share_inside(all_boxes, (height, width)) >= INSIDE_SHARE
    all_boxes, all_scores = all_boxes[inside], all_scores[inside]
    kept = suppress_overlaps(all_boxes, all_scores, NMS_IOU)
    return FaceDetections(all_boxes[kept], all_scores[kept])


def _detect_whole(
    picture: np.ndarray, detector: PictureDetector, min_face_px: float, score_threshold: float, pixel_aspect: float
) -> FaceDetections:
    """The faces of a picture by a detector of another project, as square boxes of the same middle and height."""
    height, width = picture.shape[:2]
    scale = min(1.0, detector.smallest_px / min_face_px)
    level = resize_picture(visible_range(picture), _scaled_size(height, width * pixel_aspect, scale))
    rows = [_find_in_level(level, detector, (height, width))]
    while min(level.shape[:2]) > detector.largest_px:
        level = resize_picture(level, _scaled_size(level.shape[0], level.shape[1], 0.5))
        rows.append(_find_in_level(level, detector, (height, width)))
    found = np.concatenate(rows)
    found = found[(found[:, 4] >= score_threshold) & (found[:, 3] - found[:, 1] >= min_face_px)]
    half = np.outer(found[:, 3] - found[:, 1], [1 / pixel_aspect, 1]) / 2
    centre = (found[:, :2] + found[:, 2:4]) / 2
    boxes, scores = np.concatenate([centre - half, centre + half], 1).astype(np.float32), found[:, 4]
    # At one size the detector has chosen already, by rules of its own.
    kept = suppress_overlaps(boxes, scores, NMS_IOU if len(rows) > 1 else 1.0)
    return FaceDetections(boxes[kept], scores[kept].astype(np.float32))


def _find_in_level(level: np.ndarray, detector: PictureDetector, size: tuple[int, int]) -> np.ndarray:
    """What the detector finds in a picture at one of its sizes: (K, 5), boxes in px of the picture of (height, width).
    """
    code = np.clip((linear_to_network(level) + 1) * 127.5, 0, 255)
    found = np.asarray(detector.find(np.round(code).astype(np.uint8)), np.float64).reshape(-1, 5)
    across, down = size[1] / level.shape[1], size[0] / level.shape[0]
    return found * np.array([across, down, across, down, 1])


def picture_pyramid(picture: np.ndarray, min_face_px: float, pixel_aspect: float) -> list[np.ndarray]:
    """The picture at halving sizes, with square pixels, finest first.

    Args:
        picture: (H, W, 3) float32, finite.
        min_face_px: Face box that the finest level shows at `SMALLEST_FACE_PX`.
        pixel_aspect: Width over height of one pixel on a screen.

    Returns:
        (h, w, 3) float32 each.
    """
    height, width = picture.shape[0], picture.shape[1] * pixel_aspect
    scale = min(max(SMALLEST_FACE_PX / min_face_px, FINEST_SIDE_PX / min(height, width)), LARGEST_ENLARGEMENT)
    sizes = [_scaled_size(height, width, scale)]
    while min(sizes[-1]) > COARSEST_SIDE_PX:
        scale /= 2
        sizes.append(_scaled_size(height, width, scale))
    levels = [resize_picture(picture, sizes[0])]
    for _, size in pairwise(sizes):
        levels.append(resize_picture(levels[-1], size))
    return levels


def _scaled_size(height: float, width: float, scale: float) -> tuple[int, int]:
    return max(1, round(height * scale)), max(1, round(width * scale))


def _detect_level(level: np.ndarray, detector: nn.Module, score_threshold: float) -> tuple[np.ndarray, np.ndarray]:
    """Boxes (K, 4) in px of the level and scores (K,) above the threshold."""
    height, width = level.shape[:2]
    rows = _rounded_up(height + 2 * MARGIN_PX) - height - MARGIN_PX
    columns = _rounded_up(width + 2 * MARGIN_PX) - width - MARGIN_PX
    padded = np.pad(level, ((MARGIN_PX, rows), (MARGIN_PX, columns), (0, 0)), mode="edge")
    logits, boxes = infer(detector, network_input(padded, detector))
    scores = 1 / (1 + np.exp(-logits[0].cpu().numpy().astype(np.float64).ravel()))
    found = (scores >= score_threshold).nonzero()[0]
    level_boxes = boxes[0].cpu().numpy().reshape(4, -1).T[found] - MARGIN_PX
    return level_boxes.astype(np.float32), scores[found].astype(np.float32)


def _rounded_up(side: int) -> int:
    return -(-side // SIZE_MULTIPLE_PX) * SIZE_MULTIPLE_PX


def _share_inside(boxes: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """(K,) 0..1: how much of each box lies in the picture of (height, width)."""
    height, width = size
    cut = np.clip(boxes, 0, [width, height, width, height])
    return box_areas(cut) / np.maximum(box_areas(boxes), 1e-6)
