"""Offsets between an artist's keys: exact at a key, straight between two, fading or held outside them."""

from __future__ import annotations

import numpy as np


def offset_curve(
    frames: np.ndarray, key_frames: np.ndarray, offsets: np.ndarray, fade_frames: int | None
) -> np.ndarray:
    """The offset of each frame.

    Args:
        frames: (N,) int frame numbers.
        key_frames: (K,) int, rising, K >= 1.
        offsets: (K, ...) the offset at each key.
        fade_frames: Before the first key and after the last one the offset is 0 from this many frames on, in a straight
            line until there; 0 ends it at the key. None holds it.

    Returns:
        (N, ...) float64; the very values of `offsets` at the keys.
    """
    frames, key_frames = np.asarray(frames, np.float64), np.asarray(key_frames, np.float64)
    flat = np.asarray(offsets, np.float64).reshape(len(key_frames), -1)
    curve = np.stack([np.interp(frames, key_frames, column) for column in flat.T], 1)
    if fade_frames is not None:
        distance = np.maximum(np.maximum(key_frames[0] - frames, frames - key_frames[-1]), 0)
        curve *= np.clip(1 - distance / (fade_frames + (fade_frames == 0)), 0, 1)[:, None]
    return curve.reshape(len(frames), *np.shape(offsets)[1:])
