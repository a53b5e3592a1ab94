"""Views that the source never showed, made by T and G_r, where the appearance map is too sparse (section 3.6)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fsgan_core.face.network_input import device_of
from fsgan_core.networks.inference import infer
from fsgan_core.stages.face_view import FaceView, roll_view
from fsgan_core.stages.network_arrays import rows_to_tensor
from fsgan_core.stages.reenact import Reenactor, reenact_views

ARTIFICIAL_POSES_DEG = np.array(
    [(0, 0), (-30, 0), (30, 0), (0, -25), (0, 25), (-30, -25), (30, -25), (-30, 25), (30, 25), (-55, 0), (55, 0)],
    np.float32,
)
"""Yaw and pitch at which a view is made if there is none near; further out G_r has nothing to go by."""
SPARSE_FROM_DEG = 20.0
"""A pose is bare when the nearest view is at least this far from it in yaw and pitch."""


def add_artificial_views(views: Sequence[FaceView], reenactor: Reenactor) -> list[FaceView]:
    """The views and, at poses of a coarse grid without a view near them, views made from the nearest one.

    Args:
        views: M >= 1 views, photographed or flipped.
        reenactor: The networks that make a view.
    """
    return list(views) + [make_view(_nearest(views, pose), pose, reenactor) for pose in bare_poses(views)]


def bare_poses(views: Sequence[FaceView]) -> np.ndarray:
    """(K, 2) degrees: the poses of the grid that are far from every view."""
    points = np.array([view.pose[:2] for view in views], np.float32)
    distance = np.linalg.norm(ARTIFICIAL_POSES_DEG[:, None] - points[None], axis=2).min(1)
    return ARTIFICIAL_POSES_DEG[distance >= SPARSE_FROM_DEG]


def make_view(view: FaceView, yaw_pitch: np.ndarray, reenactor: Reenactor) -> FaceView:
    """The view turned upright to another pose, its expression kept: T places the landmarks, G_r paints them.

    Args:
        view: The view to start from.
        yaw_pitch: (2,) degrees.
        reenactor: The networks.
    """
    upright = roll_view(view, 0.0)
    pose = np.array([yaw_pitch[0], yaw_pitch[1], 0.0], np.float32)
    size, device = view.picture.shape[0], device_of(reenactor.transformer)
    points = rows_to_tensor([upright.landmarks / size], device)
    turned = infer(reenactor.transformer, points, rows_to_tensor([pose], device))
    landmarks = (turned[0].cpu().numpy() * size).astype(np.float32)
    picture = reenact_views([upright], landmarks, pose, reenactor)[0]
    return FaceView(np.clip(picture, -1, 1), landmarks, pose, view.frame, "artificial")


def _nearest(views: Sequence[FaceView], pose: np.ndarray) -> FaceView:
    return min(views, key=lambda view: float(np.linalg.norm(view.pose[:2] - pose)))
