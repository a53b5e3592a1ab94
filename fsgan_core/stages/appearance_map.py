"""The appearance map: the source's views laid out by head pose, asked for the few nearest to a pose.

Built once per source, queried once per frame of the plate (Nirkin et al. 2022, section 3.6).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.spatial import Delaunay

from fsgan_core.stages.face_view import FaceView, flip_view

BOUNDARY_DEG = 75.0
"""The four boundary points lie at plus and minus this yaw and pitch."""
_INNERMOST_MARGIN_DEG = 0.5
_ONE_SIDED_FROM_DEG = 12.0
_ONE_SIDED_RATIO = 0.5
_FLAT_AREA = 1e-6
_LARGEST_EXCESS = 2.5
"""A barycentric weight may be this many times the one by inverse squared distance; the nearest view gets the rest."""


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
        points: (M + 4, 2) degrees yaw, pitch: the views, then the four boundary points.
        triangles: (T, 3) int indices into `points`.
        barycentric: (T, 3, 3): takes (yaw, pitch, 1) to the barycentric coordinates of each triangle.
    """

    views: tuple[FaceView, ...]
    points: np.ndarray
    triangles: np.ndarray
    barycentric: np.ndarray

    def query(self, pose: np.ndarray, max_views: int = 3) -> ViewMix:
        """The views around a pose, with the barycentric weights of eq. 16.

        Args:
            pose: (3,) or (2,) degrees; roll is dropped.
            max_views: 1 to 3; the lightest views beyond it are left out and the others renormalised.
        """
        wanted = np.asarray(pose, np.float64)[:2]
        clamped = np.clip(wanted, -BOUNDARY_DEG, BOUNDARY_DEG)
        coordinates = self.barycentric @ np.append(clamped, 1.0)
        # The triangle that contains the point is the one where its smallest coordinate is largest: never none, as with
        # find_simplex, and on a shared edge always the same one.
        triangle = int(np.argmax(coordinates.min(1)))
        corners, weights = self.triangles[triangle], np.clip(coordinates[triangle], 0, None)
        is_view = corners < len(self.views)
        inside = bool(is_view.all() and (clamped == wanted).all())
        if weights[is_view].sum() <= 1e-9:
            return self._nearest(clamped)
        # Boundary points are excluded and the weights renormalised.
        shares = weights[is_view] / weights[is_view].sum()
        return _mix(*self._favour_near(corners[is_view], shares, wanted), inside, max_views)

    def _favour_near(self, corners: np.ndarray, shares: np.ndarray, point: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The corners with what far ones had given to the nearest view.

        Beside a chain of views, as of a head that turns once, the triangle of a pose spans the whole chain although a
        view lies a few degrees away. The paper takes the triangle's views; two faces from either side make a ghost.
        """
        distance = np.linalg.norm(self.points[: len(self.views)] - point, axis=1)
        nearest = int(np.argmin(distance))
        indices = np.append(corners[corners != nearest], nearest)
        weights = np.append(shares[corners != nearest], 0.0)
        closeness = 1.0 / np.maximum(distance[indices], 1e-3) ** 2
        weights = np.minimum(weights, _LARGEST_EXCESS * closeness / closeness.sum())
        weights[-1] = 1.0 - weights[:-1].sum()
        return indices, weights

    def _nearest(self, point: np.ndarray) -> ViewMix:
        """The one nearest view: the pose is a boundary point itself."""
        distance = np.linalg.norm(self.points[: len(self.views)] - point, axis=1)
        return ViewMix(np.array([int(np.argmin(distance))]), np.ones(1), False)


def build_appearance_map(views: Sequence[FaceView]) -> AppearanceMap:
    """The map of the given views; one view, two, or views in one line are enough.

    Args:
        views: M >= 1 views. Those further out than the boundary points are laid just inside them.
    """
    limit = BOUNDARY_DEG - _INNERMOST_MARGIN_DEG
    poses = np.array([view.pose[:2] for view in views], np.float64).reshape(-1, 2)
    corners = BOUNDARY_DEG * np.array([(-1, -1), (1, -1), (-1, 1), (1, 1)], np.float64)
    points = np.concatenate([np.clip(poses, -limit, limit), corners])
    # A view strictly inside the square of boundary points: every triangle has at least one view.
    triangles = Delaunay(points).simplices
    homogeneous = np.concatenate([points[triangles], np.ones((*triangles.shape, 1))], 2).transpose(0, 2, 1)
    is_flat = np.abs(np.linalg.det(homogeneous)) < _FLAT_AREA
    return AppearanceMap(tuple(views), points, triangles[~is_flat], np.linalg.inv(homogeneous[~is_flat]))


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


def _mix(indices: np.ndarray, weights: np.ndarray, inside: bool, max_views: int) -> ViewMix:
    """The heaviest `max_views` of the positive weights, renormalised; ties go to the lower index."""
    order = np.lexsort((indices, -weights))
    order = order[weights[order] > 1e-9][:max_views]
    return ViewMix(indices[order], weights[order] / weights[order].sum(), inside)
