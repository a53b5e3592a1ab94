"""The light that a portrait was taken in, told from how its skin is shaded."""

from __future__ import annotations

import numpy as np

from fsgan_core.training.synthesis.head_camera import FloatArray
from fsgan_core.training.synthesis.portrait_atlas import UnwrappedSkin
from fsgan_core.training.synthesis.shading import harmonics, srgb_to_linear

# Texels that are known this well take part, every seventh, and only if there are so many.
KNOWN, EVERY, FEWEST_TEXELS = 0.7, 7, 5000
# Brows, lips and stubble are no shade: in this many rounds is left out what lies further from the fit than so many
# times the median, and than a least difference. A deviation would not do: it grows with what is to be left out.
ROUNDS, FURTHEST_MEDIANS, LEAST_DIFFERENCE = 4, 3.0, 0.1
# Holds the light together, first and second order.
RIDGE = np.diag([0, *[0.004] * 3, *[0.03] * 5])
EVEN_LIGHT = np.array([1 / 0.282095, *[0] * 8], np.float32)


def fit_light(unwrapped: UnwrappedSkin) -> FloatArray:
    """(9,) float32 irradiance harmonics in the camera's frame, 1 at the median skin; even light if little is seen.

    Args:
        unwrapped: The portrait's skin.
    """
    known = unwrapped.known[unwrapped.skin] > KNOWN
    if known.sum() <= FEWEST_TEXELS:
        return EVEN_LIGHT.copy()
    grey = unwrapped.colour[unwrapped.skin][known][::EVERY].mean(1)
    light = srgb_to_linear(np.floor(grey) / 255).astype(np.float64)
    light /= max(float(np.median(light)), 1e-4)
    basis = harmonics(unwrapped.normals[known][::EVERY]).astype(np.float64)
    kept = np.ones(len(light), bool)
    fitted = np.zeros(9)
    for _ in range(ROUNDS):
        normal = basis[kept].T @ basis[kept] / kept.sum() + RIDGE
        fitted = np.linalg.solve(normal, basis[kept].T @ light[kept] / kept.sum())
        off = np.abs(light - basis @ fitted)
        kept = off < max(FURTHEST_MEDIANS * float(np.median(off)), LEAST_DIFFERENCE)
    return fitted.astype(np.float32)
