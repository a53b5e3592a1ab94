"""Blending: the completed face takes on the skin tone and the light of the plate (section 3.8)."""

from __future__ import annotations

import cv2
import numpy as np
from torch import nn

from fsgan_core.face.network_input import device_of
from fsgan_core.networks.colour_spread import spread
from fsgan_core.networks.inference import infer
from fsgan_core.networks.tone_match import RING_PX
from fsgan_core.stages.network_arrays import pictures_to_tensor, tensor_to_pictures

FULL_TURN_DEG = 8.0
"""A head turned this far from the target's pose has other skin where the target's was."""


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


def blend_same_person(
    moved: np.ndarray, target: np.ndarray, both_faces: np.ndarray, turn_deg: float, generator: nn.Module
) -> np.ndarray:
    """A moved face of the very person in the target, colours and light matched where both pictures show the face.

    Its outline is another than the target's: compared along it, a cheek would take on the colour of the room behind. So
    G_b compares well inside both faces, and the rest of the moved picture gets the same smooth change of colour. The
    further the head is turned, the less do the two faces have the same skin in one place: then only the mean colour is
    matched, and nothing from `FULL_TURN_DEG` on but that.

    Args:
        moved: (S, S, 3) in [-1, 1], face and what surrounds it.
        target: (S, S, 3) in [-1, 1], the plate's crop.
        both_faces: (S, S) bool, where both are face.
        turn_deg: How far the head is turned away from the target's pose.
        generator: G_b.

    Returns:
        (S, S, 3) float32 in [-1, 1].
    """
    reach = 2 * RING_PX + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    inside = cv2.erode(both_faces.astype(np.uint8), disc, borderType=cv2.BORDER_CONSTANT, borderValue=0) > 0
    if not inside.any():
        return np.asarray(moved, np.float32)
    share = float(np.clip(1 - turn_deg / FULL_TURN_DEG, 0, 1))
    mean_change = (target[inside] - moved[inside]).mean(0)
    if share == 0:
        return np.clip(moved + mean_change, -1, 1).astype(np.float32)
    change = blend(moved, target, inside.astype(np.float32), generator) - moved
    device = device_of(generator)
    carried = tensor_to_pictures(
        spread(pictures_to_tensor([change], device), pictures_to_tensor([inside], device))
    )[0]
    smooth = np.where(inside[..., None], change, carried)
    return np.clip(moved + share * smooth + (1 - share) * mean_change, -1, 1).astype(np.float32)
