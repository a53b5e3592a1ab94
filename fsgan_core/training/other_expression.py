"""Landmarks of the same face with another expression: what a plate may ask for and the clip of the source lacks."""

from __future__ import annotations

import numpy as np

from fsgan_core.geometry.eye_opening import EYE_POINTS

_EYES = tuple(np.array(points) for points in EYE_POINTS)
_EYE_CORNERS = ((60, 64), (68, 72))
_MOUTH, _MOUTH_CORNERS = np.arange(76, 96), (76, 82)
_LOWER_LIP = np.concatenate([np.arange(83, 88), np.arange(93, 96)])
_CHIN, _CHIN_TIP = np.arange(8, 25), 16
_LEAST_LIDS, _MOST_LIDS = 0.15, 1.15
_MOST_OPEN, _WIDER = 0.45, 0.1


def other_expression(landmarks: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The landmarks with the mouth opened or closed and wider or narrower, and with the lids raised or lowered.

    Args:
        landmarks: (98, 2) px.
        rng: Advanced.

    Returns:
        (98, 2) float32 px. Both eyes do the same; the jaw goes with the lower lip, the chin most.
    """
    moved = np.array(landmarks, np.float64)
    lids = rng.uniform(_LEAST_LIDS, _MOST_LIDS)
    for eye, (first, last) in zip(_EYES, _EYE_CORNERS, strict=True):
        _, down = _axes(moved[first], moved[last])
        middle = (moved[first] + moved[last]) / 2
        moved[eye] -= np.outer((moved[eye] - middle) @ down * (1 - lids), down)
    first, last = moved[list(_MOUTH_CORNERS)]
    across, down = _axes(first, last)
    width = float(np.linalg.norm(last - first))
    gap = max(0.0, float((moved[94] - moved[90]) @ down))
    drop = rng.uniform(0, _MOST_OPEN) * width - gap
    middle = (first + last) / 2
    stretch = np.exp(rng.normal(0, _WIDER)) - 1
    moved[_MOUTH] += np.outer((moved[_MOUTH] - middle) @ across * stretch, across)
    # Nearer to a corner the lip moves less, as nearer to an ear the jaw does.
    share = 1 - np.minimum(1, np.abs((moved[_LOWER_LIP] - middle) @ across) / max(width / 2, 1e-6)) ** 2
    moved[_LOWER_LIP] += np.outer(drop * share, down)
    moved[_CHIN] += np.outer(drop * (1 - ((_CHIN - _CHIN_TIP) / 9.0) ** 2), down)
    return np.asarray(moved, np.float32)


def _axes(first: np.ndarray, last: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Unit vectors along a line of the face and down from it."""
    across = (last - first) / max(float(np.linalg.norm(last - first)), 1e-6)
    return across, np.array([-across[1], across[0]])
