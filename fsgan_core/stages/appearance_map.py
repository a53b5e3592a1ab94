"""The appearance map: the source's views laid out by head pose, asked for the few nearest to a pose.

Built once per source, queried once per frame of the plate (Nirkin et al. 2022, section 3.6).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fsgan_core.stages.face_view import FaceView, flip_view
from fsgan_core.stages.pose_mesh import BOUNDARY_DEG, PoseMesh, build_pose_mesh

_ONE_SIDED_FROM_DEG = 12.0
_ONE_SIDED_RATIO = 0.5
_NOTHING = 1e-9


@dataclass(frozen=True)
class ViewMix:
    """The views that make up one pose.

    Args:
        indices: (K,) int, 1 <= K <= 3, into the map's views, heaviest first.
        weights: (K,) float64, positive, summing to 1.
        inside: Whether the pose lies between the views; False where it had to be clamped or a boundary point excluded.
    """

    indices: np.ndarray
    weights: np.ndarray
    inside: bool


@dataclass(frozen=True)
class AppearanceMap:
    """Views by yaw and pitch and the triangles between them.

    Args:
        views: M views, M >= 1.
        mesh: What a pose is looked up in.
    """

    views: tuple[FaceView, ...]
    mesh: PoseMesh

    def query(self, pose: np.ndarray, max_views: int = 3) -> ViewMix:
        """The views around a pose, with the barycentric weights of eq. 16.

        Args:
            pose: (3,) or (2,) degrees; roll is dropped. Beyond the boundary points it is clamped.
            max_views: 1 to 3; the lightest views beyond it are left out and the others renormalised.
        """
        wanted = np.asarray(pose, np.float64)[:2]
        clamped = _clamped(pose)
        owners, shares = self.mesh.locate(clamped)
        weights = np.bincount(owners[owners >= 0], shares[owners >= 0], minlength=len(self.views))
        inside = bool((clamped == wanted).all() and self.mesh.is_between_views(wanted))
        if weights.sum() <= _NOTHING:
            # The pose is a boundary point itself.
            nearest = np.linalg.norm(self.mesh.points[: len(self.views)] - clamped, axis=1).argmin()
            return ViewMix(np.array([nearest]), np.ones(1), inside=False)
        # Boundary points are excluded and the weights renormalised.
        order = np.lexsort((np.arange(len(weights)), -weights))
        order = order[weights[order] > _NOTHING][:max_views]
        return ViewMix(order, weights[order] / weights[order].sum(), inside)

    def triangle_of(self, pose: np.ndarray) -> tuple[int, np.ndarray]:
        """The triangle of the mesh that a query looks into, and the barycentric coordinates there, for a drawing.

        Args:
            pose: (3,) or (2,) degrees; roll is dropped. Beyond the boundary points it is clamped.
        """
        return self.mesh.triangle_around(_clamped(pose))


def build_appearance_map(views: Sequence[FaceView]) -> AppearanceMap:
    """The map of the given views; one view, two, or views in one line are enough.

    Args:
        views: M >= 1 views. Those further out than the boundary points are laid just inside them.
    """
    return AppearanceMap(tuple(views), build_pose_mesh(np.array([view.pose[:2] for view in views], np.float64)))


def fill_in_flips(views: Sequence[FaceView], min_distance_deg: float) -> list[FaceView]:
    """The views and, where they show one side of the face only, mirror images for the other side.

    One-sided means that the head turns by at least 12 degrees to one side and by less than half of that to the other;
    only mirror images that reach further to the poor side than any view, and that have no view nearby, are added.

    Args:
        views: M >= 1 views.
        min_distance_deg: Distance in yaw and pitch that a mirror image must keep from every view.
    """
    yaws = np.array([view.pose[0] for view in views])
    far, near = max(yaws.max(), -yaws.min()), min(yaws.max(), -yaws.min())
    if far < _ONE_SIDED_FROM_DEG or near >= _ONE_SIDED_RATIO * far:
        return list(views)
    rich_side = 1.0 if yaws.max() > -yaws.min() else -1.0
    reach_deg = max(near, 0.0)
    points = np.array([view.pose[:2] for view in views])
    flips = [flip_view(view) for view in views if rich_side * view.pose[0] > reach_deg]
    apart = [np.linalg.norm(points - flip.pose[:2], axis=1).min() > min_distance_deg for flip in flips]
    return list(views) + [flip for flip, is_apart in zip(flips, apart, strict=True) if is_apart]


def _clamped(pose: np.ndarray) -> np.ndarray:
    """(2,) yaw and pitch inside the boundary points."""
    return np.clip(np.asarray(pose, np.float64)[:2], -BOUNDARY_DEG, BOUNDARY_DEG)
