"""Tracker nodes are read as Nuke writes them: sparse keys, slopes, offsets, groups, pasted text."""

from __future__ import annotations

from typing import Any

import pytest

from fsgan_core.errors import JobError
from fsgan_core.exports.read_tracks import read_curve, read_tracks
from fsgan_core.exports.tracker import TRACK_COLUMNS, tracker_text


def tracker(*rows: str) -> str:
    """A node as Nuke saves one, with these lines."""
    columns = " \n".join(f"{{ {column} 1 }}" for column in TRACK_COLUMNS)
    table = f"{{ {{ 1 31 {len(rows)} }} \n{{ {columns} \n}} \n{{ \n" + "\n".join(rows) + " \n} \n}"
    rest = "reference_frame 1001\ntranslate {{curve x1001 0 1} 0}\nname Tracker1"
    return f"Tracker4 {{\ntracks {table}\n\n{rest}\n}}\n"


def row(name: str, x: str, y: str, offset: str = "{} {}", enable: str = "{curve K x1001 1}") -> str:
    rest = '0 0 1 {} 1 0 -32 -32 32 32 -22 -22 22 22 ' + "{} " * 11
    return f" {{ {enable} {name} {x} {y} {offset} {rest} }}"


def test_tracks_that_were_written_read_back(motion: Any) -> None:
    nose, corner = read_tracks(tracker_text(motion, [54, 76]))
    assert (nose.name, corner.name) == ("lm54_nose_tip", "lm76_mouth_left")
    assert nose.key_frames() == [1001, 1002, 1003, 1006, 1007]
    assert nose.at(1006) == (405, 350)


def test_sparse_keys_with_slopes_are_read() -> None:
    (track,) = read_tracks(tracker(row('"track 1"', "{curve C x1001 10 s2 t2 x1010 20 K}", "{curve x1010 7.5}")))
    assert track.name == "track 1"
    assert track.key_frames() == [1001, 1010]
    assert track.at(1010) == (20, 7.5)
    assert track.x.at(1005.0) == pytest.approx(10 + 10 * 4 / 9)  # type: ignore[arg-type]


def test_offset_of_a_track_counts() -> None:
    (track,) = read_tracks(tracker(row("a", "{curve x1 10 11}", "{curve x1 5 6}", "3 {curve x1 0 -1}")))
    assert [track.at(frame) for frame in (1, 2)] == [(13, 5), (14, 5)]


def test_keys_of_a_track_that_is_switched_off_do_not_count() -> None:
    (track,) = read_tracks(tracker(row("a", "{curve x1 1 2 3 4}", "{curve x1 1 2 3 4}", enable="{curve K x1 1 x3 0}")))
    assert track.key_frames() == [1, 2]


def test_pasted_text_and_nodes_in_groups_are_found() -> None:
    node = tracker(row("lm54_nose", "{curve x1 1}", "{curve x1 1}"))
    pasted = "set cut_paste_input [stack 0]\nversion 16.0 v4\npush $cut_paste_input\n" + node
    inside = "Group {\n name G\n}\n Input {\n  inputs 0\n  name I\n }\n" + node + "Output {\n name O\n}\nend_group\n"
    assert [track.name for track in read_tracks(pasted + inside)] == ["lm54_nose", "lm54_nose"]


def test_constant_and_empty_cells() -> None:
    assert read_curve("").at(5) == 0
    assert read_curve("12.5").at(5) == 12.5
    assert read_curve("12.5").keys == {}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Transform {\n name T\n}\n", "there is no Tracker4"),
        ("", "there is no Tracker4"),
        ("Tracker4 {\n tracks { { 1 31 0 }", "is never closed"),
        ("Tracker4 {\n tracks { { 1 31 0 } {} }\n name T\n}\n", "2 parts instead of 3"),
        ("Tracker4 {\n tracks { { 1 31 0 } { { 5 1 20 enable e 1 } } { } }\n name T\n}\n", "no column name, track_x"),
        (tracker(" { 1 a }"), "2 cells instead of 31"),
        (tracker(row("a", "{{parent.x}}", "{curve x1 1}")), "no number and no curve. Bake"),
        (tracker(row("a", "{curve x1 [exit]}", "{curve x1 1}")), "no number and no curve"),
        (tracker(row("a", "{curve x1 nan}", "{curve x1 1}")).replace(" nan", " +nan"), "no number and no curve"),
    ],
)
def test_text_without_tracks_is_refused(text: str, words: str) -> None:
    with pytest.raises(JobError, match=words):
        read_tracks(text)
