"""Timecode counts as SMPTE says, drop-frame included."""

from __future__ import annotations

import struct
from fractions import Fraction

import pytest

from fsgan_core.media.timecode import timecode_attribute

_NTSC = Fraction(30000, 1001)


def _text(start: str, offset: int, rate: Fraction) -> str:
    """The attribute's binary-coded decimals as text."""
    (packed, user) = struct.unpack("<2I", timecode_attribute(start, offset, rate).data)
    assert user == 0
    separator = ";" if packed >> 6 & 1 else ":"
    hours, minutes, seconds, frames = packed >> 24 & 63, packed >> 16 & 127, packed >> 8 & 127, packed & 63
    return f"{hours:02x}:{minutes:02x}:{seconds:02x}{separator}{frames:02x}"


@pytest.mark.parametrize(
    ("start", "offset", "rate", "expected"),
    [
        ("01:00:00:00", 0, Fraction(24), "01:00:00:00"),
        ("01:00:00:23", 1, Fraction(24), "01:00:01:00"),
        ("09:59:59:23", 1, Fraction(24000, 1001), "10:00:00:00"),
        ("23:59:59:24", 1, Fraction(25), "00:00:00:00"),
        ("00:00:59;29", 1, _NTSC, "00:01:00;02"),
        ("00:09:59;29", 1, _NTSC, "00:10:00;00"),
        ("00:00:00;00", 17982, _NTSC, "00:10:00;00"),
        ("00:00:00;00", 107892, _NTSC, "01:00:00;00"),
        ("00:00:59:29", 1, _NTSC, "00:01:00:00"),
    ],
)
def test_known_timecodes(start: str, offset: int, rate: Fraction, expected: str) -> None:
    assert _text(start, offset, rate) == expected


def test_drop_frame_numbers_never_repeat_and_skip_only_what_is_dropped() -> None:
    texts = [_text("00:00:58;00", offset, _NTSC) for offset in range(120)]
    assert len(set(texts)) == 120
    assert not {"00:01:00;00", "00:01:00;01"} & set(texts)


@pytest.mark.parametrize("start", ["", "1:00:00:00", "01:00:00:24", "hour one"])
def test_text_that_is_no_timecode_is_refused(start: str) -> None:
    with pytest.raises(ValueError, match="no timecode"):
        timecode_attribute(start, 0, Fraction(24))
