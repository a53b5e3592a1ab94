"""Headscarves, wraps and caps over the hair of a picture, curls around it, and hair of another colour.

Few portraits show them: a segmentation that has seen dark cloth around a face in a handful of portraits takes it for
hair, and one that has seen hardly any curls takes them for a room.
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

PATTERN_SHARE = 0.5
"""Cloth of two colours."""
LEAST_HAIR_SHARE = 0.02
"""Of a picture, below which hair gets no curls."""


@dataclass(frozen=True)
class Covering:
    """Cloth on a head.

    Attributes:
        colour: (S, S, 3) float32 in [0, 1].
        alpha: (S, S) float32, 1 where cloth hides what was there.
        shade: (S, S) float32 in [0, 1], by which its shadow multiplies the face.
    """

    colour: np.ndarray
    alpha: np.ndarray
    shade: np.ndarray


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
    if is_scarf:
        edge = _face_edge(outline, centre, half, rng) @ rotation * height + middle
        inner = cv2.fillPoly(np.zeros((size, size), np.float32), [np.round(edge - 0.5).astype(np.int32)], 1.0)
    else:
        inner = _below_brim(place, centre, half, rng)
    cloth = np.asarray(outer * (1 - inner) > 0.5, np.uint8)
    blur_px = float(rng.uniform(0.5, 1.2)) * size / 256
    alpha = cv2.GaussianBlur(cloth.astype(np.float32), (0, 0), blur_px)
    from_face, from_room, from_cloth = (
        cv2.distanceTransform(mask, cv2.DIST_L2, 3) / height for mask in (1 - inner.astype(np.uint8), cloth, 1 - cloth)
    )
    shadow = rng.uniform(0, 0.6) * np.exp(-from_cloth / rng.uniform(0.02, 0.12))
    lit = _drapery(place - (centre, 0), half, from_face, from_room, rng)
    return Covering(random_cloth(place, lit, rng), alpha, np.asarray(1 - shadow * (1 - alpha), np.float32))


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


def _below_brim(place: np.ndarray, centre: float, half: float, rng: np.random.Generator) -> np.ndarray:
    """(S, S) float32: what is lower than the edge of a cap, some way over the brows."""
    x, y = place[..., 0] - centre, place[..., 1]
    brim = 0.5 + rng.uniform(0.03, 0.3) - 0.25 * (x / half) ** 2 * rng.uniform(0, 1) + _waves(place, rng, 0.02)
    return (y < brim).astype(np.float32)


def _face_edge(outline: np.ndarray, centre: float, half: float, rng: np.random.Generator) -> np.ndarray:
    """(K, 2): the hole of a scarf, around chin and cheeks and over the forehead, across and up."""
    tight = rng.uniform(0.85, 1.02)
    lower = (outline - (centre, 0)) * (tight, 0.5 + 0.5 * tight) + (centre + rng.normal(0, 0.02), 0)
    ears = float(lower[[0, -1], 1].mean())
    turn = np.linspace(0, np.pi, 24)
    over = 0.5 + rng.uniform(0.03, 0.42) - ears
    upper = np.stack([centre + half * tight * np.cos(turn), ears + over * np.sin(turn) ** rng.uniform(0.5, 1)], -1)
    hull = cv2.convexHull(np.concatenate([lower, upper]).astype(np.float32))
    return np.asarray(hull[:, 0], np.float64)


def _drapery(
    place: np.ndarray, half: float, from_face: np.ndarray, from_room: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """(S, S) float32: the light on cloth, about 1: rounded as a head is, in folds around the face, with a hem.

    Args:
        place: (S, S, 2) across and up, in heights, from the middle of the face.
        half: Half the width of the face, in heights.
        from_face: (S, S) distance to the hole that the face looks out of, in heights.
        from_room: (S, S) distance to the edge of the cloth, in heights.
        rng: Advanced.
    """
    x, y = place[..., 0] / (1.5 * half), (place[..., 1] - 0.2) / 1.1
    depth = np.sqrt(np.clip(1 - x**2 - np.clip(y, 0, None) ** 2, 0.05, 1))
    angle, rise = rng.uniform(-1.3, 1.3), rng.uniform(-0.2, 1.0)
    towards = np.array([np.sin(angle), rise, np.cos(angle)]) / np.hypot(1, rise)
    lambert = np.clip(x * towards[0] + y * towards[1] + depth * towards[2], 0, None)
    ambient = rng.uniform(0.25, 0.8)
    lit = ambient + (1 - ambient) * lambert
    around = _waves(place, rng, 1.0, frequency=float(rng.uniform(1, 4)))
    folds = np.sin(rng.uniform(12, 45) * from_face + rng.uniform(0.5, 3) * around)
    folds = folds * rng.uniform(0, 1) + _waves(place, rng, 1.0, frequency=float(rng.uniform(2, 7))) * rng.uniform(0, 1)
    lit = lit * np.exp(rng.uniform(0.02, 0.3) * folds)
    if rng.random() < 0.6:
        lit = lit * np.where(from_face < rng.uniform(0.03, 0.15), rng.uniform(0.6, 1.5), 1.0)
    rim = np.clip(from_room / rng.uniform(0.02, 0.1), 0, 1)
    return np.asarray(lit * (1 - rng.uniform(0, 0.6) * (1 - rim)), np.float32)


def random_cloth(place: np.ndarray, lit: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """(S, S, 3) float32 in [0, 1]: a colour or a pattern.

    Args:
        place: (S, S, 2) coordinates, about 1 a head.
        lit: (S, S) light on it, about 1.
        rng: Advanced.
    """
    if rng.random() < DARK_SHARE:
        base = rng.uniform(0.02, 0.2) * (1 + rng.normal(0, 0.12, 3))
    else:
        base = rng.uniform(0.08, 0.95) * (1 + rng.normal(0, rng.choice([0.06, 0.4]), 3))
    colour = np.tile(np.clip(base, 0.01, 1).astype(np.float32), (*place.shape[:2], 1))
    if rng.random() < PATTERN_SHARE:
        other = np.clip(rng.uniform(0.02, 0.95, 3), 0, 1).astype(np.float32)
        pattern = _waves(place, rng, 1.0, frequency=float(rng.uniform(8, 40))) > rng.uniform(-0.5, 0.5)
        colour = np.where(pattern[..., None], other, colour)
    if rng.random() < 0.3:  # knitted
        rows = np.sin(rng.uniform(40, 90) * (place @ rng.normal(0, 1, 2) / np.sqrt(2)))
        lit = lit * np.exp(rng.uniform(0.05, 0.25) * rows)
    sheen = rng.uniform(0, 0.08) * np.clip(lit - 0.7, 0, None)
    grain = rng.normal(0, rng.uniform(0, 0.015), place.shape[:2])
    return np.clip(colour * lit[..., None] + (sheen + grain)[..., None], 0, 1).astype(np.float32)


def _waves(place: np.ndarray, rng: np.random.Generator, height: float, frequency: float = 5.0) -> np.ndarray:
    """(S, S) float32: a few sines of random directions that bend one another, within about +-height."""
    total = np.zeros(place.shape[:2], np.float32)
    bend = 0.0
    for _ in range(4):
        angle = rng.uniform(0, np.pi)
        along = place[..., 0] * np.cos(angle) + place[..., 1] * np.sin(angle)
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


def curly_hair(
    rgb: np.ndarray, face: np.ndarray, hair: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Hair with loose curls around it, sharp or out of focus, in its own colours.

    Args:
        rgb: (S, S, 3) float32 in [0, 1].
        face: (S, S) float32, 1 is face: no curl falls over it.
        hair: (S, S) float32 in [0, 1].
        rng: Advanced.

    Returns:
        The picture, and the hair with its curls.
    """
    size = len(hair)
    reach = int(size * rng.uniform(0.04, 0.16))
    strong = (hair > 0.5).astype(np.uint8)
    around = cv2.dilate(strong, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1,) * 2)) - strong
    spots, own = np.argwhere(around > 0), np.argwhere(strong > 0)
    if len(own) < LEAST_HAIR_SHARE * size**2 or not len(spots):
        return rgb, hair
    # Nearer curls are more: a curl stands where a second draw by distance says so.
    far = cv2.distanceTransform(1 - strong, cv2.DIST_L2, 3)[spots[:, 0], spots[:, 1]] / reach
    spots = spots[rng.random(len(spots)) > far * rng.uniform(0.4, 1)]
    count = int(len(spots) * rng.uniform(0.08, 0.35))
    drawn: np.ndarray = np.zeros((size, size, 4), np.float32)
    largest = rng.uniform(3, 10) * size / 256
    for y, x in spots[rng.integers(0, max(len(spots), 1), count)]:
        colour = rgb[tuple(own[rng.integers(len(own))])] * rng.uniform(0.5, 1.6)
        axes = np.maximum(rng.uniform(0.3, 1, 2) * largest, 1).astype(int)
        start = float(rng.uniform(0, 360))
        cv2.ellipse(
            drawn, (int(x), int(y)), (int(axes[0]), int(axes[1])), float(rng.uniform(0, 180)), start,
            start + float(rng.uniform(60, 340)), (*(float(value) for value in colour), 1.0), 1, cv2.LINE_AA,
        )  # fmt: skip
    drawn = cv2.GaussianBlur(drawn, (0, 0), float(rng.choice([0.4, 0.8, 2.5])) * size / 256)
    alpha = np.clip(drawn[..., 3] * rng.uniform(1, 1.6), 0, 1) * (1 - face)
    colour = drawn[..., :3] / np.maximum(drawn[..., 3:], 1e-3)
    curls = cv2.GaussianBlur(alpha, (0, 0), 0.02 * size) > 0.25
    return (
        np.asarray(np.clip(rgb + (colour - rgb) * alpha[..., None], 0, 1), np.float32),
        np.maximum(hair, cv2.GaussianBlur(curls.astype(np.float32), (0, 0), 0.7) * (1 - face)),
    )
