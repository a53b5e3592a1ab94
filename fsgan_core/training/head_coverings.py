"""Headscarves, wraps and caps over the hair of a picture, and hair of another colour: what few portraits show.

A segmentation that has seen dark cloth around a face in a handful of portraits takes it for hair.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

_CONTOUR, _BROWS = slice(0, 33), slice(33, 51)
SCARF_SHARE = 0.5
"""Of the coverings those that also go around cheeks and neck; the rest end above the ears."""
DARK_SHARE = 0.35
"""Cloth that is nearly black, the hardest to tell from hair."""
HAIR_HIDDEN_SHARE = 0.8
"""Of the coverings those that take in all hair; the rest let some hang out."""


@dataclass(frozen=True)
class Covering:
    """Cloth on a head.

    Attributes:
        colour: (S, S, 3) float32 in [0, 1].
        alpha: (S, S) float32, 1 where cloth hides what was there.
    """

    colour: np.ndarray
    alpha: np.ndarray


def random_covering(landmarks: np.ndarray, hair: np.ndarray, rng: np.random.Generator) -> Covering:
    """A scarf or a cap on a head that is not turned far.

    Args:
        landmarks: (98, 2) px.
        hair: (S, S) float32 in [0, 1]; mostly all of it is covered, under a cap all above the brows.
        rng: Advanced.
    """
    size = len(hair)
    middle, up, height = _upright(landmarks)
    across = np.array([-up[1], up[0]])
    rotation = np.stack([across, up])
    y, x = np.mgrid[0:size, 0:size].astype(np.float32) + 0.5
    place = ((np.stack([x, y], -1) - middle) @ rotation.T) / height  # across and up, in brow-to-chin heights
    outline = ((landmarks[_CONTOUR] - middle) @ rotation.T) / height
    half = float(np.ptp(outline[:, 0])) / 2
    centre = float(outline[:, 0].mean())
    is_scarf = rng.random() < SCARF_SHARE
    outer = _outer_shape(place, centre, half, is_scarf, rng)
    if rng.random() < HAIR_HIDDEN_SHARE:
        outer = np.maximum(outer, cv2.dilate(hair, np.ones((5, 5), np.uint8)))
    inner = _opening(place, outline, centre, half, is_scarf, rng)
    blur_px = float(rng.uniform(0.5, 1.2)) * size / 256
    alpha = cv2.GaussianBlur(np.clip(outer * (1 - inner), 0, 1), (0, 0), blur_px)
    return Covering(random_cloth(place, rng), alpha)


def _upright(landmarks: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """The middle between brows and chin, the direction from chin to brows (length 1), and their distance in px."""
    brow, chin = landmarks[_BROWS].mean(0), landmarks[16]
    up = brow - chin
    height = max(float(np.linalg.norm(up)), 1.0)
    return (brow + chin) / 2, up / height, height


def _outer_shape(
    place: np.ndarray, centre: float, half: float, is_scarf: bool, rng: np.random.Generator
) -> np.ndarray:
    """(S, S) float32: the head and its cloth; a scarf goes on down over neck and shoulders."""
    x, y = place[..., 0] - centre - rng.normal(0, 0.03), place[..., 1]
    wave = _waves(place, rng, 0.03)
    wide, top = half * rng.uniform(1.12, 1.45), rng.uniform(0.95, 1.3)
    dome = np.hypot(x / wide, np.where(y > 0, y / top, y / 2.0)) + wave
    shape = dome < 1
    if is_scarf:
        down = np.clip(-y, 0, None)
        shape |= (np.abs(x) < wide * (0.95 + rng.uniform(0.1, 0.9) * down)) & (y < 0.05)
    else:
        shape &= y > rng.uniform(0.1, 0.45)
    return shape.astype(np.float32)


def _opening(
    place: np.ndarray, outline: np.ndarray, centre: float, half: float, is_scarf: bool, rng: np.random.Generator
) -> np.ndarray:
    """(S, S) float32: where the face looks out, up to some way over the brows."""
    x, y = place[..., 0] - centre, place[..., 1]
    brow_line = 0.5 + rng.uniform(0.03, 0.3) - 0.25 * (x / half) ** 2 * rng.uniform(0, 1) + _waves(place, rng, 0.02)
    below_edge = y < brow_line
    if not is_scarf:
        return below_edge.astype(np.float32)
    tight = rng.uniform(0.85, 1.02)
    lower = np.interp(x, *_lower_edge(outline, centre, tight))
    cheeks = np.abs(x + rng.normal(0, 0.02)) < half * tight
    return (below_edge & cheeks & (y > lower)).astype(np.float32)


def _lower_edge(outline: np.ndarray, centre: float, tight: float) -> tuple[np.ndarray, np.ndarray]:
    """The lower edge of the face as a function of the place across: x ascending, y."""
    points = outline[np.argsort(outline[:, 0])]
    return (points[:, 0] - centre) * tight, points[:, 1] * (0.5 + 0.5 * tight)


def random_cloth(place: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """(S, S, 3) float32 in [0, 1]: a colour or a pattern in soft folds.

    Args:
        place: (S, S, 2) coordinates, about 1 a head.
        rng: Advanced.
    """
    if rng.random() < DARK_SHARE:
        base = rng.uniform(0.01, 0.08) * (1 + rng.normal(0, 0.12, 3))
    else:
        base = rng.uniform(0.08, 0.95) * (1 + rng.normal(0, rng.choice([0.06, 0.4]), 3))
    colour = np.tile(np.clip(base, 0.005, 1).astype(np.float32), (*place.shape[:2], 1))
    if rng.random() < 0.35:
        other = np.clip(rng.uniform(0.02, 0.95, 3), 0, 1).astype(np.float32)
        pattern = _waves(place, rng, 1.0, frequency=float(rng.uniform(8, 40))) > rng.uniform(-0.5, 0.5)
        colour = np.where(pattern[..., None], other, colour)
    folds = _waves(place, rng, 1.0, frequency=float(rng.uniform(3, 14)), stretch=float(rng.uniform(1, 6)))
    light = 1 + rng.uniform(-0.5, 0.5) * place[..., 0] + rng.uniform(0, 0.4) * place[..., 1]
    shade = light * np.exp(rng.uniform(0.05, 0.45) * folds)
    sheen = rng.uniform(0, 0.05) * np.clip(folds, 0, None)
    grain = rng.normal(0, rng.uniform(0, 0.015), place.shape[:2])
    return np.clip(colour * shade[..., None] + (sheen + grain)[..., None], 0, 1).astype(np.float32)


def _waves(
    place: np.ndarray, rng: np.random.Generator, height: float, frequency: float = 5.0, stretch: float = 1.0
) -> np.ndarray:
    """(S, S) float32: a few sines of random directions that bend one another, within about +-height."""
    total = np.zeros(place.shape[:2], np.float32)
    bend = 0.0
    for _ in range(4):
        angle = rng.uniform(0, np.pi)
        along = place[..., 0] * np.cos(angle) + place[..., 1] * np.sin(angle) * stretch
        one = np.sin(frequency * rng.uniform(0.5, 1.5) * along + rng.uniform(0, 2 * np.pi) + bend)
        bend = 1.5 * one
        total += one.astype(np.float32) / 2
    return height * total


def redyed_cloth(rgb: np.ndarray, face: np.ndarray, landmarks: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The picture with everything around its face dyed, mostly dark: a photographed hat or scarf in another colour.

    Only for heads without any hair to be seen: what is dyed is no hair, whatever it is.

    Args:
        rgb: (S, S, 3) float32 in [0, 1].
        face: (S, S) float32, 1 is face.
        landmarks: (98, 2) px.
        rng: Advanced.
    """
    size = len(face)
    middle, _, height = _upright(landmarks)
    y, x = np.mgrid[0:size, 0:size].astype(np.float32) + 0.5
    away = np.hypot(x - middle[0], y - middle[1]) / height
    around = np.clip((rng.uniform(1.1, 2.2) - away) / rng.uniform(0.05, 0.4) + 0.5, 0, 1)
    amount = around * (1 - cv2.GaussianBlur(face, (0, 0), 0.8 * size / 256))
    grey = rgb.mean(2, keepdims=True)
    coloured = grey + (rgb - grey) * rng.uniform(0, 0.6)
    dye = 1 + rng.normal(0, 0.15, 3)
    dark = rng.uniform(0.05, 0.4) if rng.random() < 0.8 else rng.uniform(0.4, 1.6)
    dyed = np.clip(coloured * (dark * dye).astype(np.float32), 0, 1)
    return np.asarray(rgb + (dyed - rgb) * amount[..., None], np.float32)


def recoloured_hair(rgb: np.ndarray, hair: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The picture (S, S, 3) float32 in [0, 1] with hair (S, S) in [0, 1] dyed: blue, pink, green, white."""
    grey = rgb.mean(2, keepdims=True)
    dye = rng.uniform(0.1, 1, 3)
    dye = dye / dye.mean() if rng.random() < 0.75 else np.ones(3)
    brightness = float(rng.uniform(0.8, 3.0))
    dyed = np.clip(grey * brightness * dye.astype(np.float32) + rng.uniform(0, 0.08), 0, 1)
    return np.asarray(rgb + (dyed - rgb) * hair[..., None], np.float32)
