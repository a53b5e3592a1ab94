"""Who a face is, as a vector: two crops of one person give vectors of a small angle."""

from __future__ import annotations

from collections.abc import Sequence

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


def mean_embedding(embeddings: Sequence[np.ndarray]) -> np.ndarray:
    """The direction that embeddings share.

    Args:
        embeddings: At least one of (E,).

    Returns:
        (E,) float32 of length 1; all 0, which is like nobody, where they cancel out.
    """
    total = np.sum(np.stack(embeddings), axis=0)
    length = float(np.linalg.norm(total))
    return (total / length if length > 0 else np.zeros_like(total)).astype(np.float32)
