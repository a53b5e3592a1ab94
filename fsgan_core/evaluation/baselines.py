"""Peers that need no weights: the classical face swap (warp and Poisson clone), a plain paste, and Telea's inpainting.

They stand beside us in the tables. The swaps take the landmarks and the face mask that ours takes.
"""

from __future__ import annotations

import cv2
import numpy as np

from fsgan_core.face.aligned_face import aligning_similarity
from fsgan_core.geometry.landmark_warp import warp_to_landmarks
from fsgan_core.geometry.poisson_clone import poisson_clone
from fsgan_core.stages.appearance_map import AppearanceMap
from fsgan_core.stages.face_view import FaceView

_BORDER_PX = 3
_MARCHING_PX = 5


def nearest_view(source: AppearanceMap, pose: np.ndarray) -> FaceView:
    """The photographed view of the source nearest to a pose in yaw and pitch.

    Args:
        source: At least one photographed view.
        pose: (3,) degrees.
    """
    photographed = [view for view in source.views if view.origin == "photographed"]
    return min(photographed, key=lambda view: float(np.linalg.norm(view.pose[:2] - pose[:2])))


def classical_warp(view: FaceView, target: np.ndarray, landmarks: np.ndarray, face: np.ndarray) -> np.ndarray:
    """The view warped densely to the plate's landmarks and cloned into its face (as FaceSwap and its kin do).

    Args:
        view: A view of the source.
        target: (S, S, 3) in [-1, 1], the crop of the plate.
        landmarks: (98, 2) crop px, the plate's.
        face: (S, S) probability of face in the plate.

    Returns:
        (S, S, 3) float32 in [-1, 1]; the plate outside the face.
    """
    warped = (warp_to_landmarks(view.picture, view.landmarks, landmarks) + 1) / 2
    plate = ((np.clip(target, -1, 1) + 1) / 2).astype(np.float32)
    mask = (face >= 0.5).astype(np.uint8)
    mask[:_BORDER_PX], mask[-_BORDER_PX:], mask[:, :_BORDER_PX], mask[:, -_BORDER_PX:] = 0, 0, 0, 0
    cloned = poisson_clone(np.where(mask[..., None] > 0, warped, plate), plate, mask)
    return np.asarray(cloned * 2 - 1, np.float32)


def plain_paste(view: FaceView, target: np.ndarray, landmarks: np.ndarray, matte: np.ndarray) -> np.ndarray:
    """The view laid on the plate's face by a similarity, through the soft matte; neither shape nor light is matched.

    Args:
        view: A view of the source.
        target: (S, S, 3) in [-1, 1], the crop of the plate.
        landmarks: (98, 2) crop px, the plate's.
        matte: (S, S) in [0, 1].

    Returns:
        (S, S, 3) float32 in [-1, 1].
    """
    to_template, from_template = aligning_similarity(view.landmarks), aligning_similarity(landmarks)
    linear = np.linalg.solve(from_template[:, :2], to_template[:, :2])
    shift = np.linalg.solve(from_template[:, :2], to_template[:, 2] - from_template[:, 2])
    matrix = np.column_stack([linear, shift])
    matrix[:, 2] += linear.sum(1) / 2 - 0.5
    size = target.shape[1], target.shape[0]
    laid = cv2.warpAffine(view.picture, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    weight = matte[..., None]
    return np.asarray(laid * weight + np.clip(target, -1, 1) * (1 - weight), np.float32)


def fill_by_marching(picture: np.ndarray, hole: np.ndarray) -> np.ndarray:
    """A hole filled from its border inwards (Telea 2004, as in OpenCV).

    Args:
        picture: (S, S, 3) in [-1, 1]; what is in the hole does not count.
        hole: (S, S) bool.

    Returns:
        (S, S, 3) float32 in [-1, 1], rounded to 8 bits.
    """
    eight_bit = np.round((np.clip(picture, -1, 1) + 1) * 127.5).astype(np.uint8)
    filled = cv2.inpaint(np.ascontiguousarray(eight_bit), hole.astype(np.uint8), _MARCHING_PX, cv2.INPAINT_TELEA)
    return np.asarray(filled.astype(np.float32) / 127.5 - 1, np.float32)
