"""Curves of the timeline, and the frames to look at."""

from __future__ import annotations

from typing import Any

import numpy as np

from fsgan_viewer.models.analysis_reader import read_analysis
from fsgan_viewer.models.bad_frames import (
    bad_frames_of_face,
    bad_frames_of_files,
    bad_frames_of_statuses,
    by_frame,
)
from fsgan_viewer.models.shot_curves import FLICKER, Curve, curves_of_face, limits_of


def test_the_analysis_gives_pose_and_score(shot: Any) -> None:
    curves = {curve.name: curve for curve in curves_of_face(read_analysis(shot.analysis).faces[0])}
    assert set(curves) == {"yaw", "pitch", "roll", "score"}
    assert curves["yaw"].at(1001) == -20
    assert curves["yaw"].at(900) is None


def test_a_gap_breaks_a_line_and_a_lone_value_stays() -> None:
    curve = Curve(FLICKER, "flicker", "", np.array([1, 2, 4, 5, 6, 9]), np.array([0.1, 0.2, 0.3, np.nan, 0.5, 0.6]))
    assert [(run.start, run.stop) for run in curve.runs()] == [(0, 2), (2, 3), (4, 5), (5, 6)]
    assert curve.at(5) is None


def test_a_sequence_on_twos_is_one_line() -> None:
    curve = Curve(FLICKER, "flicker", "", np.arange(1, 20, 2), np.ones(10))
    assert [(run.start, run.stop) for run in curve.runs()] == [(0, 10)]


def test_limits_have_room_and_are_never_flat() -> None:
    low, high = limits_of([Curve(FLICKER, "flicker", "", np.array([1, 2]), np.array([3.0, 3.0]))])
    assert low < 3 < high
    assert limits_of([]) == (0.0, 1.0)


def test_a_bridged_face_a_turned_face_and_a_jump_are_told(shot: Any) -> None:
    face = read_analysis(shot.analysis).faces[0]
    poses = face.poses.copy()
    poses[8] = (70, 0, 0)
    from dataclasses import replace

    found = by_frame(bad_frames_of_face(replace(face, poses=poses)))
    reasons = {frame: " ".join(bad.reason for bad in bads) for frame, bads in found.items()}
    assert "bridged" in reasons[1006]
    assert "yaw of 70" in reasons[1009] and "jumps" in reasons[1009]
    assert "jumps" in reasons[1010]
    assert 1003 not in found


def test_statuses_and_files_are_told_and_errors_come_first() -> None:
    found = by_frame(
        [
            *bad_frames_of_statuses({1: "swapped", 2: "held", 3: "", 4: "no_face"}),
            *bad_frames_of_files([7], {2: "is cut off."}),
        ]
    )
    assert list(found) == [2, 4, 7]
    assert [bad.is_error for bad in found[2]] == [True, False]
