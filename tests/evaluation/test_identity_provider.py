"""Who judges identity is chosen by name, and what is not installed is said."""

from __future__ import annotations

import importlib.util
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from fsgan_core.errors import JobError
from fsgan_core.evaluation.identity_provider import face_chip, identity_embedder
from fsgan_core.geometry.landmark_warp import MEAN_FACE
from fsgan_core.weights.architectures import build_network

LANDMARKS = (MEAN_FACE * 256).astype(np.float32)
PICTURE = np.random.default_rng(0).uniform(-1, 1, (256, 256, 3)).astype(np.float32)


def measures() -> Any:
    return SimpleNamespace(identity=build_network("identity", "compact").eval())


def test_bundled_embedding_has_length_one() -> None:
    vector = identity_embedder("bundled", measures())(PICTURE, LANDMARKS)
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)


def test_unknown_provider_is_refused() -> None:
    with pytest.raises(JobError, match="bundled, dlib"):
        identity_embedder("arcface", measures())


def test_chip_has_the_eyes_level_and_upright() -> None:
    pupils = []
    for point in (96, 97):
        picture = np.full((256, 256, 3), -1, np.float32)
        x, y = LANDMARKS[point].astype(int)
        picture[y - 4 : y + 4, x - 4 : x + 4] = 1
        chip = face_chip(picture, LANDMARKS)
        assert chip.shape == (150, 150, 3)
        pupils.append(np.argwhere(chip[..., 0] > 127).mean(0))
    left, right = pupils
    assert left[0] == pytest.approx(right[0], abs=0.5)
    # dlib's own template has the middle of the eyes at 74 of 150
    assert (left[1] + right[1]) / 2 == pytest.approx(74, abs=1.5)


@pytest.mark.skipif(importlib.util.find_spec("dlib") is not None, reason="dlib is installed")
def test_missing_extra_names_what_to_install() -> None:
    with pytest.raises(JobError, match=r"fsgan\[evaluate\]"):
        identity_embedder("dlib", measures())
