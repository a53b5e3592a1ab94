"""Corrections: what an artist sets right in the analysis of one shot, as a file that the engine obeys.

    {"fsgan_corrections": 1, "bound_face": "640,360@1021", "outside": "fade", "fade_frames": 10,
     "keys": [{"frame": 1021, "landmarks": {"76": [612.5, 400.25]}, "box": [500, 300, 700, 500], "pose": [12, 0, -3]}]}

They lie on top of the stored analysis, which stays as it was measured: pass 1 does not run again. All positions are px
of the picture, from the top-left corner of its display window, y down, pixel centres at +0.5.

The rule: a key is obeyed exactly in its frame. What it moves (each landmark, the box and the pose for itself) is kept
as an offset to the measured value, in units of the face's size; between two keys the offset goes in a straight line
from one to the other, so that the measured motion stays. Before the first key and after the last one the offset fades
to nothing over `fade_frames`, or is held where `outside` is "hold". No key reaches across a cut or a gap of its face.
A key with the measured value pins the measurement in its frame.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field
from typing import Any, Dict, List, Mapping, Optional, Tuple

from fsgan_core.errors import JobError
from fsgan_core.job.json_file import check_schema, parse_json, read_text_file, write_text_file

SCHEMA = 1
"""The version of the file that this engine writes, and the newest it reads."""
LARGEST_BYTES = 64 << 20
"""A larger file is not read; 98 points on each of 20,000 frames fit in."""
LANDMARK_COUNT = 98
"""Points a face, WFLW order."""
LARGEST_PX = 1_000_000.0
"""No picture reaches that far."""
OUTSIDE = ("fade", "hold")
"""What an offset does beyond the first and the last key."""

Point = Tuple[float, float]
_FACE = re.compile(r"(\d+|\d+(\.\d*)?\s*,\s*\d+(\.\d*)?(\s*@\s*-?\d+)?)?\Z")
_FILE_ENTRIES = ("fsgan_corrections", "bound_face", "outside", "fade_frames", "keys")
_KEY_ENTRIES = ("frame", "landmarks", "box", "pose")


@dataclass(frozen=True)
class CorrectionKey:
    """What is right in one frame.

    Args:
        frame: The frame's number.
        landmarks: Number of the landmark (0 to 97, WFLW order) to its place (x, y), picture px; any of the 98.
        box: The face box x0, y0, x1, y1, picture px, or None: as measured.
        pose: yaw, pitch, roll in degrees, or None: as measured.
    """

    frame: int
    landmarks: Mapping[int, Point] = field(default_factory=dict)
    box: Optional[Tuple[float, float, float, float]] = None
    pose: Optional[Tuple[float, float, float]] = None

    def __post_init__(self) -> None:
        """Refuse what cannot be obeyed.

        Raises:
            JobError: A number is no landmark, a place is not finite, or the box is empty; names the frame.
        """
        where = f"corrections of frame {self.frame}"
        for number, point in self.landmarks.items():
            if not 0 <= number < LANDMARK_COUNT:
                raise JobError(f"{where}: there is no landmark {number}; they are 0 to {LANDMARK_COUNT - 1}.")
            _check_numbers(point, 2, f"{where}: landmark {number}", LARGEST_PX)
        if self.box is not None:
            _check_numbers(self.box, 4, f"{where}: box", LARGEST_PX)
            if self.box[2] - self.box[0] < 1 or self.box[3] - self.box[1] < 1:
                raise JobError(f"{where}: box {list(self.box)} is under a pixel wide or high. Write x0, y0, x1, y1.")
        if self.pose is not None:
            _check_numbers(self.pose, 3, f"{where}: pose", 180.0)


@dataclass(frozen=True)
class Corrections:
    """The corrections of one face of one shot.

    Args:
        keys: By frame, rising, each frame once.
        bound_face: Which track is the person: a track number, or a click "X,Y@FRAME" (picture px); "" leaves the choice
            to the job's `face`.
        outside: "fade" or "hold": what offsets do beyond the first and the last key.
        fade_frames: Over how many frames an offset fades; 0 ends it at its key.
    """

    keys: Tuple[CorrectionKey, ...] = ()
    bound_face: str = ""
    outside: str = "fade"
    fade_frames: int = 10

    def __post_init__(self) -> None:
        """Refuse what cannot be obeyed.

        Raises:
            JobError: Frames do not rise, or a value is none of those allowed.
        """
        for before, after in zip(self.keys, self.keys[1:]):
            if after.frame <= before.frame:
                raise JobError(f"corrections: frame {after.frame} stands after {before.frame}. List each once, rising.")
        if not _FACE.match(self.bound_face):
            raise JobError(f"corrections: bound_face {self.bound_face!r} is no track number and no X,Y@FRAME.")
        if self.outside not in OUTSIDE:
            raise JobError(f"corrections: outside is {self.outside!r}: choose one of {', '.join(OUTSIDE)}.")
        if isinstance(self.fade_frames, bool) or not 0 <= self.fade_frames <= 100_000:
            raise JobError(f"corrections: fade_frames is {self.fade_frames}: it must be from 0 to 100000.")

    def with_key(self, key: CorrectionKey) -> Corrections:
        """These corrections with one more key; what it says of its frame is added to, and wins over, what was there."""
        before = next((one for one in self.keys if one.frame == key.frame), CorrectionKey(key.frame))
        merged = CorrectionKey(
            key.frame,
            {**before.landmarks, **key.landmarks},
            key.box if key.box is not None else before.box,
            key.pose if key.pose is not None else before.pose,
        )
        others = [one for one in self.keys if one.frame != key.frame]
        keys = tuple(sorted([*others, merged], key=lambda one: one.frame))
        return Corrections(keys, self.bound_face, self.outside, self.fade_frames)


def read_corrections(path: str) -> Corrections:
    """The corrections in the file at `path`.

    Raises:
        JobError: It is missing, too large, no JSON, of a newer schema, or says something that cannot be obeyed.
    """
    return parse_corrections(read_text_file(path, "corrections file", LARGEST_BYTES), path)


def parse_corrections(text: str, path: str = "corrections") -> Corrections:
    """The corrections that JSON `text` holds; `path` names it in messages.

    Raises:
        JobError: As for read_corrections.
    """
    content = parse_json(text, "corrections file", path)
    if not isinstance(content, dict) or "fsgan_corrections" not in content:
        raise JobError(f'{path} is not a corrections file: "fsgan_corrections" with the schema number is missing.')
    check_schema(content["fsgan_corrections"], SCHEMA, "fsgan_corrections", path)
    try:
        _check_entries(content, _FILE_ENTRIES, "the file")
        keys = content.get("keys", [])
        if not isinstance(keys, list):
            raise JobError("keys must be a list in brackets.")
        return Corrections(
            keys=tuple(_key(entry) for entry in keys),
            bound_face=_typed(content.get("bound_face", Corrections.bound_face), str, "bound_face"),
            outside=_typed(content.get("outside", Corrections.outside), str, "outside"),
            fade_frames=_typed(content.get("fade_frames", Corrections.fade_frames), int, "fade_frames"),
        )
    except JobError as problem:
        raise JobError(f"{path}: {problem.message}", path=path) from problem


def corrections_text(corrections: Corrections) -> str:
    """The corrections as JSON, one key a line, ending in a newline; equal corrections give equal text."""
    head: Dict[str, Any] = {
        "fsgan_corrections": SCHEMA,
        "bound_face": corrections.bound_face,
        "outside": corrections.outside,
        "fade_frames": corrections.fade_frames,
    }
    lines = [json.dumps(_key_entries(key)) for key in corrections.keys]
    keys = "[\n  " + ",\n  ".join(lines) + "\n]" if lines else "[]"
    return json.dumps(head)[:-1] + f', "keys": {keys}}}\n'


def write_corrections(corrections: Corrections, path: str) -> None:
    """Write the corrections to `path`: the whole file is there, or what was there before.

    Raises:
        OutputError: The folder is missing, full or not writable.
    """
    write_text_file(corrections_text(corrections), path, "corrections file")


def corrections_digest(corrections: Corrections) -> str:
    """Hex digits that differ where corrections differ: written into every frame that obeyed them."""
    return hashlib.sha256(corrections_text(corrections).encode()).hexdigest()


def _key(entry: Any) -> CorrectionKey:
    """One entry of `keys`."""
    if not isinstance(entry, dict) or "frame" not in entry:
        raise JobError("every key is an object in braces with a frame.")
    frame = _typed(entry["frame"], int, "frame")
    _check_entries(entry, _KEY_ENTRIES, f"the key of frame {frame}")
    points = entry.get("landmarks", {})
    if not isinstance(points, dict):
        raise JobError(f"frame {frame}: landmarks must be an object such as {{'76': [612.5, 400.25]}}.")
    landmarks: Dict[int, Point] = {}
    for number, point in points.items():
        if not number.isdecimal() or len(number) > 2 or str(int(number)) != number:
            raise JobError(f"frame {frame}: {number!r} is no landmark; they are 0 to {LANDMARK_COUNT - 1}.")
        x, y = _numbers(point, 2, f"frame {frame}: landmark {number}")
        landmarks[int(number)] = (x, y)
    box = pose = None
    if entry.get("box") is not None:
        x0, y0, x1, y1 = _numbers(entry["box"], 4, f"frame {frame}: box")
        box = (x0, y0, x1, y1)
    if entry.get("pose") is not None:
        yaw, pitch, roll = _numbers(entry["pose"], 3, f"frame {frame}: pose")
        pose = (yaw, pitch, roll)
    return CorrectionKey(frame, landmarks, box, pose)


def _key_entries(key: CorrectionKey) -> Dict[str, Any]:
    entries: Dict[str, Any] = {"frame": key.frame}
    if key.landmarks:
        entries["landmarks"] = {str(number): list(key.landmarks[number]) for number in sorted(key.landmarks)}
    if key.box is not None:
        entries["box"] = list(key.box)
    if key.pose is not None:
        entries["pose"] = list(key.pose)
    return entries


def _numbers(value: Any, count: int, place: str) -> List[float]:
    if not isinstance(value, list):
        raise JobError(f"{place} is {value!r}; it must be {count} numbers in brackets.")
    _check_numbers(tuple(value), count, place, LARGEST_PX)
    return [float(one) for one in value]


def _check_numbers(values: Tuple[Any, ...], count: int, place: str, largest: float) -> None:
    """Refuse what is not `count` numbers; NaN compares with nothing, so it is refused too."""
    numbers = [one for one in values if isinstance(one, (int, float)) and not isinstance(one, bool)]
    if not (len(values) == len(numbers) == count and all(-largest <= one <= largest for one in numbers)):
        raise JobError(f"{place} is {list(values)}; it must be {count} numbers from {-largest:g} to {largest:g}.")


def _check_entries(content: Dict[str, Any], known: Tuple[str, ...], place: str) -> None:
    for name in content:
        if name not in known:
            raise JobError(f"{place} has an unknown entry {name!r}; it may have {', '.join(known)}.")


def _typed(value: Any, wanted: Any, name: str) -> Any:
    if not isinstance(value, wanted) or isinstance(value, bool):
        raise JobError(f"{name} is {value!r}; it must be {'text' if wanted is str else 'a whole number'}.")
    return value
