"""Curves of head angles: read, typed, interpolated, and refused where nobody could follow them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fsgan_core.errors import JobError
from fsgan_core.geometry.head_rotation import pose_to_rotation, rotation_to_zxy
from fsgan_core.job.pose_curve import (
    PoseCurve,
    axis_to_pose,
    parse_poses,
    read_pose_curve,
    write_pose_curve,
)

TURN = PoseCurve(((1001, (-30.0, 0.0, 0.0)), (1005, (30.0, 5.0, -8.0))))


def test_written_curve_reads_back_equal(tmp_path: Path) -> None:
    path = str(tmp_path / "turn.csv")
    write_pose_curve(TURN, path)
    assert read_pose_curve(path).keys == TURN.keys
    assert Path(path).read_text().startswith("frame,yaw,pitch,roll\n1001,-30,0,0\n")


def test_frames_between_keys_lie_on_a_line() -> None:
    assert list(TURN.frames) == [1001, 1002, 1003, 1004, 1005]
    followed = [TURN.at(frame) for frame in (1001, 1002, 1005)]
    np.testing.assert_allclose(followed, [(-30, 0, 0), (-15, 1.25, -2), (30, 5, -8)])


def test_typed_poses() -> None:
    assert parse_poses("1001:-30,0,0; 1005: 30, 5, -8 ;").keys == TURN.keys
    assert parse_poses("7:1,2,3").at(7) == (1.0, 2.0, 3.0)


def test_chan_lines_of_an_axis(tmp_path: Path) -> None:
    path = tmp_path / "head.chan"
    path.write_text("1 0 0 0 0 20 0\n2 0 0 0 -10 0 0 45\n3 1 2 3 0 0 -15\n", encoding="utf-8")
    poses = [pose for _, pose in read_pose_curve(str(path)).keys]
    np.testing.assert_allclose(poses, [(20, 0, 0), (0, 10, 0), (0, 0, 15)], atol=1e-9)


def about(axis: int, degrees: float) -> np.ndarray:
    a, b = [i for i in range(3) if i != axis]
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    sign = -1 if axis == 1 else 1
    turn = np.eye(3)
    turn[a, a] = turn[b, b] = c
    turn[a, b], turn[b, a] = -sign * s, sign * s
    return turn


@given(*[st.floats(-60, 60)] * 3)
def test_an_axis_and_the_heads_angles_turn_alike(rx: float, ry: float, rz: float) -> None:
    yaw, pitch, roll = axis_to_pose(rx, ry, rz)
    zxy = about(1, ry) @ about(0, rx) @ about(2, rz)
    np.testing.assert_allclose(about(0, -pitch) @ about(1, yaw) @ about(2, -roll), zxy, atol=1e-9)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is empty"),
        ("frame,yaw,pitch,roll\n", "is empty"),
        ("yaw,pitch,roll\n1,0,0\n", "it must be frame,yaw,pitch,roll"),
        ("frame,yaw,pitch,roll\n1,0,0\n", "line 2: '1,0,0' has 3 values"),
        ("frame,yaw,pitch,roll\n1,0,x,0\n", "line 2: '0,x,0' must be yaw, pitch and roll"),
        ("frame,yaw,pitch,roll\n1,nan,0,0\n", "line 2: 'nan,0,0' must be finite"),
        ("frame,yaw,pitch,roll\n1,inf,0,0\n", "finite"),
        ("frame,yaw,pitch,roll\n1,80,0,0\n", "frame 1: yaw is 80 degrees: no view lies beyond 75"),
        ("frame,yaw,pitch,roll\n1,0,-75.01,0\n", "pitch is -75.01"),
        ("frame,yaw,pitch,roll\n1,0,0,0\n1,0,0,0\n", "List each frame once"),
        ("frame,yaw,pitch,roll\n1.5,0,0,0\n", "'1.5' is no whole number"),
        ("frame,yaw,pitch,roll\n1,0,0,0\n9000000,0,0,0\n", "spans over"),
    ],
)
def test_what_nobody_can_follow_is_refused(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "curve.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(JobError, match=words) as raised:
        read_pose_curve(str(path))
    assert "curve.csv" in str(raised.value)


def test_wrong_chan_missing_files_and_typos_are_named(tmp_path: Path) -> None:
    (tmp_path / "a.chan").write_text("1 2 3\n", encoding="utf-8")
    with pytest.raises(JobError, match=r"\.chan line is frame tx"):
        read_pose_curve(str(tmp_path / "a.chan"))
    with pytest.raises(JobError, match="curve file cannot be read"):
        read_pose_curve(str(tmp_path / "none.csv"))
    for text in ("", "  ;", "1=0,0,0", "1:0,0", "x:0,0,0"):
        with pytest.raises(JobError, match="poses"):
            parse_poses(text)


@given(st.floats(-75, 75), st.floats(-60, 60), st.floats(-60, 60))
def test_an_exported_axis_comes_back_as_the_pose(yaw: float, pitch: float, roll: float) -> None:
    zxy = rotation_to_zxy(pose_to_rotation(yaw, pitch, roll))
    np.testing.assert_allclose(axis_to_pose(*zxy), (yaw, pitch, roll), atol=1e-6)
