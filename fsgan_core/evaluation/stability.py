"""Stability: how much a face flickers and wobbles, which a still frame does not show."""

from __future__ import annotations

from collections import deque

import numpy as np


class FlickerMeter:
    """Adds up how unsteadily the pixels of a face change from frame to frame, without keeping more than three frames.

    Steady change (a head that turns, a light that fades) has a small second difference; flicker has a large one.
    """

    def __init__(self) -> None:
        self._recent: deque[tuple[int, np.ndarray, np.ndarray]] = deque(maxlen=3)
        self._sums: list[float] = []

    def add(self, frame: int, crop: np.ndarray, matte: np.ndarray) -> float | None:
        """One frame, in rising order; a gap in the numbers starts a new run.

        Gives back how much the frame before this one flickers, in 8-bit display code values; None where that is not
        known because it lacks a neighbour.

        Args:
            frame: Its number.
            crop: (S, S, 3) display values in [0, 1], of a crop that follows the face.
            matte: (S, S) in [0, 1], where the face is.
        """
        if self._recent and frame != self._recent[-1][0] + 1:
            self._recent.clear()
        self._recent.append((frame, np.asarray(crop, np.float32), np.asarray(matte, np.float32)))
        if len(self._recent) < 3:
            return None
        (_, before, matte_a), (_, now, matte_b), (_, after, matte_c) = self._recent
        weight = np.minimum(np.minimum(matte_a, matte_b), matte_c)
        if weight.sum() > 0:
            jerk = np.abs(after - 2 * now + before).mean(-1)
            self._sums.append(float((jerk * weight).sum() / weight.sum()))
            return 255 * self._sums[-1]
        return None

    @property
    def flicker(self) -> float:
        """The mean second difference over the face, in 8-bit display code values; NaN for fewer than three frames."""
        return 255 * float(np.mean(self._sums)) if self._sums else float("nan")


def landmark_wobble_px(landmarks: np.ndarray, frames: np.ndarray) -> float:
    """How unsteadily landmarks move: the mean length of their second difference over time.

    Args:
        landmarks: (N, 98, 2) px, measured frame by frame, not smoothed.
        frames: (N,) int rising; second differences are taken inside uninterrupted runs only.

    Returns:
        px; NaN where no three frames follow each other.
    """
    landmarks, frames = np.asarray(landmarks, np.float64), np.asarray(frames)
    if len(frames) < 3:
        return float("nan")
    jerk = np.linalg.norm(landmarks[2:] - 2 * landmarks[1:-1] + landmarks[:-2], axis=-1).mean(-1)
    follows = frames[2:] - frames[:-2] == 2
    return float(jerk[follows].mean()) if follows.any() else float("nan")
