"""What keeps teeth from looking like one white band: shade between them and at the gums, and a tone for each."""

from __future__ import annotations

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from fsgan_core.training.synthesis.head_camera import FloatArray
from fsgan_core.training.synthesis.morphable_head import GUMS, TEETH, MorphableHead

# How much light is lost where a tooth touches its neighbour or meets the gum, and over how many cm that fades.
BETWEEN_LOSS, BETWEEN_CM = np.array([0.55, 0.62, 0.68]), 0.11
AT_GUM_LOSS, AT_GUM_CM = np.array([0.18, 0.34, 0.42]), 0.22
# No two teeth have the same tone; those further back are a little darker and more yellow, per cm from the front.
TONE_DEVIATION = np.array([0.03, 0.035, 0.05])
BACK_LOSS_PER_CM = np.array([0.02, 0.03, 0.05])


def shade_teeth(head: MorphableHead) -> FloatArray:
    """(drawn, 3) float32 factor on the colour of teeth, linear; 1 at all other vertices.

    Args:
        head: The head; which triangles touch says what is one tooth.
    """
    shade = np.ones((head.drawn, 3), np.float32)
    teeth = np.flatnonzero(head.vertex_class[: head.drawn] == TEETH)
    if not len(teeth):
        return shade
    places, tooth = head.neutral[teeth], _number_teeth(head)[teeth]
    gums = head.neutral[: head.drawn][head.vertex_class[: head.drawn] == GUMS]
    back_cm = places[:, 2].max() - places[:, 2]
    for number in np.unique(tooth):
        own = tooth == number
        # The sine of a large number is as good as chance here, and the same in every run.
        tone = 1 + TONE_DEVIATION * np.sin(np.array([12.9, 78.2, 37.7]) * (number + 1))
        factor = np.tile(tone, (own.sum(), 1)) - BACK_LOSS_PER_CM * back_cm[own, None]
        factor *= 1 - BETWEEN_LOSS * _near(places[own], places[~own], BETWEEN_CM)
        shade[teeth[own]] = factor * (1 - AT_GUM_LOSS * _near(places[own], gums, AT_GUM_CM))
    return np.maximum(shade, 0.1)


def _number_teeth(head: MorphableHead) -> FloatArray:
    """(drawn,) int: vertices of one tooth have one number, counted from 0 in the order of their vertices."""
    triangles = head.triangles[(head.vertex_class[head.triangles] == TEETH).all(1)]
    ends = triangles.ravel(), np.roll(triangles, 1, 1).ravel()
    touching = coo_matrix((np.ones(len(ends[0]), np.int8), ends), (head.drawn, head.drawn))
    _, number = connected_components(touching, directed=False)
    teeth = np.flatnonzero(head.vertex_class[: head.drawn] == TEETH)
    tooth = np.full(head.drawn, -1)
    tooth[teeth] = np.unique(number[teeth], return_inverse=True)[1]
    return tooth


def _near(places: FloatArray, others: FloatArray, fade_cm: float) -> FloatArray:
    """(n, 1) 1 where one of the others is, falling to 0 over fade_cm."""
    if not len(others):
        return np.zeros((len(places), 1))
    distance, _ = cKDTree(others).query(places)
    return np.asarray(np.exp(-((distance / fade_cm) ** 2)))[:, None]
