"""Segmentations made fit for swapping: no holes inside a face, no fringe along the source's hair."""

from __future__ import annotations

import cv2
import numpy as np

_LEVELS = (0.35, 0.5, 0.65, 0.8, 0.95)
_HAIR_FROM = 0.3
_FRINGE_PX = 4


def solid_face(face: np.ndarray) -> np.ndarray:
    """The face without dips that it surrounds: up to the level around them they are filled.

    What covers a face (a hand, a strand, a microphone) reaches it from outside. A hole inside is a doubt of the
    segmentation, and in a matte it would flicker.

    Args:
        face: (S, S) probability of face.

    Returns:
        (S, S) float32, nowhere lower.
    """
    filled = np.asarray(face, np.float32)
    for level in _LEVELS:
        filled = np.where(_without_holes(face >= level), np.maximum(filled, np.float32(level)), filled)
    return filled


def clear_of_hair(face: np.ndarray, hair: np.ndarray) -> np.ndarray:
    """The face minus a narrow strip along the hair, where single hairs would stay on the forehead.

    Args:
        face: (S, S) probability of face, of the reenacted source.
        hair: (S, S) probability of hair.

    Returns:
        (S, S) float32, nowhere higher.
    """
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * _FRINGE_PX + 1, 2 * _FRINGE_PX + 1))
    near_hair = cv2.dilate((hair >= _HAIR_FROM).astype(np.uint8), disc) > 0
    return np.where(near_hair, np.minimum(face, 1 - face), face).astype(np.float32)


def _without_holes(mask: np.ndarray) -> np.ndarray:
    """(S, S) bool: the mask and everything that cannot be reached from the border without crossing it."""
    outside = cv2.copyMakeBorder((~mask).astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=1)
    cv2.floodFill(outside, None, (0, 0), 2)
    return np.asarray(outside[1:-1, 1:-1] != 2)
