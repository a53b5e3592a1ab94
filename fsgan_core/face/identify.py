"""Who a face is, as a vector: two crops of one person give vectors of a small angle."""

from __future__ import annotations

import numpy as np
from torch import nn

from fsgan_core.face.network_input import network_input
from fsgan_core.networks.inference import infer


def embed_face(crop: np.ndarray, features: nn.Module) -> np.ndarray:
    """The identity embedding of a face crop.

    Args:
        crop: (S, S, 3) scene-linear; NaN and Inf allowed.
        features: The pack's face features.

    Returns:
        (E,) float32 of length 1; the scalar product of two of them is their likeness.
    """
    return infer(features.embed, network_input(crop, features))[0].cpu().numpy().astype(np.float32)


def mean_embedding(embeddings: np.ndarray) -> np.ndarray:
    """The direction that embeddings share.

    Args:
        embeddings: (K, E); rows of NaN were not measured and are left out.

    Returns:
        (E,) float32 of length 1; all 0 where nothing was measured, which is like nobody.
    """
    measured = embeddings[np.isfinite(embeddings).all(-1)]
    total = measured.sum(0)
    length = float(np.linalg.norm(total))
    return (total / length if length > 0 else np.zeros(embeddings.shape[-1])).astype(np.float32)
