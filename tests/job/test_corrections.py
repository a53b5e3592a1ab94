"""A corrections file round-trips, and says what is wrong with it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fsgan_core.errors import JobError, OutputError
from fsgan_core.job.corrections import (
    CorrectionKey,
    Corrections,
    corrections_digest,
    corrections_text,
    parse_corrections,
    read_corrections,
    write_corrections,
)

MOUTH = CorrectionKey(1021, {76: (612.5, 400.25), 82: (640.0, 401.0)}, (500.0, 300.0, 700.0, 500.0), (12.0, 0.0, -3.5))
WHOLE = Corrections((CorrectionKey(1003, {0: (-4.5, 3.0)}), MOUTH), "640,360@1021", "hold", 5)
PX = st.floats(-1e5, 1e5)


def test_written_corrections_read_back_equal(tmp_path: Path) -> None:
    path = str(tmp_path / "größe.json")
    write_corrections(WHOLE, path)
    assert read_corrections(path) == WHOLE
    assert [one.name for one in tmp_path.iterdir()] == ["größe.json"]


@given(st.dictionaries(st.integers(0, 97), st.tuples(PX, PX)), st.integers(-10, 10**6), st.integers(0, 100))
def test_any_corrections_round_trip(landmarks: dict[int, tuple[float, float]], frame: int, fade: int) -> None:
    corrections = Corrections((CorrectionKey(frame, landmarks),), "2", fade_frames=fade)
    assert parse_corrections(corrections_text(corrections)) == corrections


def test_left_out_entries_have_their_defaults() -> None:
    assert parse_corrections('{"fsgan_corrections": 1}') == Corrections()


def test_a_change_changes_the_digest_and_nothing_else_does() -> None:
    again = parse_corrections(corrections_text(WHOLE).replace("\n", " "))
    assert corrections_digest(again) == corrections_digest(WHOLE)
    assert corrections_digest(Corrections(WHOLE.keys, WHOLE.bound_face, "hold", 6)) != corrections_digest(WHOLE)


def test_a_new_key_adds_to_what_its_frame_has() -> None:
    added = WHOLE.with_key(CorrectionKey(1021, {82: (1.0, 2.0), 90: (3.0, 4.0)})).with_key(CorrectionKey(1001))
    assert [key.frame for key in added.keys] == [1001, 1003, 1021]
    assert added.keys[2] == CorrectionKey(
        1021, {76: (612.5, 400.25), 82: (1.0, 2.0), 90: (3.0, 4.0)}, MOUTH.box, MOUTH.pose
    )
    assert (added.bound_face, added.outside, added.fade_frames) == ("640,360@1021", "hold", 5)


def minimal(*keys: Any, **changes: Any) -> dict[str, Any]:
    return {"fsgan_corrections": 1, "keys": list(keys), **changes}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({}, "schema number is missing"),
        ([], "schema number is missing"),
        ({"fsgan_corrections": 2}, "corrections schema 2, and this fsgan reads up to 1"),
        (minimal(bound="x"), "unknown entry 'bound'"),
        (minimal(bound_face="left one"), "no track number"),
        (minimal(outside="loop"), "choose one of fade, hold"),
        (minimal(fade_frames=-1), "from 0 to"),
        (minimal(fade_frames=1.5), "whole number"),
        (minimal(keys={}), "a list in brackets"),
        (minimal({"landmarks": {}}), "object in braces with a frame"),
        (minimal({"frame": "7"}), "whole number"),
        (minimal({"frame": 7, "boxes": []}), "key of frame 7 has an unknown entry 'boxes'"),
        (minimal({"frame": 7, "landmarks": {"98": [1, 2]}}), "no landmark 98"),
        (minimal({"frame": 7, "landmarks": {"07": [1, 2]}}), "'07' is no landmark"),
        (minimal({"frame": 7, "landmarks": {"7": [1]}}), "frame 7: landmark 7 is .* 2 numbers"),
        (minimal({"frame": 7, "landmarks": {"7": [1, 10**400]}}), "numbers from"),
        (minimal({"frame": 7, "landmarks": {"7": [1, True]}}), "numbers from"),
        (minimal({"frame": 7, "landmarks": [1]}), "must be an object"),
        (minimal({"frame": 7, "box": [1, 2, 1, 9]}), "under a pixel wide"),
        (minimal({"frame": 7, "box": [1, 2, 3]}), "4 numbers"),
        (minimal({"frame": 7, "pose": [1, 2, 200]}), "from -180 to 180"),
        (minimal({"frame": 7}, {"frame": 7}), "List each once, rising"),
    ],
)
def test_wrong_corrections_are_refused_with_the_place(content: Any, words: str) -> None:
    with pytest.raises(JobError, match=words) as raised:
        parse_corrections(json.dumps(content), "fix.json")
    assert "fix.json" in str(raised.value)


def test_nan_is_refused() -> None:
    with pytest.raises(JobError, match="NaN"):
        parse_corrections('{"fsgan_corrections": 1, "keys": [{"frame": 1, "pose": [NaN, 0, 0]}]}')
    with pytest.raises(JobError, match="3 numbers"):
        CorrectionKey(1, pose=(float("nan"), 0.0, 0.0))


def test_missing_file_and_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(JobError, match="corrections file cannot be read"):
        read_corrections(str(tmp_path / "none.json"))
    with pytest.raises(OutputError, match="corrections file cannot be written"):
        write_corrections(WHOLE, str(tmp_path / "none" / "fix.json"))
