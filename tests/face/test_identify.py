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


def test_mean_is_the_direction_in_between() -> None:
    np.testing.assert_allclose(mean_embedding([np.array([1.0, 0]), np.array([0, 1.0])]), [np.sqrt(0.5)] * 2, rtol=1e-6)
    np.testing.assert_allclose(mean_embedding([np.array([0, 1.0])]), [0, 1])


def test_embeddings_that_cancel_out_are_like_nobody() -> None:
    assert mean_embedding([np.array([1.0, 0]), np.array([-1.0, 0])]).tolist() == [0, 0]
