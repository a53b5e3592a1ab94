"""The frames that somebody should look at, with the reason: `1004, 1017-1021: pose error`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from fsgan_core.evaluation.face_judge import FrameMeasures
from fsgan_core.shot.frame_range import FrameRange

LIMITS = {
    "pose_error_deg": (6.0, "pose error"),
    "landmark_error_px": (6.0, "mouth or eyes off"),
    "expression": (1.2, "another expression"),
    "eye_error": (0.1, "eyes open or shut otherwise"),
    "seam": (6.0, "visible seam"),
}
"""Figure to the value above which a frame is bad, and what is said."""
LEAST_IDENTITY = 0.35
"""Likeness below which a result is not the source: two people have 0.0 on average, one person in two lights 0.67."""
IDENTITY_DROP = 0.2
"""And how far below the shot's median a frame may fall."""
FLICKER_FACTOR, FLICKER_FLOOR = 2.0, 3.0
"""A frame flickers that changes this much more than its plate, and by more than this many code values."""


def bad_frames(frames: Sequence[FrameMeasures], missing: Sequence[int] = ()) -> dict[str, list[int]]:
    """Reason to frame numbers, rising; reasons without a frame are left out.

    Args:
        frames: What was measured.
        missing: Frames of the plate without a result.
    """
    found: dict[str, list[int]] = {}

    def add(reason: str, number: int) -> None:
        found.setdefault(reason, []).append(number)

    for number in missing:
        add("no result", number)
    typical = float(np.median([frame.identity for frame in frames])) if frames else 0.0
    for frame in frames:
        figures = frame.figures()
        for name, (limit, reason) in LIMITS.items():
            if figures[name] > limit:
                add(reason, frame.frame)
        if frame.identity < max(LEAST_IDENTITY, typical - IDENTITY_DROP):
            add("not like the source", frame.frame)
        if frame.flicker > FLICKER_FLOOR and frame.flicker > FLICKER_FACTOR * frame.plate_flicker:
            add("flicker", frame.frame)
    return {reason: sorted(numbers) for reason, numbers in found.items()}


def describe_bad_frames(found: Mapping[str, Sequence[int]]) -> list[str]:
    """One line a reason, such as "1004, 1017-1021: pose error"."""
    return [f"{str(FrameRange.of(numbers)).replace(',', ', ')}: {reason}" for reason, numbers in found.items()]


def verdict(frames: Sequence[FrameMeasures], found: Mapping[str, Sequence[int]]) -> str:
    """One line: how many frames are good, and the means that matter."""
    if not frames:
        return "nothing to judge: no frame shows the face."
    bad = {number for numbers in found.values() for number in numbers}
    good = sum(frame.frame not in bad for frame in frames)
    word = "good" if good == len(frames) else "mostly good" if good >= 0.9 * len(frames) else "needs a look"
    likeness = np.mean([frame.identity for frame in frames])
    pose_error_deg = np.mean([frame.pose_error_deg for frame in frames])
    expression = np.mean([frame.expression for frame in frames])
    return (
        f"{word}: {good} of {len(frames)} frames without fault; likeness {likeness:.2f}, pose error "
        f"{pose_error_deg:.1f} deg, expression {expression:.2f}"
    )
