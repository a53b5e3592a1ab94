"""Requests to a puppet round-trip, and what is none is refused with a sentence."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fsgan_core.errors import JobError
from fsgan_core.job.puppet_protocol import PuppetRequest, parse_request, request_line

ANGLE = st.floats(-75, 75)


@given(st.tuples(ANGLE, ANGLE, st.floats(-180, 180)), st.integers(0, 10**9), st.booleans())
def test_any_pose_round_trips(pose: tuple[float, float, float], number: int, keep: bool) -> None:
    request = PuppetRequest(number, pose, expression={"jaw": 0.5}, keep=keep)
    assert parse_request(request_line(request)) == request


@pytest.mark.parametrize("request_", [PuppetRequest(3, view=2), PuppetRequest(quit=True)])
def test_views_and_quit_round_trip(request_: PuppetRequest) -> None:
    assert parse_request(request_line(request_)) == request_


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("", "one line of JSON"),
        ("[]", "object in braces"),
        ("{}", "a pose, a view or quit"),
        ('{"pose": [1, 2]}', "yaw, pitch and roll"),
        ('{"pose": [1, 2, true]}', "yaw, pitch and roll"),
        ('{"pose": [NaN, 2, 0]}', "finite"),
        ('{"pose": [1e999, 2, 0]}', "finite"),
        ('{"pose": [80, 2, 0]}', "yaw is 80 degrees: no view lies beyond 75"),
        ('{"pose": [0, -75.5, 0]}', "pitch is -75.5"),
        ('{"pose": [0, 0, 181]}', "roll is 181"),
        ('{"view": -1}', "number of a view"),
        ('{"view": 1, "pose": [0, 0, 0]}', "a pose, a view or quit"),
        ('{"id": "7", "view": 1}', "id is '7'"),
        ('{"view": 1, "expression": {"jaw": "wide"}}', "expression jaw"),
        ("[" * 60000, "one line of JSON"),
        ("x" * 70000, "one short line"),
    ],
)
def test_anything_else_is_refused(line: str, words: str) -> None:
    with pytest.raises(JobError, match=words):
        parse_request(line)
