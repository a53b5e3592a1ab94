"""The outline lies on the face, in the text of one key and in the script that Nuke runs."""

from __future__ import annotations

import json
import runpy
import struct
import sys
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from fsgan_core.exports.face_contour import CONTOUR_POINTS, face_contour
from fsgan_core.exports.roto import hexadecimal, roto_json, roto_script, roto_text
from fsgan_core.face.face_analysis import FaceAnalysis

SIZE = (540, 960)


def on_ellipse(points: np.ndarray, middle: tuple[float, float]) -> np.ndarray:
    """1 on the outline of the placed face: an ellipse of 60 x 80 crop px, at 200 / 256 plate px each."""
    scale = 200 / 256
    return np.hypot((points[:, 0] - middle[0]) / (60 * scale), (points[:, 1] - middle[1]) / (80 * scale))


def test_outline_lies_where_the_face_ends(face: FaceAnalysis) -> None:
    contour = face_contour(face, face.frames, 0.0)
    assert contour.points.shape == (5, CONTOUR_POINTS, 2)
    np.testing.assert_allclose(on_ellipse(contour.points[0], (380, 180)), 1, atol=0.01)
    np.testing.assert_allclose(on_ellipse(contour.points[4], (410, 192)), 1, atol=0.01)


def test_first_point_stays_at_the_chin_when_the_head_rolls(face: FaceAnalysis) -> None:
    contour = face_contour(face, face.frames, 0.0)
    down = contour.points[:, 0] - contour.points.mean(1)
    # Roll goes from 0 to 20 degrees, clockwise: the chin swings to the left of the picture.
    assert np.degrees(np.arctan2(-down[:, 0], down[:, 1])) == pytest.approx([0, 5, 10, 15, 20], abs=1.5)


def test_keys_are_left_out_where_a_line_does_as_well(face: FaceAnalysis) -> None:
    still = replace(face, poses=np.zeros_like(face.poses))
    # It moves in a straight line; the first and last frame of each of the two runs remain.
    assert face_contour(still, still.frames, 0.5).frames.tolist() == [1001, 1003, 1006, 1007]
    assert face_contour(face, face.frames, 0.0).frames.tolist() == face.frames.tolist()
    assert face_contour(still, still.frames[1:4], 0.0).frames.tolist() == [1002, 1003, 1006]


def test_hand_before_the_nose_leaves_the_outline_of_the_landmarks(face_at: Any) -> None:
    face = face_at(frames=np.array([1]))
    empty = np.zeros((3, 256, 256), np.float32)
    empty[0] = 1
    from fsgan_core.face.segment import compress_segmentation

    points = face.landmarks.copy()
    angle = np.linspace(0, 2 * np.pi, 98)
    points[0] = np.stack([128 + 50 * np.cos(angle), 128 + 50 * np.sin(angle)], 1)
    covered = replace(face, segmentations=(compress_segmentation(empty),), landmarks=points)
    contour = face_contour(covered, covered.frames, 0.0)
    from_nose = contour.points[0] - covered.at(1).crop.to_plate(points[0, 51:60].mean(0))  # type: ignore[union-attr]
    assert np.isfinite(contour.points).all()
    assert np.linalg.norm(from_nose, axis=1).max() < 110 * 200 / 256


def number(word: str) -> float:
    """A number of a shape: decimal, or x and the bits of a float."""
    return struct.unpack(">f", bytes.fromhex(word[1:].zfill(8)))[0] if word.startswith("x") else float(word)


def test_single_key_text_reads_back(real_tcl: Any, face: FaceAnalysis) -> None:
    contour = face_contour(face, face.frames, 0.0)
    (node,) = real_tcl.read_nodes(roto_text(contour, 1, SIZE))
    read = real_tcl.read_words
    assert (node.class_name, node["output"], node.inputs) == ("Roto", "alpha", [])
    (shapes,) = read(node["curves"])
    version, flags, nodes = (read(part) for part in read(shapes))
    assert (version[0], number(version[1])) == ("v", pytest.approx(1.2))
    assert flags == ["f", "0"]
    layer = read(nodes[1])
    assert layer[:2] == ["layer", "Root"]
    group = read(layer[5])
    assert group[:4] == ["curvegroup", "FSGAN_Face", "512", "bezier"]
    shape, feather = read(group[4])
    assert feather == "idem"
    (curve,) = [part for part in read(shape) if part.startswith("px")] or [read(shape)[2]]
    px = read(curve)
    assert px[0] == "px"
    assert number(px[1]) == 1002
    vertices = [tuple(number(word) for word in read(part)) for part in px[2:]]
    assert len(vertices) == 3 * CONTOUR_POINTS
    left, points, right = (np.array(vertices[index::3]) for index in range(3))
    np.testing.assert_allclose(on_ellipse(points * (1, -1) + (0, 540), (385, 182)), 1, atol=0.01)
    np.testing.assert_array_equal(left, -right)
    # A tangent points the way that the outline goes.
    along = np.roll(points, -1, 0) - np.roll(points, 1, 0)
    np.testing.assert_allclose(right, along / 6, atol=1e-3)


def test_numbers_of_shapes_are_the_bits_of_floats() -> None:
    assert hexadecimal(960.0) == "x44700000"
    assert hexadecimal(0.0) == "0"


@dataclass
class Position:
    """A strict AnimControlPoint."""

    keys: dict[float, tuple[float, float]] = field(default_factory=dict)

    def addPositionKey(self, time: float, position: tuple[float, float]) -> None:
        assert isinstance(position, tuple)
        self.keys[time] = position


@dataclass
class ControlPoint:
    """A strict ShapeControlPoint."""

    x: float
    y: float
    center: Position = field(default_factory=Position)
    leftTangent: Position = field(default_factory=Position)
    rightTangent: Position = field(default_factory=Position)
    featherLeftTangent: Position = field(default_factory=Position)
    featherRightTangent: Position = field(default_factory=Position)


class Shape(list[ControlPoint]):
    """A strict Shape."""

    def __init__(self, curves: Any) -> None:
        super().__init__()
        assert curves.is_curves
        self.name = ""


@dataclass
class Curves:
    """The curves knob of a Roto node."""

    is_curves = True
    rootLayer: list[Shape] = field(default_factory=list)
    changes: int = 0

    def changed(self) -> None:
        self.changes += 1


@pytest.fixture
def nuke_curves(monkeypatch: pytest.MonkeyPatch) -> Curves:
    """A nuke module with nothing but what the script may use; the curves of the node that it creates."""
    curves = Curves()
    nuke, rotopaint = ModuleType("nuke"), ModuleType("nuke.rotopaint")

    def create(class_name: str, inpanel: bool = True) -> dict[str, Curves]:
        assert (class_name, inpanel) == ("Roto", False)
        return {"curves": curves}

    nuke.createNode = create  # type: ignore[attr-defined]
    nuke.rotopaint = rotopaint  # type: ignore[attr-defined]
    rotopaint.Shape, rotopaint.ShapeControlPoint = Shape, ControlPoint  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "nuke", nuke)
    monkeypatch.setitem(sys.modules, "nuke.rotopaint", rotopaint)
    return curves


def test_script_makes_the_animated_shape(face: FaceAnalysis, nuke_curves: Curves, tmp_path: Path) -> None:
    contour = face_contour(face, face.frames, 0.5)
    path = tmp_path / "face_roto.py"
    path.write_text(roto_script(contour, SIZE), encoding="utf-8")
    runpy.run_path(str(path))
    (shape,) = nuke_curves.rootLayer
    assert (shape.name, len(shape), nuke_curves.changes) == ("FSGAN_Face", CONTOUR_POINTS, 1)
    data = json.loads(json.dumps(roto_json(contour, SIZE)))
    assert [key["frame"] for key in data["keys"]] == contour.frames.tolist()
    for index, point in enumerate(shape):
        assert list(point.center.keys) == contour.frames.tolist()
        for key in data["keys"]:
            assert point.center.keys[key["frame"]] == tuple(key["points"][index])
            dx, dy = key["tangents"][index]
            assert point.rightTangent.keys[key["frame"]] == (dx, dy)
            assert point.leftTangent.keys[key["frame"]] == (-dx, -dy)
    points = np.array([point.center.keys[1007] for point in shape])
    np.testing.assert_allclose(on_ellipse(points * (1, -1) + (0, 540), (410, 192)), 1, atol=0.01)
