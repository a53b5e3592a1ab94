"""Hands and objects laid over a face in training, where such things go: on mouth, cheek, chin, eye or forehead."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from fsgan_core.training.synthesis.occluder_pictures import HAND, Occluder, OccluderLibrary

# Landmarks (WFLW order) whose middle is hidden, and how often.
PLACES: tuple[tuple[tuple[int, ...], float], ...] = (
    (tuple(range(76, 88)), 3.0),  # mouth
    ((4, 6, 76), 1.5), ((26, 28, 82), 1.5),  # cheeks
    ((12, 16, 20), 2.0),  # chin
    ((60, 64), 1.0), ((68, 72), 1.0),  # eyes
    ((54, 57), 1.0),  # nose
    ((33, 35, 37), 1.0), ((42, 44, 46), 1.0),  # brows and forehead
    ((0, 1, 2), 1.0), ((30, 31, 32), 1.0),  # temples
)  # fmt: skip
# Length of a hand or an object relative to the face's height from brow to chin.
HAND_LENGTH, OBJECT_LENGTH = (0.75, 1.5), (0.5, 1.6)
# Arms come from below, mostly; an upright one stands at 0, positive leans clockwise.
LEAN_DEG, FROM_ANYWHERE_SHARE = 42.0, 0.15
# A hand mostly belongs to the face: its colours come so near to the face's.
SAME_SKIN_SHARE, SAME_SKIN = 0.65, (0.5, 1.0)
SHADOW = (0.0, 0.45)


@dataclass(frozen=True)
class Occlusion:
    """What was laid over a picture.

    Attributes:
        rgb: (S, S, 3) float32 in [0, 1], the picture with the occluder.
        alpha: (S, S) float32: share of a pixel that it hides.
    """

    rgb: np.ndarray
    alpha: np.ndarray


def lay_occluder(
    rgb: np.ndarray, landmarks: np.ndarray, library: OccluderLibrary, rng: np.random.Generator
) -> Occlusion:
    """The picture with a random hand or object over the face, and its shadow.

    Args:
        rgb: (S, S, 3) float32 in [0, 1].
        landmarks: (98, 2) px.
        library: What there is.
        rng: Random generator; the same state gives the same picture.
    """
    occluder = library.occluder(int(rng.integers(len(library))))
    matrix = _sample_placement(occluder, landmarks, rng)
    size = rgb.shape[0]
    colour, alpha = _warp(_going_on(occluder.picture), _going_on(occluder.opacity), matrix, size)
    colour = colour * (np.exp(rng.uniform(-0.35, 0.25)) * np.exp(rng.uniform(-0.1, 0.1, 3))).astype(np.float32)
    if occluder.kind == HAND and rng.random() < SAME_SKIN_SHARE:
        colour = _match_skin(colour, alpha, rgb, landmarks, float(rng.uniform(*SAME_SKIN)))
    depth, spread = float(rng.uniform(*SHADOW)), float(rng.uniform(0.01, 0.05)) * size
    offset = np.array([[1, 0, rng.normal(0, 0.03) * size], [0, 1, rng.uniform(-0.01, 0.06) * size]], np.float32)
    shadow = cv2.GaussianBlur(cv2.warpAffine(alpha, offset, (size, size)), (0, 0), spread)[..., None] * depth
    shaded = rgb * (1 - shadow)
    return Occlusion(np.clip(shaded + (colour - shaded) * alpha[..., None], 0, 1), alpha)


def _sample_placement(occluder: Occluder, landmarks: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """(2, 3) from the occluder's px (as stored) to the picture's, pixel centres at +0.5."""
    weights = np.array([weight for _, weight in PLACES])
    points = PLACES[int(rng.choice(len(PLACES), p=weights / weights.sum()))][0]
    height = float(np.linalg.norm(landmarks[33:51].mean(0) - landmarks[16]))
    goal = landmarks[list(points)].mean(0) + rng.normal(0, 0.1, 2) * height
    limits = HAND_LENGTH if occluder.kind == HAND else OBJECT_LENGTH
    scale = float(rng.uniform(*limits)) * height / max(occluder.length, 1.0)
    lean = rng.uniform(-180, 180) if rng.random() < FROM_ANYWHERE_SHARE else rng.normal(0, LEAN_DEG)
    mirror = -1.0 if rng.random() < 0.5 else 1.0
    cos, sin = np.cos(np.radians(lean)) * scale, np.sin(np.radians(lean)) * scale
    linear = np.array([[cos, -sin], [sin, cos]]) @ np.diag([mirror, 1.0])
    return np.column_stack([linear, goal - linear @ np.array(occluder.tip)])


def _going_on(picture: np.ndarray) -> np.ndarray:
    """The picture with its lowest row repeated once its height: an arm that goes on."""
    return np.concatenate([picture, np.repeat(picture[-1:], picture.shape[0], 0)])


def _warp(
    picture: np.ndarray, opacity: np.ndarray, matrix: np.ndarray, size: int
) -> tuple[np.ndarray, np.ndarray]:
    """(size, size, 3) colour and (size, size) alpha, float32 in [0, 1]."""
    factor = float(np.hypot(*matrix[:, 0]))
    if factor < 0.7:  # averaged down first, so that fingers do not alias
        smaller = max(8, round(picture.shape[1] * factor)), max(16, round(picture.shape[0] * factor))
        back = np.diag([picture.shape[1] / smaller[0], picture.shape[0] / smaller[1], 1.0])
        picture = cv2.resize(picture, smaller, interpolation=cv2.INTER_AREA)
        opacity = cv2.resize(opacity, smaller, interpolation=cv2.INTER_AREA)
        matrix = matrix @ back
    shifted = matrix.copy()
    shifted[:, 2] += matrix[:, :2] @ np.array([0.5, 0.5]) - 0.5
    colour = cv2.warpAffine(picture, shifted, (size, size), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    alpha = cv2.warpAffine(opacity, shifted, (size, size), flags=cv2.INTER_LINEAR)
    return colour.astype(np.float32) / 255, alpha.astype(np.float32) / 255


def _match_skin(
    colour: np.ndarray, alpha: np.ndarray, rgb: np.ndarray, landmarks: np.ndarray, amount: float
) -> np.ndarray:
    """The occluder's colours scaled so that their mean comes near to that of the face."""
    inside = np.zeros(alpha.shape, np.uint8)
    cv2.fillConvexPoly(inside, cv2.convexHull(landmarks.astype(np.int32)), 1)
    if not inside.any() or alpha.sum() < 1:
        return colour
    face = rgb[inside > 0].mean(0)
    hand = (colour * alpha[..., None]).sum((0, 1)) / alpha.sum()
    factor = np.clip(face / np.maximum(hand, 0.02), 0.2, 5.0) ** amount
    return np.asarray(colour * factor.astype(np.float32))
