"""Inpainting: the reenacted face completed to the plate's face, where hair or a hand hid the source (section 3.7)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from torch import nn

from fsgan_core.face.network_input import device_of
from fsgan_core.networks.inference import infer
from fsgan_core.stages.network_arrays import pictures_to_tensor, rows_to_tensor, tensor_to_pictures

BACKGROUND = -1.0
"""What stands where a picture has its background removed."""


@dataclass(frozen=True)
class CompletedFace:
    """The face that covers the whole face mask of the plate.

    Args:
        picture: (S, S, 3) float32 in [-1, 1]; -1 outside the mask.
        invented: (S, S) float32 in [0, 1], where the reenacted face had nothing and the network made it up.
    """

    picture: np.ndarray
    invented: np.ndarray


def inpaint(
    reenacted: np.ndarray,
    reenacted_face: np.ndarray,
    landmarks: np.ndarray,
    target_face: np.ndarray,
    generator: nn.Module,
) -> CompletedFace:
    """The reenacted face, completed to the target's face mask.

    Args:
        reenacted: (S, S, 3) in [-1, 1], with background.
        reenacted_face: (S, S) probability of face in it.
        landmarks: (98, 2) crop px, the target's.
        target_face: (S, S) probability of face in the plate's crop.
        generator: G_c: (face without background, landmarks in [0, 1], mask) -> picture; builds its 105 channels itself.
    """
    size, device = reenacted.shape[0], device_of(generator)
    known, wanted = reenacted_face >= 0.5, target_face >= 0.5
    face = np.where(known[..., None], reenacted, np.float32(BACKGROUND))
    # Eq. 17: face, its horizontal flip, 98 heatmaps and the mask.
    made = infer(
        generator,
        pictures_to_tensor([face], device),
        rows_to_tensor([landmarks / size], device),
        pictures_to_tensor([wanted], device),
    )
    picture = np.where(wanted[..., None], tensor_to_pictures(made)[0], np.float32(BACKGROUND))
    return CompletedFace(picture, (target_face * (1 - reenacted_face)).astype(np.float32))
