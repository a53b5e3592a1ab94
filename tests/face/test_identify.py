"""Identity: embeddings of length 1, their mean, people told apart."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest

from fsgan_core.face.identify import embed_face, mean_embedding


def test_one_person_is_like_themself_and_not_like_another(painted_faces: ModuleType) -> None:
    def embed(person: float, side: float) -> np.ndarray:
        crop = painted_faces.paint_face(np.zeros((256, 256, 3), np.float32), (128, 128), side, person)
        return embed_face(crop, painted_faces.PaintedFeatures())

    assert embed(0.1, 200) @ embed(0.1, 150) == pytest.approx(1, abs=1e-3)
    assert embed(0.1, 200) @ embed(0.7, 200) < 0.2
    assert np.linalg.norm(embed(0.3, 180)) == pytest.approx(1, abs=1e-5)


def test_mean_leaves_out_what_was_not_measured() -> None:
    mean = mean_embedding(np.array([[1, 0], [np.nan, np.nan], [0, 1]], float))
    np.testing.assert_allclose(mean, [np.sqrt(0.5)] * 2, rtol=1e-6)


def test_nothing_measured_is_like_nobody() -> None:
    assert mean_embedding(np.full((2, 3), np.nan)).tolist() == [0, 0, 0]
    assert mean_embedding(np.zeros((0, 3))).tolist() == [0, 0, 0]
