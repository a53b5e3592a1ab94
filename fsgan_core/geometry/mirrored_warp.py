"""A warped view that is completed from its own mirror image where the head hides the far side of the face.

A view turned away shows the far cheek in a few pixels, or not at all; a warp that turns it back smears these over the
cheek. Faces are nearly symmetric, so the near cheek, mirrored, is the better guess; it gets the colours around it.
"""

from __future__ import annotations

import cv2
import numpy as np

from fsgan_core.geometry.eye_opening import above_lashes, shut_wholly
from fsgan_core.geometry.landmark_mirror import mirror_landmarks
from fsgan_core.geometry.landmark_warp import WarpTarget

_SEEN = (0.15, 0.45)
"""Of the area that a patch of the face takes in the warped picture, how much the view has: at the first share the
mirror image takes its place, from the second on it does not."""
_GAIN = 0.25
"""By how much larger the patch must be in the mirror image for it to take the place wholly."""
_COARSE = 4
"""At one of how many pixels the difference of the colours is averaged."""


def warp_with_mirror(view: np.ndarray, from_points: np.ndarray, to_points: np.ndarray) -> np.ndarray:
    """The view with the landmarks at `from_points` moved to `to_points`, its hidden side taken from its mirror image.

    Args:
        view: (H, W, 3) float32.
        from_points: (98, 2) px of the view, WFLW order, pixel centres at +0.5.
        to_points: (98, 2) px, where they shall lie; eyes that are shut there leave no slit (`shut_wholly`),
            and skin closes them (`above_lashes`).

    Returns:
        (H, W, 3) float32; `warp_to_landmarks` alone where the view shows the face well enough.
    """
    target, width = WarpTarget(shut_wholly(to_points), view.shape[:2]), view.shape[1]
    mirrored_points = above_lashes(mirror_landmarks(from_points, width), to_points)
    from_points = above_lashes(from_points, to_points)
    warped = target.warp(view, from_points)
    own, other = target.shown_share(from_points), target.shown_share(mirrored_points)
    weight = np.clip((_SEEN[1] - own) / (_SEEN[1] - _SEEN[0]), 0, 1) * np.clip((other - own) / _GAIN, 0, 1)
    if not weight.any():
        return warped
    face = target.face
    # Apart, so that nothing of the background comes over the outline of the face.
    weight = np.where(face, _smooth(weight, face, width / 85), _smooth(weight, ~face, width / 85))[..., None]
    mirror = target.warp(view[:, ::-1], mirrored_points)
    # A stretched patch is too coarse for skin and good enough for light.
    both = face & (own > _SEEN[0]) & (other > _SEEN[0])
    mirror += _spread(warped - mirror, both)
    return (warped + weight * (mirror - warped)).astype(np.float32)


def _smooth(values: np.ndarray, inside: np.ndarray, sigma: float) -> np.ndarray:
    """Values (H, W) averaged within (H, W) bool."""
    known = inside.astype(np.float32)
    total = cv2.GaussianBlur(values * known, (0, 0), sigma)
    return np.asarray(total / np.maximum(cv2.GaussianBlur(known, (0, 0), sigma), 1e-4))


def _spread(values: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """Values (H, W, 3) averaged over what lies nearby within (H, W) bool, and over more where that is little."""
    height, width = inside.shape
    side = (max(1, width // _COARSE), max(1, height // _COARSE))
    known = inside.astype(np.float32)
    totals = cv2.resize(np.dstack([values * known[..., None], known]), side, interpolation=cv2.INTER_AREA)
    spread = np.zeros((*totals.shape[:2], 3), np.float32)
    for sigma in (side[0] / 4, side[0] / 12, side[0] / 28):
        blurred = cv2.GaussianBlur(totals, (0, 0), sigma)
        mean = blurred[..., :3] / np.maximum(blurred[..., 3:], 1e-4)
        spread += np.clip(blurred[..., 3:] * 8, 0, 1) * (mean - spread)
    return cv2.resize(spread, (width, height), interpolation=cv2.INTER_LINEAR)
