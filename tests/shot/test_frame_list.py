"""Frame lists keep the order in which they are written."""

from __future__ import annotations

import pytest

from fsgan_core.errors import JobError
from fsgan_core.shot.frame_list import parse_frame_list


@pytest.mark.parametrize(
    ("text", "frames"),
    [
        ("5", (5,)),
        ("1-3, 9", (1, 2, 3, 9)),
        ("3-1", (3, 2, 1)),
        ("10-1x4", (10, 6, 2)),
        ("7*3,1-2*2", (7, 7, 7, 1, 1, 2, 2)),
        ("1-3,3-1", (1, 2, 3, 3, 2, 1)),
        ("-2--4", (-2, -3, -4)),
    ],
)
def test_lists_in_their_order(text: str, frames: tuple[int, ...]) -> None:
    assert parse_frame_list(text) == frames


@pytest.mark.parametrize("text", ["", "1-", "a", "1,,2", "1-9x0", "7*0", "1-2-3", "1.5"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(JobError, match="frame list"):
        parse_frame_list(text)


def test_endless_lists_are_refused() -> None:
    with pytest.raises(JobError, match="over 1,000,000"):
        parse_frame_list("1-1000*1001")
