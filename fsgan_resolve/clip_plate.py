"""A clip of a timeline as the engine's plate: which file, which of its frames, where on the timeline."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Optional

from fsgan_core.errors import PlateError
from fsgan_core.shot.sequence_path import MOVIE_EXTENSIONS, SequencePath

if TYPE_CHECKING:
    from fusionscript import MediaPoolItem, TimelineItem

_RANGE = re.compile(r"\[(\d+)-(\d+)\](?=\.[^.]+\Z)")
READABLE = MOVIE_EXTENSIONS | {".exr", ".dpx", ".tif", ".tiff", ".png", ".jpg", ".jpeg"}
"""Files that the engine opens itself; anything else (a camera's raw format) is rendered by Resolve first."""


@dataclass(frozen=True)
class ClipPlate:
    """A clip of the timeline.

    Args:
        name: Of the clip.
        path: Pattern, movie or still; "" where Resolve has to render it first.
        first: Number of the first of its frames in the file.
        last: Number of the last.
        start: Where it starts on the timeline.
        track: Its video track.
    """

    name: str
    path: str
    first: int
    last: int
    start: int
    track: int

    @property
    def frames(self) -> str:
        """The frames as a job takes them."""
        return f"{self.first}-{self.last}"

    @property
    def length(self) -> int:
        """In frames."""
        return self.last - self.first + 1


def clip_plate(item: TimelineItem, track: int) -> ClipPlate:
    """The clip's file and range.

    Raises:
        PlateError: The clip is no media (a title, a generator), its media is offline, or it runs at another speed.
    """
    name = item.GetName()
    media: Optional[MediaPoolItem] = item.GetMediaPoolItem()
    if media is None:
        raise PlateError(f"The clip {name} has no file: a title or a generator cannot be swapped.")
    path = str(media.GetClipProperty("File Path"))
    length, offset = int(item.GetDuration(False)), int(item.GetLeftOffset(False))
    numbers = _RANGE.search(path)
    first = (int(numbers.group(1)) if numbers else 1) + offset
    pattern = sequence_pattern(path)
    plate = ClipPlate(name, pattern, first, first + length - 1, int(item.GetStart(False)), track)
    if not is_readable(pattern):
        return ClipPlate(name, "", 0, length - 1, plate.start, track)
    if not (os.path.isfile(pattern) or SequencePath(pattern).find_frames()):
        raise PlateError(f"The media of the clip {name} is offline. Mount its volume or relink it.", path=pattern)
    return plate


def sequence_pattern(path: str) -> str:
    """Resolve's spelling of a sequence as a pattern: `p.[1001-1100].exr` gives `p.%04d.exr`."""
    return _RANGE.sub(lambda match: f"%0{len(match.group(1))}d", path)


def is_readable(path: str) -> bool:
    """Whether the engine can open such a file."""
    return os.path.splitext(path)[1].lower() in READABLE
