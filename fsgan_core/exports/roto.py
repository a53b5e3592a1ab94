"""A face's outline for Nuke's Roto: one key as node text, all keys as JSON and as a script that runs in Nuke.

Only shapes with a single key are proven to read back as text, so that the animated one is made through nuke.rotopaint.
"""

from __future__ import annotations

import json
import struct
from typing import Any

import numpy as np

from fsgan_core.exports.face_contour import AnimatedContour
from fsgan_core.exports.nuke_text import node, to_nuke

SHAPE_NAME = "FSGAN_Face"


def roto_text(contour: AnimatedContour, key: int, picture_size: tuple[int, int]) -> str:
    """A Roto node whose shape stands as in one key.

    Args:
        contour: The outline.
        key: Which of its keys.
        picture_size: height, width of the display window, px.
    """
    height, width = picture_size
    points = to_nuke(contour.points[key], height)
    tangents = contour.tangents[key] * (1, -1)
    frame = hexadecimal(float(contour.frames[key]))
    vertices = "".join(
        f"\n        {{{_pair(-tangent)}}}\n        {{{_pair(point)}}}\n        {{{_pair(tangent)}}}"
        for point, tangent in zip(points, tangents, strict=True)
    )
    middle_x, middle_y = hexadecimal(width / 2), hexadecimal(height / 2)
    centre = _pair(points.mean(0))
    shape = (
        f"{{{{{{v x3f99999a}}\n  {{f 0}}\n  {{n\n   {{layer Root\n    {{f 2097152}}\n    {{t {middle_x} {middle_y}}}\n"
        f"    {{a}}\n    {{curvegroup {SHAPE_NAME} 512 bezier\n     {{{{cc\n       {{f 8192}}\n"
        f"       {{px {frame}{vertices}}}}}     idem}}\n     {{tx {frame} {centre}}}\n"
        f"     {{a osw x41200000 osf 0 str 1 spx {middle_x} spy {middle_y} sb 1 tt x40800000}}}}}}}}}}}}"
    )
    return node("Roto", "FSGAN_Roto", [("inputs", "0"), ("output", "alpha"), ("curves", shape)])


def roto_json(contour: AnimatedContour, picture_size: tuple[int, int]) -> dict[str, Any]:
    """All keys, in Nuke px: what the script holds, for other programs.

    Args:
        contour: The outline.
        picture_size: height, width of the display window, px.
    """
    height, width = picture_size
    points = to_nuke(contour.points, height)
    keys = [
        {
            "frame": int(frame),
            "points": np.round(places, 3).tolist(),
            "tangents": np.round(handles * (1, -1), 3).tolist(),
        }
        for frame, places, handles in zip(contour.frames, points, contour.tangents, strict=True)
    ]
    return {
        "fsgan_shape": 1,
        "name": SHAPE_NAME,
        "width": width,
        "height": height,
        "about": "Closed Bezier curve. px from the bottom left corner, y up. A tangent leads from its point to the "
        "handle towards the next point; the other handle is its opposite.",
        "keys": keys,
    }


def roto_script(contour: AnimatedContour, picture_size: tuple[int, int]) -> str:
    """A script for Nuke that makes the animated shape; it needs nothing but Nuke.

    Args:
        contour: The outline.
        picture_size: height, width of the display window, px.
    """
    data = roto_json(contour, picture_size)
    keys = ",\n    ".join(json.dumps(key) for key in data["keys"])
    return _SCRIPT.replace("@NAME@", SHAPE_NAME).replace("@KEYS@", keys)


def hexadecimal(value: float) -> str:
    """A number as Nuke writes it in shapes: `x` and the bits of a 32-bit float, big end first; 0 as it is."""
    return "0" if value == 0 else "x" + struct.pack(">f", value).hex()


def _pair(point: np.ndarray) -> str:
    return f"{hexadecimal(float(point[0]))} {hexadecimal(float(point[1]))}"


_SCRIPT = '''"""Makes a face's outline as an animated shape of a Roto node. Run it in Nuke (Script Editor, nuke -t)."""

import nuke
import nuke.rotopaint

NAME = "@NAME@"
# Nuke px; a tangent leads from its point to the handle towards the next point.
KEYS = [
    @KEYS@,
]


def make_shape():
    """The Roto node with the shape."""
    node = nuke.createNode("Roto", inpanel=False)
    curves = node["curves"]
    shape = nuke.rotopaint.Shape(curves)
    shape.name = NAME
    for x, y in KEYS[0]["points"]:
        shape.append(nuke.rotopaint.ShapeControlPoint(x, y))
    for key in KEYS:
        frame = key["frame"]
        for index, ((x, y), (dx, dy)) in enumerate(zip(key["points"], key["tangents"])):
            point = shape[index]
            point.center.addPositionKey(frame, (x, y))
            point.leftTangent.addPositionKey(frame, (-dx, -dy))
            point.rightTangent.addPositionKey(frame, (dx, dy))
            point.featherLeftTangent.addPositionKey(frame, (-dx, -dy))
            point.featherRightTangent.addPositionKey(frame, (dx, dy))
    curves.rootLayer.append(shape)
    curves.changed()
    return node


make_shape()
'''
