"""A drag becomes a pose curve."""

from __future__ import annotations

from pathlib import Path

import pytest

from fsgan_core.errors import PlateError
from fsgan_viewer.models.pose_recording import PoseRecording, curve_text, write_curve


def test_the_frames_are_even_whatever_the_moments() -> None:
    recording = PoseRecording(first_frame=101, frame_rate=10.0)
    for seconds, yaw in ((5.0, 0.0), (5.05, 5.0), (5.31, 31.0)):
        recording.add(seconds, (yaw, -yaw / 2, 1.0))
    curve = recording.curve()
    assert [frame for frame, _ in curve] == [101, 102, 103, 104]
    assert [round(pose[0], 3) for _, pose in curve] == [0.0, 10.0, 20.0, 30.0]
    assert [round(pose[1], 3) for _, pose in curve] == [0.0, -5.0, -10.0, -15.0]


def test_one_moment_is_one_frame() -> None:
    recording = PoseRecording()
    recording.add(1.0, (1.0, 2.0, 3.0))
    assert recording.curve() == [(1001, (1.0, 2.0, 3.0))]


def test_moments_that_go_back_are_our_own_mistake() -> None:
    recording = PoseRecording()
    recording.add(1.0, (0, 0, 0))
    with pytest.raises(ValueError, match="rise"):
        recording.add(0.5, (0, 0, 0))


def test_the_file_is_the_csv_of_fsgan_pose(tmp_path: Path) -> None:
    path = tmp_path / "drag.csv"
    write_curve(str(path), [(1001, (1.5, -2.0, 0.0)), (1002, (2.0, -2.5, 0.25))])
    assert path.read_text(encoding="utf-8") == curve_text([(1001, (1.5, -2.0, 0.0)), (1002, (2.0, -2.5, 0.25))])
    assert path.read_text(encoding="utf-8").splitlines() == [
        "frame,yaw,pitch,roll", "1001,1.5000,-2.0000,0.0000", "1002,2.0000,-2.5000,0.2500",
    ]  # fmt: skip


def test_an_empty_recording_writes_nothing(tmp_path: Path) -> None:
    with pytest.raises(PlateError, match="nothing was recorded"):
        write_curve(str(tmp_path / "drag.csv"), [])
    assert list(tmp_path.iterdir()) == []
