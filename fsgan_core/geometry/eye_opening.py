"""How far open eyes are, from the landmarks alone."""

from __future__ import annotations

import numpy as np

EYES = (
    (60, 64, ((61, 67), (62, 66), (63, 65))),
    (68, 72, ((69, 75), (70, 74), (71, 73))),
)
"""WFLW points of each eye: its two corners, and pairs on the upper and lower lid."""
EYE_POINTS = ((*range(60, 68), 96), (*range(68, 76), 97))
"""WFLW points of each eye: its lids all around, and the iris."""
LIDS = tuple(pair for _, _, lids in EYES for pair in lids)
"""The pairs of both eyes."""
OUTER_CORNERS = (EYES[0][0], EYES[1][1])
"""The corners away from the nose; their distance is what landmark errors are measured in."""

RIMS_APART = 0.05
"""`eye_opening` of an eye that is shut."""
HALF_SHUT = 0.15
"""From here on an eye is open."""
LASHES = 0.1
"""Height of the lashes and their shadow over the points of the upper lid, in widths of an eye."""
CLOSING = (0.22, 0.1)
"""Below the first opening an eye is about to close; it does so fully where it has lost the second from the view's."""


def eye_opening(landmarks: np.ndarray) -> np.ndarray:
    """The mean gap between the lids of both eyes, in widths of an eye.

    Only the distance across the line between an eye's corners counts: the points of a pair do not lie right above each
    other, so that their full distance never becomes 0.

    Args:
        landmarks: (..., 98, 2) px.

    Returns:
        (...) float64, about 0.03 for shut eyes and 0.25 to 0.35 for open ones; less than 0 where lids cross.
    """
    return np.asarray(eye_openings(landmarks).mean(-1))


def eye_openings(landmarks: np.ndarray) -> np.ndarray:
    """As `eye_opening` of each eye: (..., 2) float64, the eye at the image's left first."""
    points = np.asarray(landmarks, np.float64)
    gaps = []
    for first, last, lids in EYES:
        along = points[..., last, :] - points[..., first, :]
        width = np.maximum(np.linalg.norm(along, axis=-1), 1e-6)
        across = np.stack([-along[..., 1], along[..., 0]], -1) / width[..., None]
        gap = np.mean([((points[..., b, :] - points[..., a, :]) * across).sum(-1) for a, b in lids], axis=0)
        gaps.append(gap / width)
    return np.stack(gaps, -1)


def shut_wholly(landmarks: np.ndarray) -> np.ndarray:
    """The landmarks with the lids of shut eyes together: no slit is left where a picture is warped to them.

    Lid points mark the rims, which lie a twentieth of an eye's width apart when the eye is shut; landmark networks see
    about that, seldom less. Eyes more than half open stay as they are, and the opening of the others is stretched down
    to 0.

    Args:
        landmarks: (98, 2) px.

    Returns:
        (98, 2) float64 px; the upper lid's points are moved across the eye.
    """
    points = np.array(landmarks, np.float64)
    for first, last, lids in EYES:
        along = points[last] - points[first]
        width = max(float(np.linalg.norm(along)), 1e-6)
        axes = np.array([along, (-along[1], along[0])]) / width
        lid_points = zip(*lids, strict=True)
        corners, upper, lower = ((points[list(part)] - points[first]) @ axes.T for part in ((first, last), *lid_points))
        opening = float(np.mean(lower[:, 1] - upper[:, 1])) / width
        if opening >= HALF_SHUT:
            continue
        wanted = max(0.0, opening - RIMS_APART) * HALF_SHUT / (HALF_SHUT - RIMS_APART)
        rim = np.concatenate([corners[:1], lower, corners[1:]])
        gaps = np.interp(upper[:, 0], rim[:, 0], rim[:, 1]) - upper[:, 1]
        kept = wanted / opening if wanted > 0 else 0.0
        points[[pair[0] for pair in lids]] += (1 - kept) * gaps[:, None] * axes[1]
    return points


def above_lashes(landmarks: np.ndarray, asked: np.ndarray) -> np.ndarray:
    """The landmarks of a view with the upper lids' points above the lashes, where the eye is to be closed.

    Otherwise a warp stretches lashes, and what it has of the iris over the lid, and a half-shut eye looks open.

    Args:
        landmarks: (98, 2) px of the view.
        asked: (98, 2) px, what it is warped to.

    Returns:
        (98, 2) float64 px.
    """
    points = np.array(landmarks, np.float64)
    wanted, lost = eye_openings(asked), eye_openings(landmarks) - eye_openings(asked)
    low, full = CLOSING
    shares = np.clip((low - wanted) / full, 0, 1) * np.clip(lost / full, 0, 1)
    for share, (first, last, lids) in zip(shares, EYES, strict=True):
        along = points[last] - points[first]
        points[[upper for upper, _ in lids]] -= LASHES * share * np.array([-along[1], along[0]])
    return points
