"""The analysis of a shot (pass 1) as the viewer needs it: numpy alone, without the mattes.

The engine's own reader (`pipeline.analysis_file`) unpacks mattes by OpenCV; the file is the same.
"""

from __future__ import annotations

import json
import os
import zipfile
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from fsgan_core.errors import StageMissingError
from fsgan_core.geometry.box import box_areas
from fsgan_core.geometry.crop_transform import CropTransform

KNOWN_VERSION = 1
"""The version of the analysis file that is understood here; a test holds it against the engine's."""
_ARRAYS = ("frames", "boxes", "scores", "plate_to_crop", "landmarks", "poses", "sharpness", "window_origins")
_NOT_READABLE = (OSError, ValueError, KeyError, EOFError, TypeError, zipfile.BadZipFile)


@dataclass(frozen=True, eq=False)
class TrackedFace:
    """One person over a shot, N frames; plate px are pixels of the picture array, data window from its corner.

    Args:
        track_id: From 1, in the order of appearance.
        frames: (N,) int, rising.
        boxes: (N, 4) plate px.
        scores: (N,) in [0, 1]; 0 where the face was not detected and is bridged.
        plate_to_crop: (N, 3, 3) px to px.
        landmarks: (N, 98, 2) crop px.
        poses: (N, 3) degrees yaw, pitch, roll.
        sharpness: (N,) share of fine detail.
        window_origins: (N, 2) int, picture px of plate pixel 0, 0.
        crop_size: Side of the crop, px.
    """

    track_id: int
    frames: np.ndarray
    boxes: np.ndarray
    scores: np.ndarray
    plate_to_crop: np.ndarray
    landmarks: np.ndarray
    poses: np.ndarray
    sharpness: np.ndarray
    window_origins: np.ndarray
    crop_size: int

    def position_of(self, frame: int) -> int | None:
        """Where a frame stands in the arrays, or None where the person is absent."""
        position = int(np.searchsorted(self.frames, frame))
        return position if position < len(self.frames) and int(self.frames[position]) == frame else None

    def plate_landmarks(self, frame: int) -> np.ndarray | None:
        """(98, 2) plate px, or None where the person is absent."""
        position = self.position_of(frame)
        if position is None:
            return None
        return CropTransform(self.plate_to_crop[position], self.crop_size).to_plate(self.landmarks[position])

    def box(self, frame: int) -> np.ndarray | None:
        """(4,) plate px, or None where the person is absent."""
        position = self.position_of(frame)
        return None if position is None else self.boxes[position]

    def pose(self, frame: int) -> np.ndarray | None:
        """(3,) degrees, or None where the person is absent."""
        position = self.position_of(frame)
        return None if position is None else self.poses[position]


@dataclass(frozen=True)
class ReadAnalysis:
    """The faces of a shot.

    Args:
        frames: Every frame that was looked at.
        faces: One per person, by track id.
        path: The file.
    """

    frames: tuple[int, ...]
    faces: tuple[TrackedFace, ...]
    path: str = ""

    def face(self, track_id: int) -> TrackedFace | None:
        """The face of a track number."""
        return next((face for face in self.faces if face.track_id == track_id), None)

    def largest(self) -> TrackedFace:
        """The face that covers most pixels over the shot: what the engine takes for `largest`."""
        return max(self.faces, key=lambda face: float(box_areas(face.boxes).sum()))

    def face_at(self, frame: int, x: float, y: float) -> TrackedFace | None:
        """The smallest face around a plate pixel of a frame, as the engine chooses for `X,Y@FRAME`."""
        around = []
        for face in self.faces:
            box = face.box(frame)
            if box is not None and box[0] <= x < box[2] and box[1] <= y < box[3]:
                around.append((float(box_areas(box)), face.track_id))
        return self.face(min(around)[1]) if around else None


def read_analysis(path: str) -> ReadAnalysis:
    """The faces in an analysis file.

    Raises:
        StageMissingError: There is no such file, it is damaged, or another version of FSGAN made it.
    """
    if not os.path.isfile(path):
        raise StageMissingError("there is no analysis here yet. Run Analyze.", path=path)
    try:
        with np.load(path, allow_pickle=False) as stored:
            about = json.loads(str(stored["about"]))
            if about["version"] != KNOWN_VERSION:
                raise ValueError(f"version {about['version']}")
            faces = tuple(_face_from(stored, int(number)) for number in about["faces"])
            return ReadAnalysis(tuple(int(number) for number in stored["frames"]), faces, path)
    except _NOT_READABLE as error:
        raise StageMissingError(f"this analysis cannot be used ({error}). Run Analyze again.", path=path) from error


def with_landmarks(face: TrackedFace, frame: int, plate_points: np.ndarray) -> TrackedFace:
    """The face with other landmarks on one frame, given in plate px: a preview of a correction."""
    position = face.position_of(frame)
    if position is None:
        return face
    landmarks = face.landmarks.copy()
    landmarks[position] = CropTransform(face.plate_to_crop[position], face.crop_size).to_crop(plate_points)
    return replace(face, landmarks=landmarks)


def _face_from(stored: Any, track_id: int) -> TrackedFace:
    arrays = {name: np.asarray(stored[f"face{track_id}/{name}"]) for name in _ARRAYS}
    return TrackedFace(track_id=track_id, crop_size=int(stored[f"face{track_id}/crop_size"]), **arrays)
