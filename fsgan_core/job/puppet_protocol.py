"""What a viewer and the process `fsgan puppet` say to each other: one JSON object a line, pictures as raw bytes behind.

To the process (standard input):

    {"id": 1, "pose": [yaw, pitch, roll], "expression": {"jaw": 0.5}, "keep": false}    a picture at this pose, please
    {"id": 2, "view": 3}                                                                 the view of that number, please
    {"quit": true}                                                                       or simply the end of the input

From it (standard output): events of the engine as of `--log json` while the source is opened (`event`: step, frame,
note, ...), then

    {"event": "map", "views": [{"pose": [...], "frame": 12, "origin": "photographed"}, ...],
     "points": [[yaw, pitch], ...], "owners": [0, 1, ...], "triangles": [[0, 5, 9], ...], "boundary_deg": 75.0}
    {"event": "picture", "id": 1, "width": 256, "height": 256, "bytes": 196608, "views": [4, 0], "weights": [0.7, 0.3],
     "inside": true, "triangle": 12, "shares": [...], "pose": [...]}
                                           followed by that many bytes: rows from the top, R G B, 8 bit sRGB
    {"event": "skipped", "id": 1}          a newer pose came before this one's turn, and it did not say keep
    {"event": "refused", "id": 1, "message": "..."}

`owners` says which view each of `points` stands for: a copy, or -1 for the four boundary points.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from typing import Any, Dict, Mapping, Optional, Tuple

from fsgan_core.errors import JobError

LARGEST_LINE = 1 << 16
"""A longer line is no request."""
LARGEST_ANGLE_DEG = 75.0
"""Yaw and pitch beyond the appearance map's boundary have no views; roll may be anything up to half a turn."""


@dataclass(frozen=True)
class PuppetRequest:
    """One thing asked of the puppet.

    Args:
        id: Comes back with the answer.
        pose: yaw, pitch, roll in degrees of the picture wanted, or None.
        view: Number of the view wanted, or None.
        expression: Name to amount, as of the engine's sliders: jaw, smile, brows, blink.
        keep: Answer it even where a newer pose waits.
        quit: End the process.
    """

    id: int = 0
    pose: Optional[Tuple[float, float, float]] = None
    view: Optional[int] = None
    expression: Mapping[str, float] = field(default_factory=dict)
    keep: bool = False
    quit: bool = False


def request_line(request: PuppetRequest) -> str:
    """The request as one line of JSON, its end included."""
    entries: Dict[str, Any] = {"id": request.id}
    if request.pose is not None:
        entries["pose"] = list(request.pose)
    if request.view is not None:
        entries["view"] = request.view
    if request.expression:
        entries["expression"] = dict(request.expression)
    if request.keep:
        entries["keep"] = True
    if request.quit:
        entries["quit"] = True
    return json.dumps(entries) + "\n"


def parse_request(line: str) -> PuppetRequest:
    """The request in one line.

    Raises:
        JobError: It is no request, or its pose lies beyond the boundary or is no number.
    """
    if len(line) > LARGEST_LINE:
        raise JobError("a request is one short line of JSON.")
    try:
        content = json.loads(line)
    except (ValueError, RecursionError) as problem:
        raise JobError(f"a request is one line of JSON: {problem}.") from problem
    if not isinstance(content, dict):
        raise JobError("a request is a JSON object in braces.")
    number = content.get("id", 0)
    if isinstance(number, bool) or not isinstance(number, int):
        raise JobError(f"id is {number!r}; it must be a whole number.")
    quit_asked = content.get("quit") is True
    view, pose = content.get("view"), None
    if view is not None and (isinstance(view, bool) or not isinstance(view, int) or view < 0):
        raise JobError(f"view is {view!r}; it must be the number of a view.")
    if "pose" in content:
        pose = check_pose(content["pose"])
    if not quit_asked and (pose is None) == (view is None):
        raise JobError("a request holds a pose, a view or quit.")
    amounts = _amounts(content.get("expression", {}))
    return PuppetRequest(number, pose, view, amounts, content.get("keep") is True, quit_asked)


def check_pose(value: Any) -> Tuple[float, float, float]:
    """Yaw, pitch and roll in degrees, if that is what `value` is.

    Raises:
        JobError: It is not three finite numbers, or reaches beyond the appearance map.
    """
    numbers = value if isinstance(value, (list, tuple)) else []
    if len(numbers) != 3 or any(isinstance(one, bool) or not isinstance(one, (int, float)) for one in numbers):
        raise JobError(f"pose is {value!r}; it must be yaw, pitch and roll in degrees.")
    yaw, pitch, roll = (float(one) if abs(one) < 1e6 else math.inf for one in numbers)
    if not all(math.isfinite(one) for one in (yaw, pitch, roll)):
        raise JobError(f"pose is {list(numbers)}; yaw, pitch and roll must be finite numbers.")
    for name, angle in (("yaw", yaw), ("pitch", pitch)):
        if abs(angle) > LARGEST_ANGLE_DEG:
            raise JobError(
                f"{name} is {angle:g} degrees: no view lies beyond {LARGEST_ANGLE_DEG:g}. "
                f"Keep it from {-LARGEST_ANGLE_DEG:g} to {LARGEST_ANGLE_DEG:g}."
            )
    if abs(roll) > 180:
        raise JobError(f"roll is {roll:g} degrees: keep it from -180 to 180.")
    return yaw, pitch, roll


def _amounts(value: Any) -> Dict[str, float]:
    if not isinstance(value, dict):
        raise JobError(f"expression is {value!r}; it must be an object such as {{'jaw': 0.5}}.")
    for name, amount in value.items():
        if isinstance(amount, bool) or not isinstance(amount, (int, float)) or not -10 <= amount <= 10:
            raise JobError(f"expression {name} is {amount!r}; it must be a number such as 0.5.")
    return {name: float(amount) for name, amount in value.items()}
