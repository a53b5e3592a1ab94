"""Which frames an artist should look at, and why: the marks on the timeline, and what the keys N and P jump between."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from fsgan_viewer.models.analysis_reader import TrackedFace

LOW_SCORE = 0.6
"""The detector is less sure of a face than this."""
POSE_JUMP_DEG = 12.0
"""The head turns by more than this between two neighbouring frames: faster than people do at 24 frames a second."""
WEAK_YAW_DEG = 60.0
"""Beyond this the bundled weights get weak (README)."""

_STATUS_WORDS = {
    "no_face": "no face: the plate was passed through",
    "held": "the face was bridged, not detected",
}


@dataclass(frozen=True, order=True)
class BadFrame:
    """A frame to look at.

    Args:
        frame: Frame number.
        reason: What is wrong, for a tooltip.
        is_error: Whether the frame cannot be used as it is; else it is a warning.
    """

    frame: int
    reason: str
    is_error: bool = False


def bad_frames_of_face(face: TrackedFace) -> list[BadFrame]:
    """What the analysis says against frames of a face."""
    found = []
    bridged = face.scores <= 0
    found += [BadFrame(int(frame), "the face was not detected and is bridged") for frame in face.frames[bridged]]
    unsure = (face.scores > 0) & (face.scores < LOW_SCORE)
    for frame, score in zip(face.frames[unsure], face.scores[unsure], strict=True):
        found.append(BadFrame(int(frame), f"detection score {score:.2f} is low"))
    for frame, yaw in zip(face.frames, face.poses[:, 0], strict=True):
        if abs(yaw) > WEAK_YAW_DEG:
            reason = f"yaw of {yaw:.0f} degrees: the face gets weak beyond {WEAK_YAW_DEG:.0f}"
            found.append(BadFrame(int(frame), reason))
    steps = np.abs(np.diff(face.poses, axis=0)).max(1) if len(face.frames) > 1 else np.zeros(0)
    follows = np.diff(face.frames) == 1
    for index in np.flatnonzero((steps > POSE_JUMP_DEG) & follows):
        found.append(BadFrame(int(face.frames[index + 1]), f"the pose jumps by {steps[index]:.0f} degrees"))
    return found


def bad_frames_of_statuses(statuses: Mapping[int, str]) -> list[BadFrame]:
    """What the results say of themselves.

    Args:
        statuses: Frame to the status in its EXR attribute; "" says nothing.
    """
    return [
        BadFrame(frame, _STATUS_WORDS.get(status, f"status {status}"))
        for frame, status in statuses.items()
        if status not in ("", "swapped")
    ]


def bad_frames_of_files(missing: Iterable[int], broken: Mapping[int, str]) -> list[BadFrame]:
    """Frames whose files are missing, or could not be read.

    Args:
        missing: Frame numbers.
        broken: Frame number to the sentence of the error.
    """
    found = [BadFrame(frame, "the file is missing", is_error=True) for frame in missing]
    return found + [BadFrame(frame, sentence, is_error=True) for frame, sentence in broken.items()]


def by_frame(found: Iterable[BadFrame]) -> dict[int, list[BadFrame]]:
    """The same, gathered by frame, ascending; errors first within a frame."""
    gathered: dict[int, list[BadFrame]] = {}
    for bad in sorted(set(found), key=lambda bad: (bad.frame, not bad.is_error, bad.reason)):
        gathered.setdefault(bad.frame, []).append(bad)
    return gathered
