"""A pose curve drawn by hand: recorded from the puppet, written by `job.pose_curve` for `fsgan pose --curve`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from fsgan_core.job.pose_curve import Pose, PoseCurve


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

    def curve(self) -> PoseCurve:
        """Every frame with its pose, in a straight line between two moments.

        Raises:
            JobError: Nothing was recorded.
        """
        return PoseCurve(tuple(self._sampled()), "the recording")

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
