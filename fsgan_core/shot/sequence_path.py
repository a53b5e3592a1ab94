"""File name patterns of image sequences, and the frames of them that lie on disk."""

from __future__ import annotations

import os
import re
import unicodedata
from dataclasses import dataclass
from typing import Dict, FrozenSet, List, Optional

from fsgan_core.errors import JobError

# fmt: off
MOVIE_EXTENSIONS = frozenset({
    ".mov", ".mp4", ".m4v", ".mkv", ".avi", ".webm", ".mxf", ".mpg", ".mpeg", ".mts", ".m2ts", ".ts", ".wmv", ".flv",
    ".ogv", ".3gp", ".gif", ".y4m",
})
# fmt: on
_FIELD = re.compile(r"%(0\d{1,2})?d|#+|@+")
_NUMBERED_STILL = re.compile(r"\.(\d{1,18})\.[^.]+\Z", re.ASCII)


@dataclass(frozen=True)
class _FrameField:
    """Where the frame number stands in a file name: text[start:end], padded with zeros to `digits`."""

    start: int
    end: int
    digits: int


@dataclass(frozen=True)
class SequencePath:
    """A path that names one file per frame, or a single still, or a movie.

    `%04d`, `####` and `@@@@` stand for the frame number with at least four digits, `%d`, `#` and `@` for one without
    padding. Only the file name is a pattern, never a folder.

    Args:
        text: The path as the artist wrote it.
    """

    text: str

    @property
    def folder(self) -> str:
        """The folder that holds the files; "" for the current one."""
        return os.path.dirname(self.text)

    @property
    def extension(self) -> str:
        """The file name's extension with its dot, in lower case."""
        return os.path.splitext(self.text)[1].lower()

    @property
    def is_movie(self) -> bool:
        """Whether the extension is one of a movie."""
        return self.extension in MOVIE_EXTENSIONS and not self.is_pattern

    @property
    def is_pattern(self) -> bool:
        """Whether the file name holds a frame number field."""
        return _frame_field(self._name) is not None

    @property
    def _name(self) -> str:
        return os.path.basename(self.text)

    def for_view(self, stereo_view: str) -> SequencePath:
        """The path with `%V` replaced by `stereo_view` and `%v` by its first letter.

        Raises:
            JobError: The path asks for a view and `stereo_view` is empty.
        """
        if "%V" not in self.text and "%v" not in self.text:
            return self
        if not stereo_view:
            raise JobError(f"{self.text} names a stereo view with %V or %v. Set stereo_view, for example to left.")
        return SequencePath(self.text.replace("%V", stereo_view).replace("%v", stereo_view[0]))

    def at(self, number: int) -> str:
        """The path of frame `number`; the path itself where it is no pattern."""
        field = _frame_field(self._name)
        if field is None:
            return self.text
        name = f"{self._name[: field.start]}{number:0{field.digits}d}{self._name[field.end :]}"
        return os.path.join(self.folder, name)

    def find_frames(self) -> Dict[int, str]:
        """The frames on disk: number to path, ascending; empty where there are none.

        A single still is its own frame: `plate.1001.exr` is frame 1001, `portrait.png` frame 1. A movie's frames are
        inside the file: it counts as one still here. A file that really is named like a pattern (`take#3.png`) is a
        still.
        """
        if os.path.isfile(self.text):
            return {self.still_number: self.text}
        field = _frame_field(self._name)
        if field is None or not os.path.isdir(self.folder or "."):
            return {}
        wanted = unicodedata.normalize("NFC", self._name)
        found = {}
        for name in os.listdir(self.folder or "."):
            number = _number_in(unicodedata.normalize("NFC", name), wanted)
            if number is not None:
                found[number] = os.path.join(self.folder, name)
        return dict(sorted(found.items()))

    @property
    def still_number(self) -> int:
        """The frame number of a single still: the digits between the last two dots, else 1."""
        match = _NUMBERED_STILL.search(self._name)
        return int(match.group(1)) if match else 1


def sequences_in(folder: str, extensions: Optional[FrozenSet[str]] = None) -> List[str]:
    """The patterns of the numbered sequences in `folder`, for messages that suggest what might have been meant.

    Args:
        folder: A folder; one that does not exist holds none.
        extensions: Only these (lower case, with dot); None means any.
    """
    if not os.path.isdir(folder or "."):
        return []
    patterns = set()
    for name in os.listdir(folder or "."):
        stem, extension = os.path.splitext(name)
        digits = re.search(r"\d+\Z", stem)
        if digits and (extensions is None or extension.lower() in extensions):
            patterns.add(os.path.join(folder, f"{stem[: digits.start()]}%0{len(digits.group())}d{extension}"))
    return sorted(patterns)


def _frame_field(name: str) -> Optional[_FrameField]:
    """The frame number field of a file name: the last `%d` if there is one, else the last run of # or @."""
    fields = list(_FIELD.finditer(name))
    if not fields:
        return None
    printf = [match for match in fields if match.group().startswith("%")]
    match = (printf or fields)[-1]
    text = match.group()
    if text.startswith("%"):
        digits = int(text[2:-1]) if len(text) > 2 else 1
    else:
        digits = len(text)
    return _FrameField(match.start(), match.end(), digits)


def _number_in(name: str, pattern: str) -> Optional[int]:
    """The frame number of file `name` if it belongs to `pattern`, else None; padding has to agree."""
    field = _frame_field(pattern)
    if field is None:
        return None
    head, tail = pattern[: field.start], pattern[field.end :]
    if len(name) < len(head) + len(tail) or not name.startswith(head) or not name.endswith(tail):
        return None
    digits = name[len(head) : len(name) - len(tail)]
    if not re.fullmatch(r"-?\d+", digits, re.ASCII):
        return None
    if len(digits) > 18:
        return None
    return int(digits) if digits == f"{int(digits):0{field.digits}d}" else None
