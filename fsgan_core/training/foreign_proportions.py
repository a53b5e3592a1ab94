"""Landmarks with the proportions of somebody else: what a swap asks of G_r, and what no clip of one person shows.

In a swap the landmarks are the plate's. A network that is finetuned on the source's own landmarks alone learns to obey
them, and gives the source's skin on the plate's bones; one that has seen foreign proportions learns whose face it is.
"""

from __future__ import annotations

import numpy as np

from fsgan_core.face.aligned_face import TEMPLATE, aligning_similarity
from fsgan_core.geometry.eye_opening import EYE_POINTS
from fsgan_core.networks.face_embedding import ALIGNED_PX

_JAW, _NOSE, _MOUTH = np.arange(33), np.arange(51, 60), np.arange(76, 96)
_LEFT_BROW, _RIGHT_BROW = np.arange(33, 42), np.arange(42, 51)
_LEFT_EYE, _RIGHT_EYE = (np.array(points) for points in EYE_POINTS)
_MIDLINE = 0.5
# Deviation between people (390 heads, frontal, aligned), of place in shares of the aligned side, and of relative size.
_PLACE = {"brows": (0.006, 0.008), "eyes": (0.006, 0.005), "nose": (0.002, 0.006), "mouth": (0.001, 0.006)}
_SIZE = {
    "jaw": (0.026, 0.029), "brows": (0.04, 0.08), "eyes": (0.04, 0.12), "nose": (0.05, 0.025), "mouth": (0.06, 0.1),
}  # fmt: skip
_PARTS = {
    "jaw": (_JAW,), "brows": (_LEFT_BROW, _RIGHT_BROW), "eyes": (_LEFT_EYE, _RIGHT_EYE), "nose": (_NOSE,),
    "mouth": (_MOUTH,),
}  # fmt: skip


def foreign_proportions(
    landmarks: np.ndarray, yaw_deg: float, rng: np.random.Generator, amount: float = 1.0
) -> np.ndarray:
    """The landmarks as they would lie on a random other face of the same pose and expression.

    Args:
        landmarks: (98, 2) px.
        yaw_deg: Of the head; what lies across is foreshortened by it.
        rng: Advanced.
        amount: 1 is as far apart as people are; 0 leaves the landmarks.

    Returns:
        (98, 2) float32 px.
    """
    matrix = aligning_similarity(landmarks)
    aligned = (np.asarray(landmarks, np.float64) @ matrix[:, :2].T + matrix[:, 2]) / ALIGNED_PX
    moved = aligned.copy()
    across = float(np.cos(np.radians(yaw_deg)))
    for name, groups in _PARTS.items():
        shift = rng.normal(0, 1, 2) * np.array(_PLACE.get(name, (0.0, 0.0))) * amount
        size = np.exp(rng.normal(0, 1, 2) * np.array(_SIZE[name]) * amount)
        for group in groups:
            # Both sides alike: what moves the left part outwards moves the right one outwards.
            side = np.sign(TEMPLATE[group, 0].mean() - _MIDLINE) if len(groups) == 2 else 1.0
            centre = aligned[group].mean(0)
            moved[group] = centre + (aligned[group] - centre) * size + shift * (side * across, 1.0)
    pixels = moved * ALIGNED_PX - matrix[:, 2]
    return np.asarray(pixels @ np.linalg.inv(matrix[:, :2]).T, np.float32)
