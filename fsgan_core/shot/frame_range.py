"""Frame ranges as compositors write them: `1001-1040`, `1-10x2`, `1-10:2,15`. Last frames are inclusive, as in Nuke."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from typing import Iterable, Iterator, List, Sequence, Tuple

from fsgan_core.errors import JobError

# Nine digits: no frame number is longer, and Python takes its time over very long ones.
_SPAN = re.compile(r"(-?\d{1,9})(?:-(-?\d{1,9})(?:[x:](\d{1,9}))?)?\Z", re.ASCII)
_MOST_FRAMES = 1_000_000


@dataclass(frozen=True)
class FrameRange:
    """An ordered set of frame numbers.

    Args:
        numbers: The frame numbers, ascending, each once.
    """

    numbers: Tuple[int, ...]

    def __post_init__(self) -> None:
        """Raise ValueError where the numbers are empty or do not ascend."""
        if not self.numbers:
            raise ValueError("a FrameRange holds at least one frame")
        if any(b <= a for a, b in zip(self.numbers, self.numbers[1:])):
            raise ValueError("the numbers of a FrameRange ascend, each once")

    @classmethod
    def parse(cls, text: str) -> FrameRange:
        """The range that `text` describes.

        Args:
            text: Comma-separated frames and spans: `1001`, `1001-1040`, `1-10x2` or `1-10:2` (every second), `-5-5`.

        Raises:
            JobError: The text is empty, is not a frame range, runs backwards, or names over a million frames.
        """
        numbers: List[int] = []
        for part in text.split(","):
            span = _parse_span(part.strip(), text)
            if len(span) + len(numbers) > _MOST_FRAMES:
                raise JobError(f"frame range {text!r} names over {_MOST_FRAMES:,} frames. Check its last frame.")
            numbers.extend(span)
        return cls.of(numbers)

    @classmethod
    def of(cls, numbers: Iterable[int]) -> FrameRange:
        """The range that holds exactly `numbers`, in any order, repeats allowed."""
        return cls(tuple(sorted(set(numbers))))

    @property
    def first(self) -> int:
        """The lowest frame."""
        return self.numbers[0]

    @property
    def last(self) -> int:
        """The highest frame, inclusive."""
        return self.numbers[-1]

    def __iter__(self) -> Iterator[int]:
        """The frames, ascending."""
        return iter(self.numbers)

    def __len__(self) -> int:
        """How many frames there are."""
        return len(self.numbers)

    def __contains__(self, number: object) -> bool:
        """Whether `number` is one of the frames."""
        if not isinstance(number, int):
            return False
        index = bisect_left(self.numbers, number)
        return index < len(self.numbers) and self.numbers[index] == number

    def __str__(self) -> str:
        """The shortest text that parses back to this range, such as `1001-1040x2,1050`."""
        return ",".join(_span_text(span) for span in _spans(self.numbers))


def _parse_span(part: str, text: str) -> range:
    """The frames of one comma-separated part of `text`."""
    match = _SPAN.match(part)
    if match is None:
        raise JobError(f"{part!r} in frame range {text!r} is not a frame range. Write 1001-1040, 1-10x2 or 1,5,9.")
    first = int(match.group(1))
    last = int(match.group(2)) if match.group(2) is not None else first
    step = int(match.group(3)) if match.group(3) is not None else 1
    if last < first:
        raise JobError(f"frame range {text!r} runs backwards. Write the lower frame first: {last}-{first}.")
    if step == 0:
        raise JobError(f"frame range {text!r} has a step of 0. Use 1 for every frame.")
    return range(first, last + 1, step)


def _spans(numbers: Sequence[int]) -> Iterator[Tuple[int, int, int]]:
    """Split ascending `numbers` into (first, last, step) runs; two frames apart by more than one are written singly."""
    start = 0
    while start < len(numbers):
        end = start + 1
        step = numbers[end] - numbers[start] if end < len(numbers) else 1
        while end < len(numbers) and numbers[end] - numbers[end - 1] == step:
            end += 1
        if end - start == 2 and step > 1:
            end = start + 1
        yield numbers[start], numbers[end - 1], step
        start = end


def _span_text(span: Tuple[int, int, int]) -> str:
    """`first-last` with `xstep` where the step is not 1; a single frame as itself."""
    first, last, step = span
    if first == last:
        return str(first)
    return f"{first}-{last}" if step == 1 else f"{first}-{last}x{step}"
