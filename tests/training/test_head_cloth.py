"""Cloth over hair: what was hair is none, the face stays, a hat leaves the hair below it."""

from __future__ import annotations

import numpy as np

from fsgan_core.geometry.landmark_warp import MEAN_FACE
from fsgan_core.training.head_cloth import cover_hair

SIZE = 128
LANDMARKS = MEAN_FACE * 64 + 32


def _head() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Picture, face and hair: a grey face in a ring of dark hair before a white wall."""
    y, x = np.mgrid[:SIZE, :SIZE] + 0.5
    distance = np.hypot(x - 64, y - 64)
    face, hair = distance < 34, (distance >= 34) & (distance < 52)
    rgb = np.where(face, 0.6, np.where(hair, 0.1, 1.0))[..., None].repeat(3, 2).astype(np.float32)
    return rgb, face.astype(np.float32), hair.astype(np.float32)


def _texture() -> np.ndarray:
    return np.full((80, 80, 3), (40, 160, 60), np.uint8)


def test_a_scarf_covers_all_hair_and_nothing_of_the_face() -> None:
    rgb, face, hair = _head()
    whole = 0
    for seed in range(20):
        covered = cover_hair(rgb, (face, hair), LANDMARKS, _texture(), np.random.default_rng(seed))
        assert covered.rgb.min() >= 0 and covered.rgb.max() <= 1
        np.testing.assert_array_equal(covered.rgb[face > 0], rgb[face > 0])
        if covered.hair.sum() < 0.02 * hair.sum():
            whole += 1
            green = covered.rgb[hair > 0]
            assert (green[:, 1] > green[:, 0]).mean() > 0.9, "cloth of the texture's colour where hair was"
    assert 8 <= whole < 20, "scarves, and hats too"


def test_a_hat_leaves_the_hair_below_it() -> None:
    rgb, face, hair = _head()
    hats = 0
    for seed in range(20):
        left = cover_hair(rgb, (face, hair), LANDMARKS, _texture(), np.random.default_rng(seed)).hair
        if left.sum() > 0.1 * hair.sum():
            hats += 1
            assert left[64:].sum() > 0.9 * hair[64:].sum() and left[:24].sum() == 0
    assert hats > 2


def test_where_there_is_no_hair_nothing_happens() -> None:
    rgb, face, hair = _head()
    covered = cover_hair(rgb, (face, np.zeros_like(hair)), LANDMARKS, _texture(), np.random.default_rng(1))
    np.testing.assert_allclose(covered.rgb, rgb, atol=1e-6)
    assert not covered.hair.any()
