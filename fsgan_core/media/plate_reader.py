"""What every kind of plate looks like once it is open: a list of frames, and one frame at a time."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from fractions import Fraction
from types import TracebackType

from fsgan_core.errors import PlateError
from fsgan_core.media.plate_frame import PlateFrame
from fsgan_core.shot.frame_range import FrameRange
from fsgan_core.shot.plate import Plate


class PlateReader(ABC):
    """An open plate. It holds no frame: what `read` returns is the caller's alone.

    Args:
        plate: What was opened.
        frames: The frame numbers that can be read, ascending.
        colorspace: Name of what the numbers mean: the plate's own, or the default of the file type.
        frame_rate: Frames per second, or None where the files do not say.
    """

    def __init__(
        self, plate: Plate, frames: tuple[int, ...], colorspace: str, frame_rate: Fraction | None = None
    ) -> None:
        self.plate = plate
        self.frames = frames
        self.colorspace = colorspace
        self.frame_rate = frame_rate
        self._numbers = frozenset(frames)

    @abstractmethod
    def read(self, number: int) -> PlateFrame:
        """Frame `number`, freshly decoded.

        Raises:
            PlateError: The frame is not one of `frames`, is missing, or cannot be decoded.
        """

    @abstractmethod
    def file_of(self, number: int) -> str:
        """The file that holds frame `number`: what an analysis has to be newer than."""

    def close(self) -> None:  # noqa: B027  (only movies hold a file open)
        """Let go of the files."""

    def __enter__(self) -> PlateReader:
        """The reader itself; leaving the block closes it."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close, whatever happened."""
        self.close()

    def _check_number(self, number: int) -> None:
        if number not in self._numbers:
            raise PlateError(
                f"frame {number} is not among the frames opened ({FrameRange.of(self.frames)}).", path=self.plate.path
            )


def choose_frames(plate: Plate, existing: Iterable[int]) -> tuple[int, ...]:
    """The frames of `plate` to read: those it names, or all that exist.

    A sequence rendered on twos (or any even step) is complete; a hole in it is an error, whether named or not.

    Args:
        plate: The plate; its `frames` may be None.
        existing: The frame numbers that are there, ascending, at least one.

    Raises:
        PlateError: Frames lie outside the plate, or are missing inside it.
    """
    there = sorted(existing)
    if plate.frames is None:
        steps = [b - a for a, b in zip(there, there[1:], strict=False)]
        wanted = tuple(range(there[0], there[-1] + 1, min(steps, default=1)))
        advice = f"Render them, or set frames to those that exist: {_shortened(there)}."
    else:
        wanted = plate.frames.numbers
        advice = "Render them, or leave them out of frames."
    present = set(there)
    missing = [number for number in wanted if number not in present]
    if not missing:
        return wanted
    outside = [number for number in missing if not there[0] <= number <= there[-1]]
    if outside:
        raise PlateError(
            f"frames {_shortened(outside)} lie outside the plate, which has {_shortened(there)}. "
            "Set frames to a range inside it.",
            path=plate.path,
            frame=outside[0],
        )
    raise PlateError(f"frames {_shortened(missing)} are missing. {advice}", path=plate.path, frame=missing[0])


def _shortened(numbers: list[int], longest: int = 120) -> str:
    """The numbers as a frame range, cut where it becomes unreadable."""
    text = str(FrameRange.of(numbers))
    return text if len(text) <= longest else f"{text[:longest].rsplit(',', 1)[0]}, ... ({len(numbers)} frames)"
