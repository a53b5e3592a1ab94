"""Everything known about one person over a shot, and about them in one frame. What pass 1 makes and pass 2 reads."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fsgan_core.face.segment import decompress_segmentation
from fsgan_core.geometry.crop_transform import CropTransform


@dataclass(frozen=True, eq=False)
class FaceAtFrame:
    """One face in one frame.

    Attributes:
        frame: Frame number.
        box: (4,) float32 plate px, the smoothed face box.
        score: Of the detector in [0, 1]; 0 where the face was not detected here and everything is bridged from the
            frames around it.
        crop: Where the crop lies in the frame's picture array.
        landmarks: (98, 2) float32 crop px, smoothed.
        pose: (3,) float32 degrees yaw, pitch, roll, smoothed.
        segmentation: (3, S, S) float32 probabilities of background, face and hair, summing to 1.
        sharpness: Share of fine detail, comparable inside the shot.
        segment_id: Which uninterrupted run the frame belongs to.
    """

    frame: int
    box: np.ndarray
    score: float
    crop: CropTransform
    landmarks: np.ndarray
    pose: np.ndarray
    segmentation: np.ndarray
    sharpness: float
    segment_id: int


@dataclass(frozen=True, eq=False)
class FaceAnalysis:
    """One person over a shot, N frames.

    Plate px are pixels of the frame's own picture array: row 0, column 0 of its data window.

    Attributes:
        track_id: From 1, in the order of appearance.
        frames: (N,) int frame numbers, rising.
        boxes: (N, 4) float32 plate px, smoothed face boxes; square on a screen.
        scores: (N,) float32 in [0, 1]; 0 where the face was not detected and is bridged.
        plate_to_crop: (N, 3, 3) float64, px to px.
        crop_size: Side of the crop, px.
        landmarks: (N, 98, 2) float32 crop px, WFLW order, smoothed.
        poses: (N, 3) float32 degrees yaw, pitch, roll, smoothed.
        sharpness: (N,) float32, share of fine detail, comparable inside the shot.
        face_embedding: (E,) float32 of length 1, who it is.
        segmentations: N compressed segmentations (`segment.compress_segmentation`).
        segment_ids: (N,) int; frames of one id follow each other without a cut or a long gap.
        window_origins: (N, 2) int, the picture px (x, y) of plate pixel 0, 0: the corner of the data window.
    """

    track_id: int
    frames: np.ndarray
    boxes: np.ndarray
    scores: np.ndarray
    plate_to_crop: np.ndarray
    crop_size: int
    landmarks: np.ndarray
    poses: np.ndarray
    sharpness: np.ndarray
    face_embedding: np.ndarray
    segmentations: tuple[bytes, ...]
    segment_ids: np.ndarray
    window_origins: np.ndarray

    def __len__(self) -> int:
        """Frames in which the person is present, bridged ones included."""
        return len(self.frames)

    def at(self, frame: int) -> FaceAtFrame | None:
        """The face in a frame, or None where the person is absent."""
        position = int(np.searchsorted(self.frames, frame))
        if position >= len(self.frames) or int(self.frames[position]) != frame:
            return None
        return FaceAtFrame(
            frame=frame,
            box=self.boxes[position],
            score=float(self.scores[position]),
            crop=CropTransform(self.plate_to_crop[position], self.crop_size),
            landmarks=self.landmarks[position],
            pose=self.poses[position],
            segmentation=decompress_segmentation(self.segmentations[position]),
            sharpness=float(self.sharpness[position]),
            segment_id=int(self.segment_ids[position]),
        )

    def crop_at(self, frame: int) -> CropTransform | None:
        """Where the crop of a frame lies, without unpacking anything; None where the person is absent."""
        position = int(np.searchsorted(self.frames, frame))
        if position >= len(self.frames) or int(self.frames[position]) != frame:
            return None
        return CropTransform(self.plate_to_crop[position], self.crop_size)


@dataclass(frozen=True, eq=False)
class ShotAnalysis:
    """The faces of a shot.

    Attributes:
        frames: Every frame number that was looked at, rising.
        faces: One per person, by track id.
        key: What the analysis was made from and with (`pipeline.analysis_file.analysis_key`); "" where not kept.
    """

    frames: tuple[int, ...]
    faces: tuple[FaceAnalysis, ...]
    key: str = ""
