"""Which frames of a clip are good enough to learn a face from, and why the others are not."""

from __future__ import annotations

from collections import Counter

import cv2
import numpy as np

from fsgan_core.face.face_analysis import FaceAnalysis
from fsgan_core.face.segment import FACE, decompress_segmentation
from fsgan_core.stages.view_pruning import is_motion_blurred

COVERED_BELOW = 0.8
"""A face is covered when less than this share of what is usual in the clip is seen of it."""
FURTHEST_YAW_DEG = 65.0


def prune_frames(face: FaceAnalysis) -> tuple[np.ndarray, Counter[str]]:
    """The frames to learn from.

    Args:
        face: One person over a clip.

    Returns:
        (M,) int positions in `face.frames`, rising; and how many frames were left out for each reason.
    """
    shown = np.array(
        [shown_share(face.landmarks[k], decompress_segmentation(face.segmentations[k])[FACE]) for k in range(len(face))]
    )
    faults = {
        "without the face": face.scores <= 0,
        "in profile": np.abs(face.poses[:, 0]) > FURTHEST_YAW_DEG,
        "blurred by motion": is_motion_blurred(face.sharpness),
        "covered": shown < COVERED_BELOW * np.median(shown),
    }
    usable = np.ones(len(face), bool)
    reasons: Counter[str] = Counter()
    for reason, at_fault in faults.items():
        count = int((at_fault & usable).sum())
        if count:
            reasons[reason] = count
        usable &= ~at_fault
    return np.flatnonzero(usable), reasons


def shown_share(landmarks: np.ndarray, face: np.ndarray) -> float:
    """How much of the area between the landmarks is seen: hands, microphones and hair take away from it.

    Args:
        landmarks: (98, 2) crop px.
        face: (S, S) probability of face.
    """
    inside = np.zeros(face.shape, np.uint8)
    hull = cv2.convexHull(np.asarray(landmarks, np.float32))
    cv2.fillConvexPoly(inside, np.round(hull - 0.5).astype(np.int32), 1)
    area = int(inside.sum())
    return float(face[inside > 0].mean()) if area else 0.0
