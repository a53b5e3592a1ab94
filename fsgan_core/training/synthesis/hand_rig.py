"""A rigged hand from a glTF binary file, bent at random as a hand in front of a face is.

The file has one skinned mesh and joints named as in WebXR (W3C, "WebXR Hand Input Module"): a joint's -z points to the
finger's tip, its +y to the back of the hand. Here a hand stands upright, its palm towards +z, in cm.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from fsgan_core.errors import PlateError
from fsgan_core.training.synthesis.head_camera import FloatArray
from fsgan_core.training.synthesis.morphable_head import IntArray

FINGERS = ("thumb", "index-finger", "middle-finger", "ring-finger", "pinky-finger")
_FINGER_JOINTS = ("metacarpal", "phalanx-proximal", "phalanx-intermediate", "phalanx-distal", "tip")
_THUMB_JOINTS = ("metacarpal", "phalanx-proximal", "phalanx-distal", "tip")
_MAGIC, _JSON_CHUNK, _BINARY_CHUNK = 0x46546C67, 0x4E4F534A, 0x004E4942
_COMPONENTS = {5121: np.uint8, 5123: np.uint16, 5125: np.uint32, 5126: np.float32}
_WIDTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT4": 16}
# From WebXR's axes (x sideways, y out of the back of the hand, z to the arm) to those of an upright hand.
_UPRIGHT = np.array([[-1, 0, 0], [0, 0, -1], [0, -1, 0]], np.float64)
CM = 100.0


@dataclass(frozen=True)
class HandRig:
    """A hand at rest.

    Attributes:
        vertices: (N, 3) float64 cm, upright, the wrist at the origin.
        triangles: (T, 3) int32.
        joints: (N, 4) int of each vertex, weights (N, 4) with sum 1.
        weights: Shares of the joints.
        rest: Joint name to (4, 4) float64: its frame at rest.
        names: Joint names in the order of the mesh's numbers.
    """

    vertices: FloatArray
    triangles: IntArray
    joints: IntArray
    weights: FloatArray
    rest: Mapping[str, FloatArray]
    names: tuple[str, ...]


def load_hand(path: Path) -> HandRig:
    """The hand of a .glb file.

    Raises:
        PlateError: The file is missing, or is no rigged hand.
    """
    try:
        return _assemble(*_chunks(path.read_bytes()))
    except FileNotFoundError as error:
        raise PlateError("the hand is missing; --data needs occluders/*.glb", path=str(path)) from error
    except (OSError, ValueError, KeyError, IndexError, TypeError, struct.error) as error:
        raise PlateError(f"not a rigged hand ({error}); copy the data folder again", path=str(path)) from error


def bend_hand(rig: HandRig, bends: Mapping[str, tuple[float, float]]) -> FloatArray:
    """(N, 3) float64 cm: the vertices of a bent hand; the wrist stays.

    Args:
        rig: The hand.
        bends: Joint name to degrees: towards the palm, and sideways towards the thumb.
    """
    posed = {"wrist": rig.rest["wrist"]}
    for finger in FINGERS:
        parent = "wrist"
        for joint in _THUMB_JOINTS if finger == "thumb" else _FINGER_JOINTS:
            name = f"{finger}-{joint}"
            bent = np.eye(4)
            bent[:3, :3] = _bend(*bends.get(name, (0.0, 0.0)))
            posed[name] = posed[parent] @ np.linalg.inv(rig.rest[parent]) @ rig.rest[name] @ bent
            parent = name
    moves = np.stack([posed[name] @ np.linalg.inv(rig.rest[name]) for name in rig.names])
    corners = np.column_stack([rig.vertices, np.ones(len(rig.vertices))])
    moved = np.einsum("nkij,nj->nki", moves[rig.joints], corners)[..., :3]
    return np.asarray((moved * rig.weights[..., None]).sum(1))


def sample_bends(rng: np.random.Generator) -> dict[str, tuple[float, float]]:
    """Bends of a relaxed, flat, pointing or closed hand, each finger a little of its own."""
    curl = float(rng.choice([0.0, 0.15, 0.35, 0.6, 0.95])) + rng.normal(0, 0.06)
    spread = float(rng.normal(0, 6))
    pointing = rng.random() < 0.2
    bends: dict[str, tuple[float, float]] = {}
    for number, finger in enumerate(FINGERS):
        own = float(np.clip(curl + rng.normal(0, 0.1), -0.08, 1.1))
        if pointing and finger == "index-finger":
            own = 0.05
        if finger == "thumb":
            bends["thumb-metacarpal"] = (own * 18 + rng.normal(0, 6), rng.normal(0, 8))
            bends["thumb-phalanx-proximal"] = (own * 35, 0.0)
            bends["thumb-phalanx-distal"] = (own * 45 + rng.normal(0, 6), 0.0)
            continue
        sideways = spread * (2.4 - number) * (1 - min(1.0, max(0.0, own))) + rng.normal(0, 2)
        bends[f"{finger}-phalanx-proximal"] = (own * 75 + rng.normal(0, 4), float(sideways))
        bends[f"{finger}-phalanx-intermediate"] = (own * 95 + rng.normal(4, 4), 0.0)
        bends[f"{finger}-phalanx-distal"] = (own * 60 + rng.normal(3, 3), 0.0)
    return bends


def _bend(palm_deg: float, sideways_deg: float) -> FloatArray:
    """(3, 3) in a joint's frame."""
    flex, side = np.radians(-palm_deg), np.radians(sideways_deg)
    about_x = np.array([[1, 0, 0], [0, np.cos(flex), -np.sin(flex)], [0, np.sin(flex), np.cos(flex)]])
    about_y = np.array([[np.cos(side), 0, np.sin(side)], [0, 1, 0], [-np.sin(side), 0, np.cos(side)]])
    return np.asarray(about_y @ about_x)


def _chunks(content: bytes) -> tuple[Any, bytes]:
    """The description and the binary part of a .glb file."""
    magic, version, _ = struct.unpack_from("<III", content)
    if magic != _MAGIC or version != 2:
        raise ValueError("it is no glTF 2 binary file")
    found: dict[int, bytes] = {}
    place = 12
    while place < len(content):
        length, kind = struct.unpack_from("<II", content, place)
        found[kind] = content[place + 8 : place + 8 + length]
        place += 8 + length
    return json.loads(found[_JSON_CHUNK]), found[_BINARY_CHUNK]


def _assemble(description: Any, binary: bytes) -> HandRig:
    """The rig of the first mesh and skin, upright."""

    def array(number: int) -> FloatArray:
        accessor = description["accessors"][number]
        view = description["bufferViews"][accessor["bufferView"]]
        kind, width = _COMPONENTS[accessor["componentType"]], _WIDTHS[accessor["type"]]
        start = view.get("byteOffset", 0) + accessor.get("byteOffset", 0)
        return np.frombuffer(binary, kind, accessor["count"] * width, start).reshape(-1, width)

    part, skin = description["meshes"][0]["primitives"][0], description["skins"][0]
    names = tuple(str(description["nodes"][node]["name"]) for node in skin["joints"])
    inverse = array(skin["inverseBindMatrices"]).reshape(-1, 4, 4).transpose(0, 2, 1).astype(np.float64)
    place = np.eye(4)
    place[:3, :3] = _UPRIGHT * CM
    upright = place @ inverse[names.index("wrist")]
    attributes = part["attributes"]
    vertices = np.column_stack([array(attributes["POSITION"]), np.ones(len(array(attributes["POSITION"])))])
    weights = array(attributes["WEIGHTS_0"]).astype(np.float64)
    return HandRig(
        vertices=(vertices @ upright.T)[:, :3],
        triangles=array(part["indices"]).reshape(-1, 3).astype(np.int32),
        joints=array(attributes["JOINTS_0"]).astype(np.int64),
        weights=weights / np.maximum(weights.sum(1, keepdims=True), 1e-9),
        rest={name: upright @ np.linalg.inv(matrix) for name, matrix in zip(names, inverse, strict=True)},
        names=names,
    )
