"""Identity: how much the face in the result is the source (section 5.1, eq. 21)."""

from __future__ import annotations

import numpy as np


def identity_cosine(embeddings: np.ndarray, source_embedding: np.ndarray) -> np.ndarray:
    """The likeness of each frame's face to the source, eq. 21.

    The paper measures it with ArcFace, whose weights may not be used freely; here the embedding is the pack's own face
    features, so the figure compares results of one pack and is no verification score.

    Args:
        embeddings: (N, E) of the faces in the result, any length.
        source_embedding: (E,) of the source.

    Returns:
        (N,) float64 in [-1, 1]; 0 for a vector of length 0.
    """
    a, b = np.asarray(embeddings, np.float64), np.asarray(source_embedding, np.float64)
    lengths = np.linalg.norm(a, axis=1) * np.linalg.norm(b)
    return a @ b / np.where(lengths > 0, lengths, 1)
