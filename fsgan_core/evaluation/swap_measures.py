"""The figures of one swap: how much the result is the source, and how well it follows the plate (section 5.1)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fsgan_core.errors import FaceError
from fsgan_core.evaluation.expression_error import landmark_error_px
from fsgan_core.evaluation.identity import identity_cosine
from fsgan_core.evaluation.pose_error import pose_error_deg
from fsgan_core.face.face_analysis import FaceAnalysis


@dataclass(frozen=True)
class SwapMeasures:
    """Means over the frames in which both the result and the plate show the face.

    Args:
        frames: How many these are.
        source_identity: Likeness of the result to the source, cosine in [-1, 1]; more is better.
        plate_identity: Likeness of the untouched plate to the source: what a swap starts from.
        pose_error_deg: Angle between the heads of result and plate.
        landmark_error_px: Distance between their landmarks, in pixels of the plate's 256 px crop.
    """

    frames: int
    source_identity: float
    plate_identity: float
    pose_error_deg: float
    landmark_error_px: float


def measure_swap(result: FaceAnalysis, plate: FaceAnalysis, source: FaceAnalysis) -> SwapMeasures:
    """The figures of a result.

    Args:
        result: The face found in the result.
        plate: The face that was replaced.
        source: The face that was put in.

    Raises:
        FaceError: Result and plate show the face on no common frame.
    """
    common, in_result, in_plate = np.intersect1d(result.frames, plate.frames, return_indices=True)
    if len(common) == 0:
        raise FaceError("the result shows the face on no frame on which the plate does.")
    poses = pose_error_deg(result.poses[in_result], plate.poses[in_plate])
    landmarks = landmark_error_px(_in_plate_crops(result, in_result, plate, in_plate), plate.landmarks[in_plate])
    likeness = identity_cosine(np.stack([result.face_embedding, plate.face_embedding]), source.face_embedding)
    return SwapMeasures(
        frames=len(common),
        source_identity=float(likeness[0]),
        plate_identity=float(likeness[1]),
        pose_error_deg=float(poses.mean()),
        landmark_error_px=float(landmarks.mean()),
    )


def _in_plate_crops(
    result: FaceAnalysis, in_result: np.ndarray, plate: FaceAnalysis, in_plate: np.ndarray
) -> np.ndarray:
    """(N, 98, 2) the result's landmarks in px of the plate's crops, which lie a little elsewhere."""
    to_plate_crop = plate.plate_to_crop[in_plate] @ np.linalg.inv(result.plate_to_crop[in_result])
    points = result.landmarks[in_result]
    homogeneous = np.concatenate([points, np.ones((*points.shape[:2], 1))], axis=2)
    moved = homogeneous @ to_plate_crop.transpose(0, 2, 1)
    return moved[..., :2] / moved[..., 2:]
