"""A view of a face warped so that its landmarks lie on other landmarks: the cheap half of a reenactment.

Dense piecewise affine warp over one fixed triangulation of the 98 points, five forehead points, a ring around the head
and the crop border. The topology is fixed (built once from a mean face), so that a moving face never switches triangles
between frames.
"""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
from scipy.spatial import Delaunay

from fsgan_core.geometry.eye_opening import EYE_POINTS

_CONTOUR = np.arange(0, 33)
_BROWS = np.arange(33, 51)
_FACE_POINTS, _HEAD_POINTS = 103, 120
"""Of `control_points`: landmarks and forehead; these and the ring."""

MEAN_FACE = np.array([
    (0.2015, 0.3727), (0.2024, 0.4152), (0.2044, 0.4576), (0.2058, 0.5001), (0.2091, 0.5425), (0.2142, 0.5847),
    (0.2206, 0.6267), (0.2306, 0.6680), (0.2413, 0.7088), (0.2585, 0.7476), (0.2817, 0.7827), (0.3115, 0.8124),
    (0.3450, 0.8377), (0.3801, 0.8608), (0.4187, 0.8779), (0.4579, 0.8942), (0.5000, 0.8995), (0.5421, 0.8942),
    (0.5813, 0.8779), (0.6199, 0.8608), (0.6550, 0.8377), (0.6885, 0.8124), (0.7183, 0.7827), (0.7415, 0.7476),
    (0.7587, 0.7088), (0.7694, 0.6680), (0.7794, 0.6267), (0.7858, 0.5847), (0.7909, 0.5425), (0.7942, 0.5001),
    (0.7956, 0.4576), (0.7976, 0.4152), (0.7985, 0.3727), (0.2580, 0.3356), (0.2761, 0.3053), (0.3151, 0.2892),
    (0.3694, 0.2882), (0.4339, 0.2950), (0.4432, 0.3309), (0.3746, 0.3106), (0.3245, 0.3087), (0.2887, 0.3190),
    (0.5661, 0.2950), (0.6306, 0.2882), (0.6849, 0.2892), (0.7239, 0.3053), (0.7420, 0.3356), (0.7113, 0.3190),
    (0.6755, 0.3087), (0.6254, 0.3106), (0.5568, 0.3309), (0.5000, 0.3742), (0.5000, 0.4387), (0.5000, 0.4637),
    (0.5000, 0.5286), (0.4237, 0.5841), (0.4631, 0.5892), (0.5000, 0.5905), (0.5369, 0.5892), (0.5763, 0.5841),
    (0.3085, 0.3933), (0.3171, 0.3848), (0.3487, 0.3716), (0.3946, 0.3792), (0.4232, 0.4000), (0.4048, 0.4002),
    (0.3630, 0.4064), (0.3261, 0.4030), (0.5768, 0.4000), (0.6054, 0.3792), (0.6513, 0.3716), (0.6829, 0.3848),
    (0.6915, 0.3933), (0.6739, 0.4030), (0.6370, 0.4064), (0.5952, 0.4002), (0.3825, 0.6947), (0.4092, 0.6700),
    (0.4647, 0.6482), (0.5000, 0.6544), (0.5353, 0.6482), (0.5908, 0.6700), (0.6175, 0.6947), (0.5909, 0.7263),
    (0.5674, 0.7430), (0.5000, 0.7591), (0.4326, 0.7430), (0.4091, 0.7263), (0.3944, 0.6929), (0.4489, 0.6836),
    (0.5000, 0.6852), (0.5511, 0.6836), (0.6056, 0.6929), (0.5539, 0.7085), (0.5000, 0.7159), (0.4461, 0.7085),
    (0.3541, 0.3805), (0.6459, 0.3805),
])  # fmt: skip
"""(98, 2) mean frontal face in [0, 1] of the crop side: mean of the frontal renders of the training subjects, made
symmetric."""

_NEARNESS = np.concatenate(
    [np.full(33, 1.0), np.full(18, 2.0), np.full(9, 4.0), np.full(16, 2.0), np.full(20, 3.0), np.full(2, 2.0)]
    + [np.full(5, 1.0), np.full(17, 0.5), np.zeros(12)]
)
"""(132,) which control points lie nearer to the camera than others.

In the order of `control_points`: contour, brows, nose, eyes, mouth, irises, forehead, ring, border.
"""
_EYEBALL_NEARNESS = 0.75
"""Of the triangles between lids: behind all skin, since the iris of a shut eye is under its lid."""


def warp_to_landmarks(view: np.ndarray, from_points: np.ndarray, to_points: np.ndarray) -> np.ndarray:
    """The view with the landmarks at `from_points` moved to `to_points`.

    Args:
        view: (H, W, C) float32.
        from_points: (98, 2) px of the view, WFLW order, pixel centres at +0.5.
        to_points: (98, 2) px, where they shall lie.

    Returns:
        (H, W, C) float32; bilinear, the border repeated.
    """
    return WarpTarget(to_points, view.shape[:2]).warp(view, from_points)


def warp_map(from_points: np.ndarray, to_points: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Where each pixel of the warped picture comes from.

    Args:
        from_points: (98, 2) px of the view.
        to_points: (98, 2) px of the warped picture.
        size: height, width, px, of both.

    Returns:
        (H, W, 2) float32 px x, y of the view at the pixel centres, +0.5 convention.
    """
    return WarpTarget(to_points, size).map_from(from_points)


class WarpTarget:
    """Landmarks that views are warped to: its triangles are drawn once for all views.

    Args:
        to_points: (98, 2) px of the warped picture.
        size: height, width, px, of it and of the views.
    """

    def __init__(self, to_points: np.ndarray, size: tuple[int, int]) -> None:
        self._size, self._triangles = size, face_triangles()
        self._points = control_points(to_points, size)
        self._index = _triangle_index(self._points, self._triangles, size)

    def warp(self, view: np.ndarray, from_points: np.ndarray) -> np.ndarray:
        """A view (H, W, C) with its landmarks (98, 2) here; see `warp_to_landmarks`."""
        source_px = self.map_from(from_points)
        picture = np.ascontiguousarray(view, np.float32)
        map_x, map_y = source_px[..., 0] - np.float32(0.5), source_px[..., 1] - np.float32(0.5)
        return cv2.remap(picture, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE).reshape(view.shape)

    def map_from(self, from_points: np.ndarray) -> np.ndarray:
        """(H, W, 2) where each pixel comes from in a view with these landmarks (98, 2); see `warp_map`."""
        height, width = self._size
        source = control_points(from_points, self._size)
        affine = _triangle_affines(self._points, source, self._triangles)[self._index]
        x = np.arange(width, dtype=np.float32) + 0.5
        y = (np.arange(height, dtype=np.float32) + 0.5)[:, None]
        map_x = affine[..., 0] * x + affine[..., 1] * y + affine[..., 2]
        map_y = affine[..., 3] * x + affine[..., 4] * y + affine[..., 5]
        return np.stack([map_x, map_y], -1)

    def shown_share(self, from_points: np.ndarray) -> np.ndarray:
        """How much of each patch of the head a view shows, by area: below 1 it is stretched, below 0 turned away.

        Args:
            from_points: (98, 2) px of the view.

        Returns:
            (H, W) float32: area of the triangle in the view over its area here, at most 1, and 1 beyond the head.
        """
        areas = _areas(self._points, self._triangles)
        areas[np.abs(areas) < 1e-3] = np.inf
        share = np.minimum(_areas(control_points(from_points, self._size), self._triangles) / areas, 1)
        beyond = (self._triangles >= _HEAD_POINTS).any(1)
        return np.where(beyond, 1, share).astype(np.float32)[self._index]

    @property
    def face(self) -> np.ndarray:
        """(H, W) bool: the face, without the ring around it."""
        return np.all(self._triangles < _FACE_POINTS, axis=1)[self._index]


def control_points(landmarks: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """The 98 landmarks with the points that carry forehead, hair and border.

    Args:
        landmarks: (98, 2) px.
        size: height, width of the picture, px.

    Returns:
        (132, 2) float64 px: 98 landmarks, 5 forehead, 17 head ring, 12 border points.
    """
    points = np.asarray(landmarks, np.float64)
    brow, chin = points[_BROWS].mean(0), points[16]
    up = brow - chin
    forehead_base = points[[33, 35, 0, 44, 46]].copy()
    forehead_base[2] = (points[38] + points[42]) / 2
    forehead = forehead_base + up * np.array([0.28, 0.40, 0.44, 0.40, 0.28])[:, None]
    centre = (brow + chin) / 2
    ring_base = np.concatenate([points[_CONTOUR[::3]], forehead, points[[33]] + 0.1 * up])
    ring = centre + (ring_base - centre) * 1.30
    height, width = size
    xs, ys = np.array([0, 1 / 3, 2 / 3, 1]) * width, np.array([0, 1 / 3, 2 / 3, 1]) * height
    border = [(x, y) for y in (0, height) for x in xs] + [(x, y) for x in (0, width) for y in ys[1:3]]
    return np.concatenate([points, forehead, ring, np.array(border, np.float64)])


@lru_cache(maxsize=1)
def face_triangles() -> np.ndarray:
    """The triangulation of the control points of a mean frontal face.

    Returns:
        (T, 3) int32 indices into `control_points`.
    """
    return Delaunay(control_points(MEAN_FACE * 256, (256, 256))).simplices.astype(np.int32)


@lru_cache(maxsize=1)
def triangle_nearness() -> np.ndarray:
    """(T,) which of `face_triangles` lie nearer to the camera than others."""
    triangles = face_triangles()
    nearness = _NEARNESS[triangles].min(1)
    eyeballs = np.any([np.isin(triangles, eye).all(1) for eye in EYE_POINTS], axis=0)
    nearness[eyeballs] = _EYEBALL_NEARNESS
    return nearness


def _triangle_index(target: np.ndarray, triangles: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """The triangle at each pixel centre, (H, W) int32.

    Where triangles overlap, as at the far side of a turned face, front-facing ones lie over others, and among them
    those that are nearer to the camera: the nose over the mouth, the mouth over the cheek, the face over hair and
    background.
    """
    corners = target[triangles]
    area = _areas(target, triangles)
    front = np.sign(area) == np.sign(np.median(area))
    order = np.lexsort((triangle_nearness(), front))
    canvas = np.zeros(size, np.int32)
    fixed = np.round((corners - 0.5) * 16).astype(np.int32)
    for triangle in order:
        cv2.fillConvexPoly(canvas, fixed[triangle], int(triangle), lineType=cv2.LINE_8, shift=4)
    return canvas


def _areas(points: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """(T,) twice the signed area of each triangle, square px."""
    corners = points[triangles]
    edge_a, edge_b = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    return np.asarray(edge_a[:, 0] * edge_b[:, 1] - edge_a[:, 1] * edge_b[:, 0])


def _triangle_affines(target: np.ndarray, source: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """Per triangle a b c d e f with source = (a x + b y + c, d x + e y + f), (T, 6) float32.

    A collapsed one keeps its corner.
    """
    corners, goals = target[triangles], source[triangles]
    matrix = np.concatenate([corners, np.ones((len(corners), 3, 1))], 2)
    collapsed = np.abs(np.linalg.det(matrix)) < 1e-3
    matrix[collapsed] = np.eye(3)
    solved = np.linalg.solve(matrix, goals)
    solved[collapsed] = 0
    solved[collapsed, 2] = goals[collapsed, 0]
    return solved.transpose(0, 2, 1).reshape(-1, 6).astype(np.float32)
