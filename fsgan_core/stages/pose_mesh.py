"""The triangle mesh over head poses that the appearance map looks poses up in (Nirkin et al. 2022, section 3.6)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import Delaunay

BOUNDARY_DEG = 75.0
"""The four boundary points lie at plus and minus this yaw and pitch."""
BOUNDARY = -1
"""Owner of a boundary point."""
_INNERMOST_MARGIN_DEG = 0.5
_FLAT_AREA = 1e-6
_SLIVER_RATIO = 0.3
"""A triangle is a sliver when its height is less than this share of its longest edge."""
_SLIVER_FROM_DEG = 8.0
_LARGEST_STEP_DEG = 15.0
_OWN_RATIO = 1.1
"""A copy may be this much further from its view than from the nearest one."""
_ROUNDS = 6

_Copies = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class PoseMesh:
    """Triangles over yaw and pitch.

    Args:
        points: (P, 2) degrees: M views, then copies of views, then the four boundary points.
        owners: (P,) int: the view that each point stands for, BOUNDARY for boundary points.
        triangles: (T, 3) int indices into `points`.
        barycentric: (T, 3, 3): takes (yaw, pitch, 1) to the barycentric coordinates of each triangle.
        between_views: (V, 3, 3): the same of the triangles between three views, before any view was copied.
    """

    points: np.ndarray
    owners: np.ndarray
    triangles: np.ndarray
    barycentric: np.ndarray
    between_views: np.ndarray

    def locate(self, point: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The owners of the three corners around a point, and its barycentric coordinates, clipped to [0, 1].

        Args:
            point: (2,) degrees, inside the boundary.
        """
        triangle, coordinates = self.triangle_around(point)
        return self.owners[self.triangles[triangle]], coordinates

    def triangle_around(self, point: np.ndarray) -> tuple[int, np.ndarray]:
        """The index of the triangle around a point, and its barycentric coordinates there, clipped to [0, 1].

        Args:
            point: (2,) degrees, inside the boundary.
        """
        coordinates = self.barycentric @ np.append(point, 1.0)
        # The triangle that contains the point is the one where its smallest coordinate is largest: never none, as with
        # find_simplex, and on a shared edge always the same one.
        triangle = int(np.argmax(coordinates.min(1)))
        return triangle, np.clip(coordinates[triangle], 0, 1)

    def is_between_views(self, point: np.ndarray) -> bool:
        """Whether a point lies in a triangle of three views."""
        if len(self.between_views) == 0:
            return False
        return bool((self.between_views @ np.append(point, 1.0)).min(1).max() >= -1e-9)


def build_pose_mesh(poses: np.ndarray) -> PoseMesh:
    """The Delaunay mesh over views and the four boundary points, its slivers opened.

    Beside a chain of views, as of a head that turns once, the triangle of a pose may span the whole chain although a
    view lies a few degrees away: two faces from either end would make a ghost. The view in the middle of such a sliver
    is copied to the other side of the long edge, so that the poses around it stay its own. Weights stay barycentric
    and continuous in the pose.

    Args:
        poses: (M, 2) degrees, M >= 1; laid inside the boundary where they are not.
    """
    limit = BOUNDARY_DEG - _INNERMOST_MARGIN_DEG
    corners = BOUNDARY_DEG * np.array([(-1, -1), (1, -1), (-1, 1), (1, 1)], np.float64)
    points, owners = np.clip(poses, -limit, limit), np.arange(len(poses))
    for number in range(_ROUNDS):
        # A view strictly inside the square of boundary points: every triangle has at least one view.
        vertices = np.concatenate([points, corners])
        triangles, barycentric = _triangulate(vertices)
        of_views = (triangles < len(points)).all(1)
        if number == 0:
            between_views = barycentric[of_views]
        copies, copied = _across_slivers(points, owners, triangles[of_views], points[: len(poses)])
        if len(copies) == 0 or number == _ROUNDS - 1:
            break
        points, owners = np.concatenate([points, copies]), np.concatenate([owners, copied])
    owners = np.concatenate([owners, np.full(len(corners), BOUNDARY)])
    return PoseMesh(vertices, owners, triangles, barycentric, between_views)


def _triangulate(vertices: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Triangles (T, 3) and their barycentric maps (T, 3, 3), those without area left out."""
    triangles = Delaunay(vertices).simplices
    homogeneous = np.concatenate([vertices[triangles], np.ones((*triangles.shape, 1))], 2).transpose(0, 2, 1)
    is_flat = np.abs(np.linalg.det(homogeneous)) < _FLAT_AREA
    return triangles[~is_flat], np.linalg.inv(homogeneous[~is_flat])


def _across_slivers(points: np.ndarray, owners: np.ndarray, triangles: np.ndarray, views: np.ndarray) -> _Copies:
    """Copies of the middle corners of slivers, beyond their long edges.

    Args:
        points: (P, 2) views and the copies made before.
        owners: (P,) view of each.
        triangles: (T, 3) triangles of these points.
        views: (M, 2) the views alone.

    Returns:
        Positions (K, 2) and owners (K,).
    """
    copies: list[np.ndarray] = []
    copied: list[int] = []
    for corners in triangles:
        a, b, middle = corners[_longest_edge_first(points[corners])]
        edge = points[b] - points[a]
        length = float(np.linalg.norm(edge))
        normal = np.array([-edge[1], edge[0]]) / length
        height = float((points[middle] - points[a]) @ normal)
        if length < _SLIVER_FROM_DEG or abs(height) >= _SLIVER_RATIO * length:
            continue
        taken = np.concatenate([points, np.array(copies).reshape(-1, 2)])
        for reach in min(0.5 * length, _LARGEST_STEP_DEG) * np.array([1.0, 0.5, 0.25]):
            copy = points[middle] - np.sign(height) * (abs(height) + reach) * normal
            if _may_stand(copy, int(owners[middle]), views) and np.linalg.norm(taken - copy, axis=1).min() >= reach / 2:
                copies.append(copy)
                copied.append(int(owners[middle]))
                break
    return np.array(copies).reshape(-1, 2), np.array(copied, int)


def _may_stand(copy: np.ndarray, owner: int, views: np.ndarray) -> bool:
    """Whether a position is inside the boundary and hardly nearer to any other view than to its owner."""
    distance = np.linalg.norm(views - copy, axis=1)
    is_inside = np.abs(copy).max() <= BOUNDARY_DEG - _INNERMOST_MARGIN_DEG
    return bool(is_inside and distance[owner] <= _OWN_RATIO * distance.min())


def _longest_edge_first(corners: np.ndarray) -> list[int]:
    """The corners of a triangle (3, 2): both ends of its longest edge, then the one opposite."""
    lengths = np.linalg.norm(corners[[1, 2, 0]] - corners[[2, 0, 1]], axis=1)
    opposite = int(np.argmax(lengths))
    return [(opposite + 1) % 3, (opposite + 2) % 3, opposite]
