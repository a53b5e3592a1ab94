"""Expression error: how far the landmarks of the result lie from those of the plate (section 5.1)."""

from __future__ import annotations

import numpy as np


def landmark_error_px(result_landmarks: np.ndarray, plate_landmarks: np.ndarray) -> np.ndarray:
    """The mean distance between corresponding landmarks.

    Args:
        result_landmarks: (N, 98, 2) crop px.
        plate_landmarks: (N, 98, 2) px of the same crops.

    Returns:
        (N,) float64 crop px.
    """
    return np.linalg.norm(np.asarray(result_landmarks, np.float64) - plate_landmarks, axis=-1).mean(-1)
