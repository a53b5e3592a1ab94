"""A pose curve drawn by hand: recorded from the puppet, written as the CSV that `fsgan pose --curve` reads."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field

from fsgan_core.errors import PlateError
from fsgan_core.media.atomic import complete_or_absent

HEADER = ("frame", "yaw", "pitch", "roll")
Pose = tuple[float, float, float]


@dataclass
class PoseRecording:
    """Poses over time, and the frames that they become.

    Args:
        first_frame: The frame of the first pose.
        frame_rate: Frames per second of the curve.
    """

    first_frame: int = 1001
    frame_rate: float = 24.0
    _moments: list[tuple[float, Pose]] = field(default_factory=list)

    def add(self, seconds: float, pose: Pose) -> None:
        """The pose from a moment on; moments rise. The first one is where the curve begins.

        Args:
            seconds: On any clock.
            pose: yaw, pitch, roll in degrees.
        """
        if self._moments and seconds < self._moments[-1][0]:
            raise ValueError("moments of a recording rise")
        self._moments.append((seconds, pose))

    def __len__(self) -> int:
        """How many moments there are."""
        return len(self._moments)

    @property
    def frame_count(self) -> int:
        """How many frames it has become so far."""
        if not self._moments:
            return 0
        return int((self._moments[-1][0] - self._moments[0][0]) * self.frame_rate + 1e-6) + 1

    def curve(self) -> list[tuple[int, Pose]]:
        """Frame number and pose of every frame, in a straight line between two moments."""
        return list(self._sampled())

    def _sampled(self) -> Iterator[tuple[int, Pose]]:
        start = self._moments[0][0] if self._moments else 0.0
        after = 0
        for index in range(self.frame_count):
            time = start + index / self.frame_rate
            while after < len(self._moments) - 1 and self._moments[after][0] < time:
                after += 1
            later_time, later = self._moments[after]
            earlier_time, earlier = self._moments[max(after - 1, 0)]
            span = later_time - earlier_time
            share = min(max((time - earlier_time) / span, 0.0), 1.0) if span > 0 else 1.0
            yaw, pitch, roll = ((1 - share) * a + share * b for a, b in zip(earlier, later, strict=True))
            yield self.first_frame + index, (yaw, pitch, roll)


def curve_text(curve: list[tuple[int, Pose]]) -> str:
    """The CSV of a pose curve: the header frame,yaw,pitch,roll and a line a frame, degrees with four decimals."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerows([frame, *(f"{angle:.4f}" for angle in pose)] for frame, pose in curve)
    return text.getvalue()


def write_curve(path: str, curve: list[tuple[int, Pose]]) -> None:
    """Write a pose curve; the file is complete or absent.

    Raises:
        PlateError: The curve is empty.
        OutputError: The folder cannot be written to or the disk is full.
    """
    if not curve:
        raise PlateError("nothing was recorded. Press record and drag.", path=path)
    with complete_or_absent(path) as unfinished, open(unfinished, "w", encoding="utf-8", newline="") as file:
        file.write(curve_text(curve))
