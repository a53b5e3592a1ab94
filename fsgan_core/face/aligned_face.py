"""A face laid on the mean face, as the networks that measure it see it: eyes, nose and mouth always in one place."""

from __future__ import annotations

import cv2
import numpy as np
import torch
from torch import nn

from fsgan_core.face.network_input import device_of
from fsgan_core.geometry.landmark_warp import MEAN_FACE
from fsgan_core.networks.face_embedding import ALIGNED_PX
from fsgan_core.networks.inference import infer

_ANCHORS = np.array([60, 64, 68, 72, 51, 54, 57, 76, 82])
"""Corners of the eyes, ridge, tip and base of the nose, corners of the mouth."""
_MIDDLE, _ZOOM = np.array([0.5, 0.585]), 1.42
TEMPLATE = (MEAN_FACE - _MIDDLE) * _ZOOM + 0.5
"""(98, 2) in [0, 1]: where the landmarks of a mean face lie in the aligned picture, brows to chin."""


def embed_aligned(picture: np.ndarray, landmarks: np.ndarray, network: nn.Module) -> np.ndarray:
    """What a `FaceEmbedding` says about a face.

    Args:
        picture: (S, S, 3) in [-1, 1], network encoding.
        landmarks: (98, 2) px of it.
        network: Of identity or of expression.

    Returns:
        (E,) float32 of length 1.
    """
    aligned = align_face(picture, landmarks)
    tensor = torch.from_numpy(np.ascontiguousarray(aligned.transpose(2, 0, 1))[None]).to(device_of(network))
    return np.asarray(infer(network, tensor)[0].cpu().numpy(), np.float32)


def align_face(picture: np.ndarray, landmarks: np.ndarray, jitter: np.ndarray | None = None) -> np.ndarray:
    """The picture under the similarity that brings its landmarks nearest to the mean face.

    Args:
        picture: (H, W, 3) float32.
        landmarks: (98, 2) px, pixel centres at +0.5.
        jitter: (2, 3) of aligned px to aligned px, applied last; None for training's sake only.

    Returns:
        (96, 96, 3) float32; the border of the picture repeated.
    """
    matrix = aligning_similarity(landmarks)
    if jitter is not None:
        matrix = np.column_stack([jitter[:, :2] @ matrix[:, :2], jitter[:, :2] @ matrix[:, 2] + jitter[:, 2]])
    shrink = float(np.hypot(*matrix[:, 0]))
    if shrink < 0.6:  # a Gaussian of the new pixel's width, so that the shrunk picture does not shimmer
        sigma = 0.4 / shrink
        picture = cv2.GaussianBlur(picture, (0, 0), sigma)
    matrix = matrix.copy()
    matrix[:, 2] += matrix[:, :2].sum(1) / 2 - 0.5
    size = (ALIGNED_PX, ALIGNED_PX)
    aligned = cv2.warpAffine(
        np.asarray(picture, np.float32), matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(aligned)


def aligning_similarity(landmarks: np.ndarray) -> np.ndarray:
    """The similarity of least squares from a face to the template.

    Args:
        landmarks: (98, 2) px.

    Returns:
        (2, 3) float64 px to aligned px, both with pixel centres at +0.5.
    """
    return similarity(np.asarray(landmarks, np.float64)[_ANCHORS], TEMPLATE[_ANCHORS] * ALIGNED_PX)


def similarity(source: np.ndarray, goal: np.ndarray) -> np.ndarray:
    """The similarity of least squares that brings points (N, 2) to points (N, 2): (2, 3) float64."""
    centre, goal_centre = source.mean(0), goal.mean(0)
    a, b = source - centre, goal - goal_centre
    spread = max(float((a**2).sum()), 1e-9)
    cos = float((a * b).sum()) / spread
    sin = float((a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]).sum()) / spread
    linear = np.array([[cos, -sin], [sin, cos]])
    return np.column_stack([linear, goal_centre - linear @ centre])
