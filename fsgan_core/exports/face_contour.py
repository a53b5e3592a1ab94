"""The outline of a face as a closed curve with the same points in every frame, from its soft segmentation."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from scipy.ndimage import map_coordinates

from fsgan_core.face.face_analysis import FaceAnalysis, FaceAtFrame
from fsgan_core.face.segment import FACE
from fsgan_core.stages.face_mask import solid_face

CONTOUR_POINTS = 32
_STEP_PX = 0.25
_NOSE = slice(51, 60)


@dataclass(frozen=True, eq=False)
class AnimatedContour:
    """A closed Bezier curve over a shot, in picture px, y down.

    Attributes:
        frames: (K,) int, the frames of its keys, rising.
        points: (K, P, 2) float64.
        tangents: (K, P, 2) float64: from a point to the handle before the next one; the other handle lies opposite.
    """

    frames: np.ndarray
    points: np.ndarray
    tangents: np.ndarray


def face_contour(face: FaceAnalysis, frames: np.ndarray, tolerance_px: float) -> AnimatedContour:
    """The outline of a person's face, keyed where it has to be.

    Args:
        face: The person.
        frames: (N,) int, rising, frames in which the person is present.
        tolerance_px: No point strays further than this from a line between its keys; 0 keys every frame.
    """
    outlines, segments = [], []
    for frame, origin in zip(face.frames, face.window_origins, strict=True):
        if frame in frames:
            at = face.at(int(frame))
            assert at is not None
            outlines.append(at.crop.to_plate(outline_in_crop(at)) + origin)
            segments.append(at.segment_id)
    points = np.stack(outlines)
    kept = _kept_keys(np.asarray(frames), points, np.array(segments), tolerance_px)
    points = points[kept]
    # A third of half the way between the neighbours: the curve passes through every point without a corner.
    tangents = (np.roll(points, -1, 1) - np.roll(points, 1, 1)) / 6
    return AnimatedContour(np.asarray(frames)[kept], points, tangents)


def outline_in_crop(face: FaceAtFrame) -> np.ndarray:
    """(CONTOUR_POINTS, 2) crop px: where rays from the nose leave the face; the first one points to the chin.

    Where the segmentation has no face at the nose (a hand in front of it) the hull of the landmarks stands in for it.
    """
    centre = face.landmarks[_NOSE].mean(0).astype(np.float64)
    mask = solid_face(face.segmentation[FACE])
    size = mask.shape[0]
    x, y = np.clip(centre.astype(int), 0, size - 1)
    if mask[y, x] < 0.5:
        hull = cv2.convexHull(np.asarray(face.landmarks, np.float32))
        mask = cv2.fillConvexPoly(np.zeros(mask.shape, np.float32), np.round(hull - 0.5).astype(np.int32), 1.0)
    angles = np.radians(90 + face.pose[2]) + np.arange(CONTOUR_POINTS) * (2 * np.pi / CONTOUR_POINTS)
    steps = np.arange(0, 1.5 * size, _STEP_PX)
    rays = centre + np.stack([np.cos(angles), np.sin(angles)], 1)[:, None] * steps[:, None]
    values = map_coordinates(mask, (rays[..., 1] - 0.5, rays[..., 0] - 0.5), order=1, mode="constant", cval=0.0)
    values[:, 0] = 1.0
    outside = (values < 0.5).argmax(1)
    index = np.arange(CONTOUR_POINTS)
    before, after = values[index, outside - 1], values[index, outside]
    radius = steps[outside - 1] + _STEP_PX * (before - 0.5) / np.maximum(before - after, 1e-6)
    radius = np.minimum(radius, steps[outside])
    return centre + np.stack([np.cos(angles), np.sin(angles)], 1) * radius[:, None]


def _kept_keys(frames: np.ndarray, points: np.ndarray, segments: np.ndarray, tolerance_px: float) -> np.ndarray:
    """Positions of the keys that are needed: Ramer, Douglas and Peucker over time, each uninterrupted run by itself."""
    kept: set[int] = set()
    for segment in np.unique(segments):
        inside = np.flatnonzero(segments == segment)
        spans = [(int(inside[0]), int(inside[-1]))]
        kept |= {int(inside[0]), int(inside[-1])}
        while spans:
            first, last = spans.pop()
            if last - first < 2:
                continue
            between = np.arange(first + 1, last)
            weight = ((frames[between] - frames[first]) / (frames[last] - frames[first]))[:, None, None]
            line = (1 - weight) * points[first] + weight * points[last]
            error = np.linalg.norm(points[between] - line, axis=2).max(1)
            worst = int(between[error.argmax()])
            if error.max() > tolerance_px:
                kept.add(worst)
                spans += [(first, worst), (worst, last)]
    return np.array(sorted(kept))
