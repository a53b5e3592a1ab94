"""The motion of one face in picture px: what every export is made of."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from fsgan_core.face.face_analysis import FaceAnalysis
from fsgan_core.geometry.crop_transform import CropTransform


@dataclass(frozen=True, eq=False)
class FaceMotion:
    """One person over a shot, N frames, in px of the picture: from the top-left corner of its display window, y down.

    Attributes:
        frames: (N,) int frame numbers, rising.
        landmarks: (N, 98, 2) float64.
        crop_corners: (N, 4, 2) float64: bottom left, bottom right, top right, top left of the crop.
        boxes: (N, 4) float64 face boxes x0 y0 x1 y1.
        poses: (N, 3) degrees yaw, pitch, roll.
        picture_size: height, width of the display window, px.
        pixel_aspect: Width over height of one pixel.
        crop_size: Side of the crop in its own px.
    """

    frames: np.ndarray
    landmarks: np.ndarray
    crop_corners: np.ndarray
    boxes: np.ndarray
    poses: np.ndarray
    picture_size: tuple[int, int]
    pixel_aspect: float
    crop_size: int

    @classmethod
    def of(cls, face: FaceAnalysis, picture_size: tuple[int, int], pixel_aspect: float) -> FaceMotion:
        """The motion that an analysis found.

        Args:
            face: One person.
            picture_size: height, width of the display window, px.
            pixel_aspect: Width over height of one pixel.
        """
        size = float(face.crop_size)
        corners = np.array([[0, size], [size, size], [size, 0], [0, 0]])
        crops = [CropTransform(matrix, face.crop_size) for matrix in face.plate_to_crop]
        origins = np.asarray(face.window_origins, np.float64)
        landmarks = [crop.to_plate(points) for crop, points in zip(crops, face.landmarks, strict=True)]
        return cls(
            frames=np.asarray(face.frames),
            landmarks=np.stack(landmarks) + origins[:, None],
            crop_corners=np.stack([crop.to_plate(corners) for crop in crops]) + origins[:, None],
            boxes=np.asarray(face.boxes, np.float64) + np.tile(origins, 2),
            poses=np.asarray(face.poses, np.float64),
            picture_size=picture_size,
            pixel_aspect=pixel_aspect,
            crop_size=face.crop_size,
        )

    def only(self, kept: np.ndarray) -> FaceMotion:
        """The motion of some frames: (N,) bool."""
        arrays = ("frames", "landmarks", "crop_corners", "boxes", "poses")
        return replace(self, **{name: getattr(self, name)[kept] for name in arrays})

    def keys(self, values: np.ndarray) -> dict[int, float]:
        """(N,) values by frame."""
        return {int(frame): float(value) for frame, value in zip(self.frames, values, strict=True)}
