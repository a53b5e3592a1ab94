"""How sharp a face is, so that motion-blurred frames are no source views (section 3.6)."""

from __future__ import annotations

import cv2
import numpy as np

from fsgan_core.face.network_input import visible_range


def face_sharpness(crop: np.ndarray, landmarks: np.ndarray) -> float:
    """The share of fine detail in the contrast of a face: comparable between frames of one shot.

    Args:
        crop: (S, S, 3) scene-linear; NaN and Inf allowed.
        landmarks: (98, 2) crop px.

    Returns:
        0 for a flat or fully blurred face, about 0.1 to 1 for sharp ones. Light and exposure cancel out.
    """
    grey = np.sqrt(visible_range(crop).mean(-1))
    inside = np.zeros(grey.shape, np.uint8)
    hull = cv2.convexHull(np.asarray(landmarks, np.float32))
    cv2.fillConvexPoly(inside, np.round(hull - 0.5).astype(np.int32), 1)
    if inside.sum() < 2:
        return 0.0
    detail = cv2.Laplacian(grey, cv2.CV_32F, ksize=1)[inside > 0].std()
    contrast = grey[inside > 0].std()
    return float(detail / contrast) if contrast > 1e-6 else 0.0
