"""The 98 landmarks of a posed head, exact up to where a human would put them.

Inner points are vertices plus a constant offset. The contour follows what is seen: each vertex of the jaw line may
slide towards the middle of the face, and the place that sticks out most in the picture is the label, so the far side
lies on the silhouette.
"""

from __future__ import annotations

import numpy as np

from fsgan_core.training.synthesis.head_camera import FloatArray
from fsgan_core.training.synthesis.morphable_head import LandmarkAnchors
from fsgan_core.training.synthesis.posed_head import PosedHead

LANDMARK_COUNT = 98
CONTOUR_HALF = 17
PUPIL_FROM_EYE_CENTRE_CM = 1.5


def label_landmarks(anchors: LandmarkAnchors, posed: PosedHead) -> FloatArray:
    """(98, 2) float64 landmarks in WFLW order on the image plane at focal length 1, y down.

    Args:
        anchors: Which vertices carry them.
        posed: The head.
    """
    inner = posed.vertices[anchors.vertices.ravel()] + anchors.offsets.reshape(-1, 3)
    centre = posed.vertices[anchors.centre] + anchors.centre_offsets
    pupils = posed.eye_centres + posed.eye_axes * np.float32(PUPIL_FROM_EYE_CENTRE_CM)
    placed = posed.camera.place(np.concatenate([inner, centre, pupils]))
    seen, _ = posed.camera.see(placed)
    landmarks = np.zeros((LANDMARK_COUNT, 2))
    landmarks[33:96] = seen[: len(inner)].reshape(-1, 2, 2).mean(1)
    landmarks[:33] = _contour(anchors, posed.plane, seen[len(inner) : -2].mean(0))
    # The subject's right eye is on image-left.
    landmarks[96], landmarks[97] = seen[-1], seen[-2]
    return landmarks


def inner_lip_gap_cm(anchors: LandmarkAnchors, posed: PosedHead) -> float:
    """How far the mouth is open."""
    upper, lower = posed.vertices[anchors.inner_lips]
    return float(np.linalg.norm(upper - lower))


def _contour(anchors: LandmarkAnchors, plane: FloatArray, centre: FloatArray) -> FloatArray:
    """(33, 2): 16 equal steps on either side of the chin."""
    paths = plane[anchors.contour_paths]
    outwards = paths[:, 0] - centre
    outwards /= np.linalg.norm(outwards, axis=1, keepdims=True)
    furthest = np.einsum("jsc,jc->js", paths - centre, outwards).argmax(1)
    jaw = paths[np.arange(len(paths)), furthest]
    chin = anchors.chin_path
    return np.concatenate([equal_steps(jaw[: chin + 1]), equal_steps(jaw[chin:])[1:]])


def equal_steps(line: FloatArray) -> FloatArray:
    """(17, 2): points at equal distances along a line (n, 2)."""
    lengths = np.linalg.norm(np.diff(line, axis=0), axis=1)
    along = np.concatenate([[0.0], np.cumsum(lengths)])
    steps = np.linspace(0, along[-1], CONTOUR_HALF)
    return np.stack([np.interp(steps, along, line[:, axis]) for axis in range(2)], 1)
