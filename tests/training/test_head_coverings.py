"""Cloth hides hair and not the middle of the face; dye changes hair alone, or cloth alone."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from fsgan_core.geometry.landmark_warp import MEAN_FACE
from fsgan_core.training import analysis_samples, datasets, head_coverings
from fsgan_core.training.analysis_samples import FaceSampler, segmentation_sample
from fsgan_core.training.datasets import load_clips
from fsgan_core.training.head_coverings import curly_hair, random_covering, recoloured_hair, redyed_cloth
from fsgan_core.training.synthesis import corrected_hair

SIDE = 256
FACE = MEAN_FACE * SIDE
HAIR = np.zeros((SIDE, SIDE), np.float32)
HAIR[8:70, 60:196] = 1
HAIR[70:200, 30:48] = 1


@pytest.mark.parametrize("scarf_share", [0.0, 1.0])
def test_cloth_hides_the_hair_and_leaves_the_face(monkeypatch: pytest.MonkeyPatch, scarf_share: float) -> None:
    monkeypatch.setattr(head_coverings, "SCARF_SHARE", scarf_share)
    monkeypatch.setattr(head_coverings, "HAIR_HIDDEN_SHARE", 1.0)
    for seed in range(20):
        covering = random_covering(FACE, HAIR, np.random.default_rng(seed))
        assert covering.alpha.shape == (SIDE, SIDE) and covering.colour.shape == (SIDE, SIDE, 3)
        assert covering.alpha.min() >= 0 and covering.alpha.max() < 1 + 1e-5
        assert covering.colour.min() >= 0 and covering.colour.max() <= 1
        assert covering.shade.min() >= 0 and covering.shade.max() < 1 + 1e-5 and covering.shade.mean() > 0.6
        hidden = covering.alpha > 0.5
        assert hidden[12:24, 90:166].mean() > (0.3 if scarf_share else 0.98)
        nose, mouth = FACE[54].astype(int), FACE[90].astype(int)
        if scarf_share:  # hair that is to be seen is a hairline inside the hole of the face
            _, labels = cv2.connectedComponents((~hidden).astype(np.uint8))
            assert (labels[(HAIR == 1) & ~hidden] == labels[nose[1], nose[0]]).all()
        assert not hidden[nose[1], nose[0]] and not hidden[mouth[1], mouth[0]]
        # A scarf goes around the neck, a cap does not.
        assert bool(hidden[245:, 90:166].mean() > 0.9) is (scarf_share == 1)


def test_cloth_turns_with_the_head(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(head_coverings, "HAIR_HIDDEN_SHARE", 0.0)
    turned = np.stack([SIDE - FACE[:, 1], FACE[:, 0]], 1)  # a quarter turn clockwise
    for seed in range(5):
        upright, lying = (
            random_covering(points, 0 * HAIR, np.random.default_rng(seed)).alpha for points in (FACE, turned)
        )
        assert np.abs(np.rot90(upright, -1) - lying).mean() < 0.01


def test_a_scarf_leaves_one_whole_hole_for_a_turned_face(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(head_coverings, "SCARF_SHARE", 1.0)
    turned = FACE.copy()
    turned[18:32:2, 0] -= 30  # the points of a cheek that is turned away lie before and behind one another
    for seed in range(20):
        hidden = random_covering(turned, 0 * HAIR, np.random.default_rng(seed)).alpha > 0.5
        box = np.zeros_like(hidden)
        box[40:235, 56:200] = True
        _, labels = cv2.connectedComponents((~hidden & box).astype(np.uint8))
        nose = FACE[54].astype(int)
        hole = labels == labels[nose[1], nose[0]]
        edge = cv2.convexHull(np.argwhere(hole)[:, ::-1].astype(np.int32))
        assert hole.sum() > 0.985 * cv2.contourArea(edge), "the hole has teeth"


def test_curls_stand_around_the_hair_and_not_on_the_face() -> None:
    picture = np.full((SIDE, SIDE, 3), 0.8, np.float32)
    picture[HAIR == 1] = (0.3, 0.2, 0.1)
    face = np.zeros((SIDE, SIDE), np.float32)
    face[90:210, 80:176] = 1
    added = []
    for seed in range(20):
        curly, hair = curly_hair(picture, face, HAIR, np.random.default_rng(seed))
        assert hair.shape == HAIR.shape and hair.max() <= 1 and (hair >= HAIR).all()
        assert np.array_equal(curly[face == 1], picture[face == 1]) and hair[face == 1].max() == 0
        new = (hair > 0.5) & (HAIR == 0)
        far = cv2.dilate(HAIR, np.ones((121, 121), np.uint8)) == 0
        assert not new[far].any() and np.array_equal(curly[far], picture[far])
        # What is called hair is darker than the room, as hair is here.
        assert curly[new].mean() < 0.72
        added.append(new.sum() / HAIR.sum())
    assert 0.3 < np.mean(added) < 2.5


def test_hardly_any_hair_gets_no_curls() -> None:
    picture, few = np.full((SIDE, SIDE, 3), 0.8, np.float32), np.zeros((SIDE, SIDE), np.float32)
    few[:10, :10] = 1
    curly, hair = curly_hair(picture, 0 * few, few, np.random.default_rng(0))
    assert np.array_equal(curly, picture) and np.array_equal(hair, few)


def test_dye_changes_hair_alone() -> None:
    picture = np.random.default_rng(0).uniform(0.1, 0.9, (SIDE, SIDE, 3)).astype(np.float32)
    hues = set()
    for seed in range(30):
        dyed = recoloured_hair(picture, HAIR, np.random.default_rng(seed))
        assert np.array_equal(dyed[HAIR == 0], picture[HAIR == 0])
        assert dyed.min() >= 0 and dyed.max() <= 1
        hues.add(int(dyed[HAIR == 1].mean(0).argmax()))
    assert hues == {0, 1, 2}


def test_a_photographed_scarf_is_dyed_and_the_face_is_not() -> None:
    picture = np.random.default_rng(0).uniform(0.3, 0.9, (SIDE, SIDE, 3)).astype(np.float32)
    face = np.zeros((SIDE, SIDE), np.float32)
    face[90:210, 80:176] = 1
    darkened = []
    for seed in range(30):
        dyed = redyed_cloth(picture, face, FACE, np.random.default_rng(seed))
        assert np.allclose(dyed[96:204, 86:170], picture[96:204, 86:170], atol=2e-3)
        assert dyed.min() >= 0 and dyed.max() <= 1
        darkened.append(dyed[60:80, 90:166].mean() / picture[60:80, 90:166].mean())
    assert 0.6 < np.mean(np.array(darkened) < 0.5) < 0.95


def test_only_who_shows_no_hair_is_dyed_around_the_face(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clips = load_clips([data / "takes"], "train")
    monkeypatch.setattr(datasets, "COVERED", frozenset({clips[0].meta.name}))
    assert [clip.view(0).covered for clip in clips] == [k == 0 for k in range(len(clips))]
    monkeypatch.setattr(analysis_samples, "REDYED_SHARE", 1.0)
    monkeypatch.setattr(analysis_samples, "DYED_SHARE", 0.0)
    monkeypatch.setattr(analysis_samples, "COVERED_SHARE", 0.0)
    dyed: list[np.ndarray] = []

    def remember(rgb: np.ndarray, face: np.ndarray, landmarks: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        dyed.append(rgb)
        return rgb

    monkeypatch.setattr(analysis_samples, "redyed_cloth", remember)
    for clip in clips:
        for k in range(4):
            segmentation_sample(FaceSampler([clip], [], 0.0, 96), np.random.default_rng(k))
    assert len(dyed) == 4


def test_who_wears_a_hat_has_no_hair_drawn_for_them() -> None:
    assert not corrected_hair.COVERED & corrected_hair.BARE_HEADED
    full = np.ones((32, 32), np.float32)
    assert not any(corrected_hair.corrected_hair(name, full).any() for name in corrected_hair.COVERED)


def test_what_cloth_hides_is_neither_face_nor_hair(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sampler = FaceSampler(load_clips([data / "takes"], "train"), [], 0.0, 96)
    shares = {}
    for share in (0.0, 1.0):
        monkeypatch.setattr(analysis_samples, "COVERED_SHARE", share)
        monkeypatch.setattr(analysis_samples, "DYED_SHARE", 0.0)
        labels = [segmentation_sample(sampler, np.random.default_rng(k))["labels"] for k in range(60)]
        assert all(np.allclose(one.sum(0), 1, atol=1e-5) and one.min() >= -1e-6 for one in labels)
        shares[share] = np.mean([one.mean((1, 2)) for one in labels], axis=0)
    assert shares[1.0][2] < 0.4 * shares[0.0][2]
    assert 0.4 * shares[0.0][1] < shares[1.0][1] < shares[0.0][1]
