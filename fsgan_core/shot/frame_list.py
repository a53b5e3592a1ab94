"""Frame lists for retiming: like a frame range, but in the order written, backwards and repeated where asked for."""

from __future__ import annotations

import re
from typing import List, Tuple

from fsgan_core.errors import JobError

_SPAN = re.compile(r"(-?\d+)(?:-(-?\d+)(?:x(\d+))?)?(?:\*(\d+))?\Z")
_MOST_FRAMES = 1_000_000


def parse_frame_list(text: str) -> Tuple[int, ...]:
    """The frame numbers that `text` lists, in its order.

    Args:
        text: Comma-separated: `1001`, `1001-1040`, `1040-1001` (backwards), `1-10x2` (every second), `7*12` (frame 7
            for twelve frames), `1-10*2` (each of them twice).

    Raises:
        JobError: The text is empty, is no frame list, or names over a million frames.
    """
    numbers: List[int] = []
    for part in text.split(","):
        match = _SPAN.match(part.strip())
        if match is None:
            said = f"{part.strip()!r} in frame list {text!r}"
            raise JobError(f"{said} is no list. Write 1-40, 40-1, 1-10x2, 7*12 or 1,5,9.")
        first = int(match.group(1))
        last = first if match.group(2) is None else int(match.group(2))
        step, times = int(match.group(3) or 1), int(match.group(4) or 1)
        if step == 0 or times == 0:
            raise JobError(f"{part.strip()!r} in frame list {text!r} has a 0 where it counts frames. Use 1 or more.")
        span = range(first, last + 1, step) if last >= first else range(first, last - 1, -step)
        if len(span) * times + len(numbers) > _MOST_FRAMES:
            raise JobError(f"frame list {text!r} names over {_MOST_FRAMES:,} frames. Check its last frame.")
        numbers.extend(frame for frame in span for _ in range(times))
    return tuple(numbers)
