"""Text that Nuke reads: nodes, curves and quoting. A .nk file is a Tcl script; every node is a command with one list.

Positions are turned over here and nowhere else: the engine counts y down from the top edge of the picture, Nuke up from
the bottom edge. Both count pixel centres at +0.5, so that nothing else changes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

Keys = Mapping[int, float]
"""Frame number to value."""


def to_nuke(points: np.ndarray, picture_height: float) -> np.ndarray:
    """Points of the picture where Nuke has them.

    Args:
        points: (..., 2) px from the top-left corner of the display window, y down, pixel centres at +0.5.
        picture_height: Height of the display window, px.

    Returns:
        (..., 2) float64 px from its bottom-left corner, y up, pixel centres at +0.5. Applied twice it changes nothing.
    """
    points = np.asarray(points, np.float64)
    return np.stack([points[..., 0], picture_height - points[..., 1]], -1)


def node(class_name: str, name: str, knobs: Sequence[tuple[str, str]]) -> str:
    """One node as text.

    Args:
        class_name: Such as `Tracker4`.
        name: The node's name.
        knobs: Knob name and value, the value as it shall stand (`quoted` what is free text).
    """
    lines = [f" {knob} {value}" for knob, value in [*knobs, ("name", name)]]
    return "\n".join([f"{class_name} {{", *lines, "}"]) + "\n"


def curve(keys: Keys, kind: str = "") -> str:
    """An animation, `{curve x1001 10 10.5 x1010 20}`: a frame number where frames jump, else one value a frame.

    Args:
        keys: At least one.
        kind: "" for Nuke's default (smooth), "K" for constant, "L" for linear.
    """
    words, before = ["curve", kind] if kind else ["curve"], None
    for frame in sorted(keys):
        if before is None or frame != before + 1:
            words.append(f"x{frame}")
        words.append(number(keys[frame]))
        before = frame
    return "{" + " ".join(words) + "}"


def curves(*animations: Keys) -> str:
    """The value of a knob of several numbers: `{{curve ...} {curve ...}}`."""
    return "{" + " ".join(curve(keys) for keys in animations) + "}"


def number(value: float) -> str:
    """A number to a ten-thousandth, without trailing zeros."""
    text = f"{value:.4f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def quoted(text: str) -> str:
    """Free text as one Tcl word, also for the knob that evaluates it once more: `[` and `$` escaped."""
    for sign in ("\\", '"', "[", "]", "$", "{", "}"):
        text = text.replace(sign, "\\" + sign)
    return '"' + text.replace("\n", "\\n") + '"'


def read_node(name: str, path: str, frames: tuple[int, int]) -> str:
    """A Read of an EXR sequence whose numbers are no colours.

    Args:
        name: The node's name.
        path: Pattern of the sequence; backslashes become slashes, which Nuke takes on every system.
        frames: First and last.
    """
    first, last = (str(frame) for frame in frames)
    knobs = [
        ("inputs", "0"), ("file_type", "exr"), ("file", quoted(path.replace("\\", "/"))), ("first", first),
        ("last", last), ("origfirst", first), ("origlast", last), ("origset", "true"), ("on_error", "black"),
        ("raw", "true"),
    ]  # fmt: skip
    return node("Read", name, knobs)
