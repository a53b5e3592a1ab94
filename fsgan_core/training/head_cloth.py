"""Hair covered by cloth in training: scarves, hoods and hats, which the portraits seldom show and are no hair."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from fsgan_core.training.augment import random_texture

# The brows (WFLW order): a hat ends near them, a scarf covers all hair.
BROWS = tuple(range(33, 51))
HAT_SHARE = 0.35
GROWN_PX = (0, 4)
"""How far the cloth reaches beyond the hair, px of a 192 px crop: single hairs are under it."""
HAIR_SHADING = (0.2, 0.9)
"""How much of the hair's own light and shade the cloth keeps."""
SHOWN_BELOW = 0.25
"""Share of cloth in a pixel from which no hair is seen there."""
FOLDS = (0.03, 0.35)
"""Deviation of the logarithm of brightness that folds add."""


@dataclass(frozen=True)
class Covered:
    """A picture whose hair was covered.

    Attributes:
        rgb: (S, S, 3) float32 in [0, 1].
        hair: (S, S) float32 in [0, 1], what is left of it.
    """

    rgb: np.ndarray
    hair: np.ndarray


def cover_hair(
    rgb: np.ndarray, masks: tuple[np.ndarray, np.ndarray], landmarks: np.ndarray, texture: np.ndarray,
    rng: np.random.Generator,
) -> Covered:  # fmt: skip
    """The picture with cloth where its hair was.

    Args:
        rgb: (S, S, 3) float32 in [0, 1].
        masks: Face and hair, each (S, S) float32 in [0, 1].
        landmarks: (98, 2) px.
        texture: (H, W, 3) uint8, where the cloth's colours come from.
        rng: Random generator; the same state gives the same picture.
    """
    face, hair = masks
    size = rgb.shape[0]
    grown = round(int(rng.integers(*GROWN_PX)) * size / 192)
    cloth = cv2.dilate(hair, np.ones((2 * grown + 1, 2 * grown + 1), np.uint8))
    if rng.random() < HAT_SHARE:
        cloth = cloth * _above_brows(landmarks, size, rng)
    cloth = cv2.GaussianBlur(cloth * (1 - face), (0, 0), 0.8) * (1 - face)
    brightness = rgb.mean(2)
    spread = 0.03 * size
    weight = cv2.GaussianBlur(hair, (0, 0), spread) + 1e-3
    shading = cv2.GaussianBlur(brightness * hair, (0, 0), spread) / weight
    mean = float((brightness * hair).sum() / max(float(hair.sum()), 1.0))
    shade = np.power((shading + 0.05) / (mean + 0.05), float(rng.uniform(*HAIR_SHADING)))
    shade = shade * np.exp(_folds(size, rng) * rng.uniform(*FOLDS))
    colour = random_texture(size, rng, texture) * np.clip(shade, 0.2, 2.0)[..., None]
    covered = rgb + (np.clip(colour, 0, 1) - rgb) * cloth[..., None]
    return Covered(covered.astype(np.float32), np.where(cloth < SHOWN_BELOW, hair, 0).astype(np.float32))


def _above_brows(landmarks: np.ndarray, size: int, rng: np.random.Generator) -> np.ndarray:
    """(S, S) float32, 1 above a line near the brows, as the head is tilted."""
    brows = landmarks[list(BROWS)]
    across = brows[9:].mean(0) - brows[:9].mean(0)
    down = np.array([-across[1], across[0]]) / max(float(np.linalg.norm(across)), 1e-6)
    down = down if down[1] >= 0 else -down
    height = float(np.linalg.norm(landmarks[16] - brows.mean(0)))
    edge = brows.mean(0) - down * height * rng.uniform(0.05, 0.5)
    x, y = np.meshgrid(np.arange(size) + 0.5, np.arange(size) + 0.5)
    below = (x - edge[0]) * down[0] + (y - edge[1]) * down[1]
    return np.clip(0.5 - below, 0, 1).astype(np.float32)


def _folds(size: int, rng: np.random.Generator) -> np.ndarray:
    """(S, S) float32 of deviation about 1: noise drawn out along one direction."""
    rows, columns = (int(n) for n in rng.integers(3, 24, 2))
    coarse = rng.normal(0, 1, (rows, columns)).astype(np.float32)
    noise = cv2.resize(coarse, (size, size), interpolation=cv2.INTER_CUBIC)
    turn = cv2.getRotationMatrix2D((size / 2, size / 2), float(rng.uniform(0, 180)), 1.5)
    return np.asarray(cv2.warpAffine(noise, turn, (size, size), borderMode=cv2.BORDER_REFLECT))
