"""Tracks out of node text: Tracker4 nodes of a .nk file, or of what Nuke puts on the clipboard."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from fsgan_core.errors import JobError
from fsgan_core.exports.tcl_words import split_list, split_script

_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?", re.IGNORECASE)
_COLUMNS = ("name", "track_x", "track_y", "offset_x", "offset_y", "enable")


@dataclass(frozen=True)
class KeyedValue:
    """A number that changes over time: its keys, or one constant value."""

    keys: Mapping[int, float] = field(default_factory=dict)
    constant: float = 0.0

    def at(self, frame: int, *, held: bool = False) -> float:
        """The value in a frame: between two keys on a line, or (`held`) as the last one; outside, the nearest key."""
        if not self.keys:
            return self.constant
        frames = sorted(self.keys)
        if held:
            before = [one for one in frames if one <= frame]
            return self.keys[before[-1] if before else frames[0]]
        return float(np.interp(frame, frames, [self.keys[one] for one in frames]))


@dataclass(frozen=True)
class Track:
    """One line of a Tracker4.

    Args:
        name: As the artist sees it.
        x: Nuke px, from the left edge.
        y: Nuke px, from the bottom edge.
        offset: x and y that Nuke adds.
        enable: 0 where the track is switched off.
    """

    name: str
    x: KeyedValue
    y: KeyedValue
    offset: tuple[KeyedValue, KeyedValue]
    enable: KeyedValue

    def key_frames(self) -> list[int]:
        """The frames in which it has a key and is switched on."""
        return [frame for frame in sorted({*self.x.keys, *self.y.keys}) if self.enable.at(frame, held=True)]

    def at(self, frame: int) -> tuple[float, float]:
        """x, y in Nuke px."""
        return self.x.at(frame) + self.offset[0].at(frame), self.y.at(frame) + self.offset[1].at(frame)


def read_tracks(text: str) -> list[Track]:
    """All tracks of all Tracker4 nodes in a text, those inside groups too.

    Raises:
        JobError: There is no Tracker4, or its table cannot be understood.
    """
    nodes = [words[1] for words in split_script(text) if words[0] == "Tracker4" and len(words) == 2]
    if not nodes:
        raise JobError("there is no Tracker4 in this text. Save or copy the Tracker node itself.")
    return [track for knobs in nodes for track in _tracks_of(knobs)]


def read_curve(cell: str) -> KeyedValue:
    """What a cell or a knob says: a number, `curve x1001 10 10.5 x1010 20`, or nothing (0).

    Raises:
        JobError: It is neither.
    """
    words = split_list(cell)
    if not words:
        return KeyedValue()
    if words[0] != "curve":
        return KeyedValue(constant=_number(words[0], cell))
    keys: dict[int, float] = {}
    frame = 1.0
    for word in words[1:]:
        if word[0] == "x":
            frame = _number(word[1:], cell)
        elif word[0].isalpha():
            continue  # K, L, C and so on say how to go on from a key; s and t give its slopes
        else:
            if frame == round(frame):
                keys[round(frame)] = _number(word, cell)
            frame += 1
    return KeyedValue(keys)


def _tracks_of(knobs: str) -> list[Track]:
    """The tracks of one node."""
    words = split_list(knobs)
    named = dict(zip(words[0::2], words[1::2], strict=False))
    if "tracks" not in named:
        return []
    table = split_list(named["tracks"])
    if len(table) != 3:
        raise JobError(f"the table of tracks has {len(table)} parts instead of 3. Copy the whole Tracker4 node.")
    columns = [split_list(column) for column in split_list(table[1])]
    places = {column[3]: index for index, column in enumerate(columns) if len(column) > 3}
    # The first column's name is "enable", the second's "name": both stand in the fourth word.
    missing = [name for name in _COLUMNS if name not in places]
    if missing:
        raise JobError(f"the table of tracks has no column {', '.join(missing)}. Is it of another Nuke?")
    tracks = []
    for row in split_list(table[2]):
        cells = split_list(row)
        if len(cells) != len(columns):
            raise JobError(f"a track has {len(cells)} cells instead of {len(columns)}. Copy the whole Tracker4 node.")
        offset = read_curve(cells[places["offset_x"]]), read_curve(cells[places["offset_y"]])
        x, y, enable = (read_curve(cells[places[name]]) for name in ("track_x", "track_y", "enable"))
        tracks.append(Track(cells[places["name"]], x, y, offset, enable))
    return tracks


def _number(word: str, cell: str) -> float:
    if not _NUMBER.fullmatch(word):
        raise JobError(f"{cell[:60]!r} is no number and no curve. Bake expressions of the track before you copy it.")
    return float(word)
