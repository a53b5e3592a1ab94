"""Landmarks as the tracks of a Tracker4 node."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fsgan_core.exports.face_motion import FaceMotion
from fsgan_core.exports.landmark_names import track_name
from fsgan_core.exports.nuke_text import curve, node, number, quoted, to_nuke

# Each column of the `tracks` table as Nuke writes it: type, flag, width, name, label.
TRACK_COLUMNS = (
    "5 1 20 enable e", "3 1 75 name name", "2 1 58 track_x track_x", "2 1 58 track_y track_y",
    "2 1 63 offset_x offset_x", "2 1 63 offset_y offset_y", "4 1 27 T T", "4 1 27 R R", "4 1 27 S S",
    "2 0 45 error error", "1 1 0 error_min error_min", "1 1 0 error_max error_max",
    *(f"1 1 0 {word} {word}" for word in (
        "pattern_x", "pattern_y", "pattern_r", "pattern_t", "search_x", "search_y", "search_r", "search_t",
    )),
    *(f"2 1 0 {word} {word}" for word in (
        "key_track", "key_search_x", "key_search_y", "key_search_r", "key_search_t", "key_track_x", "key_track_y",
        "key_track_r", "key_track_t", "key_centre_offset_x", "key_centre_offset_y",
    )),
)  # fmt: skip
_KEY_COLUMNS = 11
_PATTERN_SHARE = 0.08
_SEARCH_SHARE = 0.14


def tracker_text(motion: FaceMotion, landmarks: Sequence[int], name: str = "FSGAN_Tracker") -> str:
    """A Tracker4 with one track a landmark and a key on every frame.

    Args:
        motion: The face.
        landmarks: Numbers of the landmarks, WFLW order.
        name: The node's name.
    """
    points = to_nuke(motion.landmarks, motion.picture_size[0])
    side = float(np.median(motion.boxes[:, 2] - motion.boxes[:, 0]))
    rows = [_row(motion, track_name(landmark), points[:, landmark], side) for landmark in landmarks]
    columns = "\n".join(f"{{ {column} 1 }}" for column in TRACK_COLUMNS)
    table = f"{{ {{ 1 {len(TRACK_COLUMNS)} {len(rows)} }}\n{{ {columns}\n}}\n{{\n" + "\n".join(rows) + "\n}\n}"
    label = quoted(f"landmarks of FSGAN, {len(rows)} tracks")
    first = str(int(motion.frames[0]))
    return node("Tracker4", name, [("tracks", table), ("reference_frame", first), ("label", label)])


def _row(motion: FaceMotion, name: str, points: np.ndarray, side: float) -> str:
    """One line of the table.

    Args:
        motion: Whose frames count.
        name: Of the track.
        points: (N, 2) Nuke px.
        side: Of the face box, px; the pattern boxes are made from it.
    """
    x, y = motion.keys(points[:, 0]), motion.keys(points[:, 1])
    present = {int(frame): 1.0 for frame in motion.frames}
    # Switched off where the person is absent.
    present |= {frame + 1: 0.0 for frame in present if frame + 1 not in present and frame != int(motion.frames[-1])}
    boxes = [number(sign * round(side * share)) for share in (_PATTERN_SHARE, _SEARCH_SHARE) for sign in (-1, -1, 1, 1)]
    cells = [
        curve(present, "K"), quoted(name), curve(x), curve(y), "{}", "{}", "1", "0", "0",
        curve(dict.fromkeys(x, 0.0)), "1", "0", *boxes, *["{}"] * _KEY_COLUMNS,
    ]  # fmt: skip
    assert len(cells) == len(TRACK_COLUMNS)
    return " { " + " ".join(cells) + " }"
