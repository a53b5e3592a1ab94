"""Expression error: how far the landmarks of the result lie from those of the plate (section 5.1), and its eyes."""

from __future__ import annotations

import numpy as np

from fsgan_core.geometry.eye_opening import eye_opening


def landmark_error_px(result_landmarks: np.ndarray, plate_landmarks: np.ndarray) -> np.ndarray:
    """The mean distance between corresponding landmarks.

    Args:
        result_landmarks: (N, 98, 2) crop px.
        plate_landmarks: (N, 98, 2) px of the same crops.

    Returns:
        (N,) float64 crop px.
    """
    return np.linalg.norm(np.asarray(result_landmarks, np.float64) - plate_landmarks, axis=-1).mean(-1)


def eye_error(result_landmarks: np.ndarray, plate_landmarks: np.ndarray) -> np.ndarray:
    """How much wider or less wide the eyes of the result are open: a lost blink has about 0.2, a good frame 0.02.

    The people may have eyes of other shapes, so a lasting difference of a few hundredths is nobody's fault.

    Args:
        result_landmarks: (..., 98, 2) px.
        plate_landmarks: (..., 98, 2) px.

    Returns:
        (...) float64, in widths of an eye.
    """
    return np.abs(eye_opening(result_landmarks) - eye_opening(plate_landmarks))
