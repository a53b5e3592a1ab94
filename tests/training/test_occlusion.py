"""Hands and objects lie where they hide a face, and the labels know it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fsgan_core.geometry.landmark_warp import MEAN_FACE
from fsgan_core.training.analysis_samples import FaceSampler, landmark_sample, segmentation_sample
from fsgan_core.training.datasets import load_clips
from fsgan_core.training.occlusion import lay_occluder
from fsgan_core.training.recipes import RECIPES
from fsgan_core.training.synthesis.occluder_pictures import (
    HAND,
    Occluder,
    OccluderLibrary,
    read_occluders,
    write_occluders,
)
from fsgan_core.training.tasks import DataFolders, build_task

SIZE = 128
LANDMARKS = MEAN_FACE * 80 + 24


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> OccluderLibrary:
    """One green arm, 20 px wide, from the lower border up, with its hand in the upper half."""
    picture, opacity = np.zeros((96, 96, 3), np.uint8), np.zeros((96, 96), np.uint8)
    picture[:] = 100, 180, 100
    opacity[10:, 38:58] = 255
    path = tmp_path_factory.mktemp("occluders") / "occluders.npz"
    write_occluders(path, [Occluder(picture, opacity, HAND, (48.0, 30.0), 40.0)], {})
    return read_occluders(path)


def test_the_same_random_numbers_give_the_same_picture(library: OccluderLibrary) -> None:
    grey = np.full((SIZE, SIZE, 3), 0.5, np.float32)
    first, again = (lay_occluder(grey, LANDMARKS, library, np.random.default_rng(4)) for _ in range(2))
    np.testing.assert_array_equal(first.rgb, again.rgb)
    np.testing.assert_array_equal(first.alpha, again.alpha)
    assert (grey == 0.5).all()


def test_the_face_is_hidden_in_part_and_arms_come_from_below(library: OccluderLibrary) -> None:
    grey = np.full((SIZE, SIZE, 3), 0.5, np.float32)
    centre = (LANDMARKS.min(0) + LANDMARKS.max(0)) / 2
    hidden, borders = [], {"top": 0, "bottom": 0, "all": 0}
    rows, columns = np.mgrid[:SIZE, :SIZE] + 0.5
    face = ((columns - centre[0]) / 36) ** 2 + ((rows - centre[1]) / 45) ** 2 < 1
    for seed in range(200):
        alpha = lay_occluder(grey, LANDMARKS, library, np.random.default_rng(seed)).alpha
        hidden.append(alpha[face].mean())
        borders["bottom"] += alpha[-1].max() > 0.5
        borders["top"] += alpha[0].max() > 0.5
        borders["all"] += max(alpha[-1].max(), alpha[0].max(), alpha[:, 0].max(), alpha[:, -1].max()) > 0.5
    assert np.quantile(hidden, 0.05) > 0.01 and 0.05 < np.median(hidden) < 0.6
    assert borders["bottom"] > 5 * borders["top"]
    assert borders["all"] > 195  # no arm ends in the air


def test_what_is_not_hidden_is_at_most_in_its_shadow(library: OccluderLibrary) -> None:
    grey = np.full((SIZE, SIZE, 3), 0.5, np.float32)
    for seed in range(20):
        done = lay_occluder(grey, LANDMARKS, library, np.random.default_rng(seed))
        free = done.alpha == 0
        assert done.rgb[free].max() <= 0.5 and done.rgb[free].min() >= 0.5 * 0.54
        assert done.rgb.min() >= 0 and done.rgb.max() <= 1


def test_a_hand_often_has_the_skin_of_the_face(library: OccluderLibrary) -> None:
    red = np.zeros((SIZE, SIZE, 3), np.float32) + np.array([0.7, 0.2, 0.2], np.float32)
    reddish = 0
    for seed in range(100):
        done = lay_occluder(red, LANDMARKS, library, np.random.default_rng(seed))
        colour = done.rgb[done.alpha > 0.99].mean(0)
        reddish += colour[0] > colour[1]
    assert 45 < reddish < 85


def test_samples_lose_the_labels_that_are_hidden(data: Path, library: OccluderLibrary) -> None:
    clips = load_clips([data / "takes"], "train")
    bare, covered = FaceSampler(clips, [], 0.0, 64), FaceSampler(clips, [], 0.0, 64, library)
    before = np.mean([segmentation_sample(bare, np.random.default_rng(k))["labels"][1].mean() for k in range(60)])
    after = np.mean([segmentation_sample(covered, np.random.default_rng(k))["labels"][1].mean() for k in range(60)])
    assert after < before
    for sampler in (bare, covered):
        first, again = (landmark_sample(sampler, np.random.default_rng(7)) for _ in range(2))
        assert all(np.array_equal(first[name], again[name], equal_nan=True) for name in first)


def test_training_takes_the_file_when_it_is_there(data: Path, library: OccluderLibrary, tmp_path: Path) -> None:
    for folder in ("takes", "photos"):
        (tmp_path / folder).symlink_to(data / folder)
    recipe = RECIPES["segmentation-tiny"]
    green = []
    for there in (False, True):
        if there:
            one = library.occluder(0)
            write_occluders(tmp_path / "occluders.npz", [one], {})
        make = build_task(recipe, DataFolders(tmp_path)).make_sample(64, "train")
        green.append([make(np.random.default_rng(k))["labels"][0].mean() for k in range(40)])
    assert not np.array_equal(green[0], green[1])
