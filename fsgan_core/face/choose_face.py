"""Which of a shot's faces the artist means: the largest, a track number, or the one at a pixel."""

from __future__ import annotations

import re

import numpy as np

from fsgan_core.errors import FaceError, JobError
from fsgan_core.face.face_analysis import FaceAnalysis, ShotAnalysis
from fsgan_core.geometry.box import box_areas

_POINT = re.compile(r"\s*([-+]?\d+(?:\.\d*)?)\s*,\s*([-+]?\d+(?:\.\d*)?)\s*(?:@\s*(-?\d+)\s*)?")


def choose_face(shot: ShotAnalysis, face: str) -> FaceAnalysis:
    """The face that the artist asks for.

    Args:
        shot: The faces of a shot.
        face: "largest" (the face that covers most pixels over the shot), a track number such as "2", a pixel inside
            the face such as "640,360" (the first frame on which a face lies there counts), or with its frame
            "640,360@1021". Pixels of the picture, from its top-left corner, y down.

    Raises:
        JobError: `face` is none of these, or its frame is not one of the shot's.
        FaceError: No face was found, or none of that number or at that pixel.
    """
    if not shot.faces:
        raise FaceError("no face was found in this shot, so none can be chosen; lower the smallest face or the score")
    if face.strip().lower() == "largest":
        return max(shot.faces, key=lambda candidate: float(box_areas(candidate.boxes).sum()))
    if re.fullmatch(r"\s*\d+\s*", face):
        return _by_number(shot, int(face))
    point = _POINT.fullmatch(face)
    if point is None:
        raise JobError(f"face {face!r} is not understood; write largest, a track number, X,Y or X,Y@FRAME")
    frame = None if point[3] is None else int(point[3])
    return _at_pixel(shot, np.array([float(point[1]), float(point[2])]), frame)


def describe_faces(shot: ShotAnalysis) -> str:
    """The faces in words, such as "1 (frames 1001-1048, at 640,360), 2 (frame 1003, at 80,90)"."""
    words = []
    for face in shot.faces:
        first, last = int(face.frames[0]), int(face.frames[-1])
        frames = f"frame {first}" if first == last else f"frames {first}-{last}"
        x, y = _picture_box(face, 0).reshape(2, 2).mean(0)
        words.append(f"{face.track_id} ({frames}, at {x:.0f},{y:.0f})")
    return ", ".join(words)


def _by_number(shot: ShotAnalysis, track_id: int) -> FaceAnalysis:
    for face in shot.faces:
        if face.track_id == track_id:
            return face
    raise FaceError(f"there is no face number {track_id}; the faces are {describe_faces(shot)}")


def _at_pixel(shot: ShotAnalysis, point: np.ndarray, frame: int | None) -> FaceAnalysis:
    """The smallest face box around the point, on the frame given or on the first one where there is any."""
    if frame is not None and frame not in shot.frames:
        raise JobError(f"frame {frame} is not one of the shot's frames {shot.frames[0]}-{shot.frames[-1]}", frame=frame)
    for candidate_frame in shot.frames if frame is None else (frame,):
        around = []
        for face in shot.faces:
            position = int(np.searchsorted(face.frames, candidate_frame))
            if position == len(face) or face.frames[position] != candidate_frame:
                continue
            box = _picture_box(face, position)
            if (box[:2] <= point).all() and (point < box[2:]).all():
                around.append((float(box_areas(box)), face))
        if around:
            return min(around, key=lambda pair: pair[0])[1]
    place = f"pixel {point[0]:g},{point[1]:g}"
    when = "in any frame" if frame is None else f"in frame {frame}"
    raise FaceError(f"no face lies at {place} {when}; the faces are {describe_faces(shot)}", frame=frame)


def _picture_box(face: FaceAnalysis, position: int) -> np.ndarray:
    """(4,) picture px: the face box as the artist sees it, whatever the data window."""
    return face.boxes[position] + np.tile(face.window_origins[position], 2)
