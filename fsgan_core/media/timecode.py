"""SMPTE timecode: the text that a movie starts with, and the EXR attribute of each of its frames."""

from __future__ import annotations

import re
import struct
from fractions import Fraction

from fsgan_core.media.exr_attribute import ExrAttribute

_TEXT = re.compile(r"(\d\d):(\d\d):(\d\d)([:;.])(\d\d)\Z")


def timecode_attribute(start: str, frame_offset: int, rate: Fraction) -> ExrAttribute:
    """The EXR `timecode` of the frame `frame_offset` frames after `start`.

    Args:
        start: `01:00:00:00`, or `01:00:00;00` for drop-frame.
        frame_offset: Frames since the start, 0 or more.
        rate: Frames per second; the code counts in the nearest whole number of them, as everywhere.

    Raises:
        ValueError: The text is no timecode, or its frames reach the rate.
    """
    match = _TEXT.match(start.strip())
    base = round(rate)
    if match is None or base < 1 or int(match.group(5)) >= base:
        raise ValueError(f"{start!r} is no timecode at {float(rate):g} frames per second")
    hours, minutes, seconds, frames = (int(match.group(index)) for index in (1, 2, 3, 5))
    drop = match.group(4) in ";." and base % 30 == 0
    count = ((hours * 60 + minutes) * 60 + seconds) * base + frames
    if drop:  # two (four at 60) frame numbers are skipped every minute except every tenth
        total_minutes = hours * 60 + minutes
        count -= base // 15 * (total_minutes - total_minutes // 10)
    return _packed(*_fields(count + frame_offset, base, drop=drop), drop=drop)


def _fields(count: int, base: int, *, drop: bool) -> tuple[int, int, int, int]:
    """Hours, minutes, seconds and frames of the `count`-th frame since midnight."""
    if drop:
        dropped = base // 15
        per_minute, per_ten = base * 60 - dropped, base * 600 - dropped * 9
        tens, rest = divmod(count, per_ten)
        count += dropped * 9 * tens
        if rest >= base * 60:
            count += dropped * ((rest - base * 60) // per_minute + 1)
    seconds, frames = divmod(count, base)
    return seconds // 3600 % 24, seconds // 60 % 60, seconds % 60, frames


def _packed(hours: int, minutes: int, seconds: int, frames: int, *, drop: bool) -> ExrAttribute:
    """Binary-coded decimals as SMPTE 12M (60-field television packing) and OpenEXR have them; no user bits."""

    def decimal(number: int) -> int:
        return number // 10 << 4 | number % 10

    # Only two bits hold the tens of the frames: above 39 (50 and 60 fps) EXR counts pairs of frames.
    frames = frames // 2 if frames > 39 else frames
    bits = decimal(frames) | int(drop) << 6 | decimal(seconds) << 8 | decimal(minutes) << 16 | decimal(hours) << 24
    return ExrAttribute("timecode", struct.pack("<2I", bits, 0))
