"""A drag becomes a pose curve."""

from __future__ import annotations

from pathlib import Path

import pytest

from fsgan_core.errors import JobError
from fsgan_core.job.pose_curve import read_pose_curve, write_pose_curve
from fsgan_viewer.models.pose_recording import PoseRecording


def test_the_frames_are_even_whatever_the_moments() -> None:
    recording = PoseRecording(first_frame=101, frame_rate=10.0)
    for seconds, yaw in ((5.0, 0.0), (5.05, 5.0), (5.31, 31.0)):
        recording.add(seconds, (yaw, -yaw / 2, 1.0))
    keys = recording.curve().keys
    assert [frame for frame, _ in keys] == [101, 102, 103, 104]
    assert [round(pose[0], 3) for _, pose in keys] == [0.0, 10.0, 20.0, 30.0]
    assert [round(pose[1], 3) for _, pose in keys] == [0.0, -5.0, -10.0, -15.0]


def test_one_moment_is_one_frame() -> None:
    recording = PoseRecording()
    recording.add(1.0, (1.0, 2.0, 3.0))
    assert recording.curve().keys == ((1001, (1.0, 2.0, 3.0)),)


def test_moments_that_go_back_are_our_own_mistake() -> None:
    recording = PoseRecording()
    recording.add(1.0, (0, 0, 0))
    with pytest.raises(ValueError, match="rise"):
        recording.add(0.5, (0, 0, 0))


def test_fsgan_pose_reads_what_was_recorded(tmp_path: Path) -> None:
    recording = PoseRecording()
    for step in range(5):
        recording.add(step / 24, (10.0 * step, -5.0, 0.5 * step))
    path = str(tmp_path / "drag.csv")
    write_pose_curve(recording.curve(), path)
    assert read_pose_curve(path).keys == recording.curve().keys


def test_an_empty_recording_is_a_sentence() -> None:
    with pytest.raises(JobError, match="recording is empty"):
        PoseRecording().curve()
