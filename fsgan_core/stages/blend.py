"""Blending: the completed face takes on the skin tone and the light of the plate (section 3.8)."""

from __future__ import annotations

import numpy as np
from torch import nn

from fsgan_core.face.network_input import device_of
from fsgan_core.networks.inference import infer
from fsgan_core.stages.network_arrays import pictures_to_tensor, tensor_to_pictures


def blend(completed: np.ndarray, target: np.ndarray, target_face: np.ndarray, generator: nn.Module) -> np.ndarray:
    """The completed face in the target's crop, colours and light matched.

    Args:
        completed: (S, S, 3) in [-1, 1], used inside the face mask only.
        target: (S, S, 3) in [-1, 1], the plate's crop.
        target_face: (S, S) probability of face in the target.
        generator: G_b: (transfer, target, mask) -> picture.

    Returns:
        (S, S, 3) float32 in [-1, 1].
    """
    device = device_of(generator)
    mask = target_face >= 0.5
    transfer = np.where(mask[..., None], completed, target)
    made = infer(
        generator,
        pictures_to_tensor([transfer], device),
        pictures_to_tensor([target], device),
        pictures_to_tensor([mask], device),
    )
    return tensor_to_pictures(made)[0]
