"""Curves of head angles: read from CSV, from a host's .chan, or typed; written as CSV by whoever records one.

    frame,yaw,pitch,roll
    1001,-30,0,0
    1024,30,5,0

Degrees; yaw > 0 turns the nose to the right of the picture, pitch > 0 lifts it, roll > 0 tilts the head clockwise. A
.chan line is `frame tx ty tz rx ry rz ...` as Nuke writes an Axis: degrees, order ZXY, y up, the head looking along z
at the camera. Only the rotation counts. Frames between two lines are interpolated.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import Any, List, Sequence, Tuple

from fsgan_core.errors import JobError
from fsgan_core.job.json_file import read_text_file, write_text_file
from fsgan_core.job.puppet_protocol import check_pose

Pose = Tuple[float, float, float]
HEADER = "frame,yaw,pitch,roll"
LARGEST_BYTES = 64 << 20
_MOST_FRAMES = 1_000_000
_TYPED = re.compile(r"\s*(-?\d+)\s*:\s*([^:;]+)\Z")


@dataclass(frozen=True)
class PoseCurve:
    """Head angles over frames.

    Args:
        keys: (frame, (yaw, pitch, roll) in degrees), frames rising.
        name: Where it comes from, for messages.
    """

    keys: Tuple[Tuple[int, Pose], ...]
    name: str = "pose curve"

    def __post_init__(self) -> None:
        """Refuse a curve that nobody can follow.

        Raises:
            JobError: It is empty or endless, its frames do not rise, or an angle is none or beyond the appearance map.
        """
        if not self.keys:
            raise JobError(f"{self.name} is empty. Give at least one frame with yaw, pitch and roll.", path=self.name)
        for frame, pose in self.keys:
            try:
                check_pose(list(pose))
            except JobError as problem:
                said = f"{self.name}, frame {frame}: {problem.message}"
                raise JobError(said, path=self.name, frame=frame) from problem
        frames = [frame for frame, _ in self.keys]
        for before, after in zip(frames, frames[1:]):
            if after <= before:
                raise JobError(f"{self.name}: frame {after} stands after {before}. List each frame once, rising.")
        if frames[-1] - frames[0] >= _MOST_FRAMES:
            raise JobError(f"{self.name} spans over {_MOST_FRAMES:,} frames. Check its last frame.", path=self.name)

    @property
    def frames(self) -> range:
        """Every frame from the first key to the last."""
        return range(self.keys[0][0], self.keys[-1][0] + 1)

    def at(self, frame: int) -> Pose:
        """Yaw, pitch and roll of a frame of the curve: of its key, or in a straight line between two."""
        frames = [one for one, _ in self.keys]
        right = bisect_right(frames, frame)
        before, pose = self.keys[max(right - 1, 0)]
        if frame <= before or right == len(frames):
            return pose
        after, next_pose = self.keys[right]
        weight = (frame - before) / (after - before)
        yaw, pitch, roll = ((1 - weight) * a + weight * b for a, b in zip(pose, next_pose))
        return yaw, pitch, roll


def read_pose_curve(path: str) -> PoseCurve:
    """The curve in a CSV or .chan file.

    Raises:
        JobError: The file is missing, has another form, is empty, or holds an angle that cannot be.
    """
    text = read_text_file(path, "curve file", LARGEST_BYTES)
    lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), 1)]
    lines = [(number, line) for number, line in lines if line and not line.startswith("#")]
    if path.lower().endswith(".chan"):
        return PoseCurve(tuple(_chan_key(line, f"{path}, line {number}") for number, line in lines), path)
    if lines and re.sub(r"\s", "", lines[0][1]).lower() != HEADER:
        raise JobError(f"{path}: the first line is {lines[0][1]!r}; it must be {HEADER}.", path=path)
    return PoseCurve(tuple(_csv_key(line, f"{path}, line {number}") for number, line in lines[1:]), path)


def parse_poses(text: str) -> PoseCurve:
    """The curve that is typed as `FRAME:YAW,PITCH,ROLL; FRAME:YAW,PITCH,ROLL`.

    Raises:
        JobError: It has another form, is empty, or holds an angle that cannot be.
    """
    keys: List[Tuple[int, Pose]] = []
    for part in filter(None, (one.strip() for one in text.split(";"))):
        match = _TYPED.match(part)
        if match is None:
            raise JobError(f"{part!r} in poses is no FRAME:YAW,PITCH,ROLL such as 1001:-30,0,0.")
        keys.append((int(match.group(1)), _angles(match.group(2).split(","), f"poses, frame {match.group(1)}")))
    return PoseCurve(tuple(keys), "poses")


def curve_text(curve: PoseCurve) -> str:
    """The curve as CSV with its header, one key a line."""
    rows = [f"{frame},{yaw:.6g},{pitch:.6g},{roll:.6g}" for frame, (yaw, pitch, roll) in curve.keys]
    return "\n".join([HEADER, *rows]) + "\n"


def write_pose_curve(curve: PoseCurve, path: str) -> None:
    """Write the curve as CSV to `path`: the whole file is there, or what was there before.

    Raises:
        OutputError: The folder is missing, full or not writable.
    """
    write_text_file(curve_text(curve), path, "curve file")


def axis_to_pose(rx: float, ry: float, rz: float) -> Pose:
    """Yaw, pitch and roll of a head that an axis turns by these angles, all in degrees.

    Args:
        rx: About x; likewise ry and rz. Order ZXY: first z, then x, then y.

    The head's angles turn in the order of the pose labels, Rx(-pitch) Ry(yaw) Rz(-roll); for one angle at a time both
    are the same but for the signs of pitch and roll.
    """
    x, y, z = (math.radians(angle) for angle in (rx, ry, rz))
    right = math.sin(y) * math.cos(x)
    yaw = math.asin(max(-1.0, min(1.0, right)))
    pitch = -math.atan2(math.sin(x), math.cos(y) * math.cos(x))
    cos_roll = math.cos(y) * math.cos(z) + math.sin(y) * math.sin(x) * math.sin(z)
    sin_roll = math.cos(y) * math.sin(z) - math.sin(y) * math.sin(x) * math.cos(z)
    roll = -math.atan2(sin_roll, cos_roll)
    return math.degrees(yaw), math.degrees(pitch), math.degrees(roll)


def _csv_key(line: str, place: str) -> Tuple[int, Pose]:
    cells = line.split(",")
    if len(cells) != 4:
        raise JobError(f"{place}: {line!r} has {len(cells)} values; it must be {HEADER}.")
    return _frame(cells[0], place), _angles(cells[1:], place)


def _chan_key(line: str, place: str) -> Tuple[int, Pose]:
    cells = line.split()
    if len(cells) < 7:
        raise JobError(f"{place}: {line!r} has {len(cells)} values; a .chan line is frame tx ty tz rx ry rz.")
    rx, ry, rz = _angles(cells[4:7], place)
    return _frame(cells[0], place), axis_to_pose(rx, ry, rz)


def _frame(cell: str, place: str) -> int:
    try:
        number = float(cell)
    except ValueError:
        number = math.nan
    if not math.isfinite(number) or number != int(number):
        raise JobError(f"{place}: frame {cell.strip()!r} is no whole number.")
    return int(number)


def _angles(cells: Sequence[Any], place: str) -> Pose:
    try:
        angles = [float(cell) for cell in cells]
    except ValueError:
        angles = []
    if len(angles) != 3:
        raise JobError(f"{place}: {','.join(cells).strip()!r} must be yaw, pitch and roll in degrees.")
    if not all(math.isfinite(angle) for angle in angles):
        raise JobError(f"{place}: {','.join(cells).strip()!r} must be finite numbers.")
    return angles[0], angles[1], angles[2]
