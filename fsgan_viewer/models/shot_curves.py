"""Numbers over the frames of a shot, as the timeline draws them: pose, detection, identity, flicker."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fsgan_viewer.models.analysis_reader import TrackedFace

POSE, SCORE, IDENTITY, FLICKER = "pose", "detection", "identity", "flicker"
GROUPS = (POSE, IDENTITY, FLICKER, SCORE)
"""The lanes of the timeline, from above."""


@dataclass(frozen=True, eq=False)
class Curve:
    """One line on the timeline.

    Args:
        group: The lane: one of GROUPS.
        name: Such as `yaw`; what the legend shows.
        unit: Such as `deg`; "" where the number has none.
        frames: (N,) int, rising.
        values: (N,) float; NaN is a gap.
    """

    group: str
    name: str
    unit: str
    frames: np.ndarray
    values: np.ndarray

    def at(self, frame: int) -> float | None:
        """The value on a frame, None where there is none."""
        position = int(np.searchsorted(self.frames, frame))
        if position >= len(self.frames) or int(self.frames[position]) != frame:
            return None
        value = float(self.values[position])
        return value if np.isfinite(value) else None

    def runs(self) -> list[slice]:
        """The uninterrupted stretches: neighbouring frames with a value, to be joined by a line."""
        if len(self.frames) == 0:
            return []
        step = int(np.diff(self.frames).min()) if len(self.frames) > 1 else 1
        fine = np.isfinite(self.values)
        breaks = np.flatnonzero((np.diff(self.frames) > step) | ~fine[1:] | ~fine[:-1]) + 1
        edges = [0, *breaks.tolist(), len(self.frames)]
        return [slice(a, b) for a, b in zip(edges, edges[1:], strict=False) if b > a and fine[a]]


def curves_of_face(face: TrackedFace) -> list[Curve]:
    """Pose and detection of a face, from the analysis."""
    angles = [
        Curve(POSE, name, "deg", face.frames, face.poses[:, index].astype(float))
        for index, name in enumerate(("yaw", "pitch", "roll"))
    ]
    return [*angles, Curve(SCORE, "score", "", face.frames, face.scores.astype(float))]


def limits_of(curves: Sequence[Curve]) -> tuple[float, float]:
    """The range that a lane shows: of all its curves, a little wider, and never without height."""
    values = np.concatenate([curve.values[np.isfinite(curve.values)] for curve in curves]) if curves else np.zeros(0)
    if len(values) == 0:
        return 0.0, 1.0
    low, high = float(values.min()), float(values.max())
    margin = max((high - low) * 0.08, 1e-3 * max(abs(low), abs(high)), 1e-6)
    return low - margin, high + margin
