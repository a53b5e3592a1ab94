"""Identity is a cosine."""

from __future__ import annotations

import numpy as np

from fsgan_core.evaluation.identity import identity_cosine


def test_identity_is_the_cosine_and_ignores_length() -> None:
    embeddings = np.array([[3.0, 0, 0], [0, 2, 0], [-1, 0, 0], [1, 1, 0], [0, 0, 0]])
    cosine = identity_cosine(embeddings, np.array([5.0, 0, 0]))
    np.testing.assert_allclose(cosine, [1, 0, -1, np.sqrt(0.5), 0], atol=1e-12)
