"""Expressions by hand: landmarks moved by a few named amounts, for a face that no driver plays."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from fsgan_core.geometry.eye_opening import LIDS

SLIDERS = {"jaw": (0.0, 1.0), "smile": (-1.0, 1.0), "brows": (-1.0, 1.0), "blink": (0.0, 1.0)}
"""Name of each amount and its limits; 0 leaves the face alone."""

_JAW_DROP = 0.16
_CORNERS = (76, 82, 88, 92)
_BESIDE_CORNERS = (77, 81, 83, 87, 89, 91, 93, 95)
_LOWER_LIP = (83, 84, 85, 86, 87, 93, 94, 95)
_BROWS = tuple(range(33, 51))


def slide_expression(landmarks: np.ndarray, amounts: Mapping[str, float]) -> np.ndarray:
    """The landmarks with another expression, moved along the face's own axes.

    Args:
        landmarks: (98, 2) px, WFLW order, at any pose.
        amounts: Of `SLIDERS`; those left out are 0, those beyond their limits are cut.

    Returns:
        (98, 2) float32 px.
    """
    points = np.array(landmarks, np.float64)
    a = {name: float(np.clip(amounts.get(name, 0.0), *limits)) for name, limits in SLIDERS.items()}
    up = points[33:51].mean(0) - points[16]
    across = points[82] - points[76]
    moved = points.copy()
    # The chin drops most, the jaw beside the ears not at all.
    share = np.sin(np.linspace(0, np.pi, 33)) ** 3
    moved[:33] -= share[:, None] * up * (_JAW_DROP * a["jaw"])
    moved[list(_LOWER_LIP)] -= up * (_JAW_DROP * a["jaw"])
    moved[list(_CORNERS)] -= up * (0.4 * _JAW_DROP * a["jaw"])
    for index in (*_CORNERS, *_BESIDE_CORNERS):
        strength = a["smile"] * (1.0 if index in _CORNERS else 0.5)
        side = np.sign((points[index] - points[[76, 82]].mean(0)) @ across)
        moved[index] += strength * (0.12 * side * across + 0.06 * up)
    moved[list(_BROWS)] += up * (0.1 * a["brows"])
    for upper, lower in LIDS:
        moved[upper] += a["blink"] * (points[lower] - points[upper])
    return moved.astype(np.float32)
