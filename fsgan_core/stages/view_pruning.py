"""Which source frames become views of the appearance map (Nirkin et al. 2022, section 3.6)."""

from __future__ import annotations

import numpy as np
from scipy.spatial import cKDTree

BLURRED_BELOW = 0.5
"""A frame is motion-blurred when its sharpness is below this share of the shot's median. The paper gives no number."""
BLINKING_BELOW = 0.5
"""The eyes count as closed when they are open less than this share of what is usual in the shot (upper quartile)."""
MOST_VIEWS = 192
"""Views kept in memory at most; a longer or livelier source is thinned out further."""


def prune_views(
    poses: np.ndarray,
    sharpness: np.ndarray,
    eye_openness: np.ndarray,
    min_distance_deg: float,
    most_views: int = MOST_VIEWS,
) -> np.ndarray:
    """The frames to keep as views: sharp, upright, and no two closer than a distance in yaw and pitch.

    Motion-blurred frames go first, and blinks, which the paper does not mention: a view with closed eyes leaves G_r to
    invent them. The others are visited from the most upright (whole degrees of roll; the sharper one first within a
    degree), and one is kept unless a kept one lies within the distance.

    Args:
        poses: (N, 3) degrees yaw, pitch, roll, N >= 1.
        sharpness: (N,) positive, larger is sharper.
        eye_openness: (N,) positive, of `eye_openness`.
        min_distance_deg: No two kept views are closer than this; 0 keeps every sharp frame.
        most_views: The distance is widened until at most this many remain.

    Returns:
        (M,) int indices into `poses`, ascending, M >= 1.
    """
    poses = np.asarray(poses, np.float64)
    sharpness = np.asarray(sharpness, np.float64)
    usable = ~is_motion_blurred(sharpness) & ~is_blinking(eye_openness)
    candidates = np.flatnonzero(usable if usable.any() else ~is_motion_blurred(sharpness))
    # Whole degrees of roll, so that noise in the estimate does not outweigh sharpness.
    order = np.lexsort((candidates, -sharpness[candidates], np.floor(np.abs(poses[candidates, 2]))))
    candidates = candidates[order]
    distance_deg = min_distance_deg
    kept = _thin_out(poses[candidates, :2], distance_deg)
    while len(kept) > most_views:
        distance_deg = max(distance_deg * 1.25, 0.5)
        kept = _thin_out(poses[candidates, :2], distance_deg)
    return np.sort(candidates[kept])


def is_motion_blurred(sharpness: np.ndarray) -> np.ndarray:
    """(N,) bool: frames much less sharp than the shot's median; never all of them.

    Args:
        sharpness: (N,) positive, larger is sharper.
    """
    return np.asarray(sharpness) < BLURRED_BELOW * np.median(sharpness)


def is_blinking(openness: np.ndarray) -> np.ndarray:
    """(N,) bool: frames in which the eyes are much less open than they usually are; never all of them.

    Args:
        openness: (N,) positive, of `eye_openness`.
    """
    return np.asarray(openness) < BLINKING_BELOW * np.quantile(openness, 0.75)


def eye_openness(landmarks: np.ndarray) -> np.ndarray:
    """How far the eyes are open: height over width of both together, whatever the roll.

    Args:
        landmarks: (N, 98, 2) px, WFLW order.

    Returns:
        (N,) float64, about 0.3 for open eyes and 0.1 for closed ones.
    """
    points = np.asarray(landmarks, np.float64)
    heights, widths = np.zeros(len(points)), np.zeros(len(points))
    for first in (60, 68):
        # Corners first and first + 4; upper lid between them, lower lid back.
        upper, lower = points[:, first + 1 : first + 4], points[:, [first + 7, first + 6, first + 5]]
        heights += np.linalg.norm(upper - lower, axis=2).mean(1)
        widths += np.linalg.norm(points[:, first] - points[:, first + 4], axis=1)
    return heights / np.maximum(widths, 1e-6)


def _thin_out(points: np.ndarray, distance_deg: float) -> np.ndarray:
    """Indices of points kept when visited in order and refused within `distance_deg` of one kept before."""
    neighbours = cKDTree(points).query_ball_point(points, distance_deg) if distance_deg > 0 else None
    if neighbours is None:
        return np.arange(len(points))
    open_to_keep = np.ones(len(points), bool)
    kept = []
    for index in range(len(points)):
        if open_to_keep[index]:
            kept.append(index)
            open_to_keep[neighbours[index]] = False
    return np.array(kept)
