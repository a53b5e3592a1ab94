"""Frame ranges parse as in Nuke and print back to what they were."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fsgan_core.errors import JobError
from fsgan_core.shot.frame_range import FrameRange


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("1001", (1001,)),
        ("1001-1004", (1001, 1002, 1003, 1004)),
        ("1-10x2", (1, 3, 5, 7, 9)),
        ("1-10:2,15", (1, 3, 5, 7, 9, 15)),
        ("5,1-3", (1, 2, 3, 5)),
        ("1-3, 2-4", (1, 2, 3, 4)),
        ("-2-1", (-2, -1, 0, 1)),
        ("-5--3", (-5, -4, -3)),
    ],
)
def test_text_gives_the_frames(text: str, numbers: tuple[int, ...]) -> None:
    assert FrameRange.parse(text).numbers == numbers


@pytest.mark.parametrize("text", ["", "a", "1-", "1-2x", "1,,2", "1..5", "1-5x0", "5-1", "1 5", "0-1000000"])
def test_text_that_is_no_range_is_a_job_error(text: str) -> None:
    with pytest.raises(JobError, match=r"range|frames"):
        FrameRange.parse(text)


def test_range_prints_as_a_compositor_writes_it() -> None:
    assert str(FrameRange.of([1001, 1002, 1003, 1010])) == "1001-1003,1010"
    assert str(FrameRange.of([1, 3, 5, 15])) == "1-5x2,15"
    assert str(FrameRange.of([1, 9])) == "1,9"


@given(st.sets(st.integers(-500, 500), min_size=1, max_size=60))
def test_printed_range_parses_back(numbers: set[int]) -> None:
    frames = FrameRange.of(numbers)
    assert FrameRange.parse(str(frames)) == frames


def test_first_last_length_and_membership() -> None:
    frames = FrameRange.parse("1001-1009x4")
    assert (frames.first, frames.last, len(frames), list(frames)) == (1001, 1009, 3, [1001, 1005, 1009])
    assert 1005 in frames
    assert 1004 not in frames
    assert 1010 not in frames
    assert "1005" not in frames


def test_empty_or_unordered_numbers_are_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        FrameRange(())
    with pytest.raises(ValueError, match="ascend"):
        FrameRange((2, 1))
