"""The shapes of the tiny data folder: an egg of a face, a hand of blocks, and the egg once more as MakeHuman has it."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import cv2
import numpy as np

from fsgan_core.geometry.head_rotation import pose_to_rotation
from fsgan_core.training.synthesis import makehuman_label_points

GRID = 41
BALL_RINGS, BALL_SIDES = 9, 14
EYE_U, EYE_V = 0.166, 0.718


def surface(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """(..., 3) cm: the point of the face at an atlas place; half an egg, its front towards +z."""
    across, up = np.radians((u - 0.5) / 0.9 * 170), np.radians((v - 0.5) / 0.9 * 150)
    return np.stack([7.5 * np.sin(across) * np.cos(up), 0.5 + 10 * np.sin(up), 9.5 * np.cos(across) * np.cos(up)], -1)


def landmark_places() -> dict[int, tuple[float, float]]:
    """Atlas place of the landmarks 33..95."""
    places: dict[int, tuple[float, float]] = {}

    def ring(first: int, count: int, centre: tuple[float, float], radius: tuple[float, float]) -> None:
        for k in range(count):
            turn = np.pi - 2 * np.pi * k / count
            places[first + k] = (centre[0] + radius[0] * np.cos(turn), centre[1] + radius[1] * np.sin(turn))

    for k in range(5):
        places[33 + k], places[42 + k] = (0.24 + 0.04 * k, 0.82), (0.60 + 0.04 * k, 0.82)
    for k in range(4):
        places[38 + k], places[47 + k] = (0.40 - 0.04 * k, 0.79), (0.72 - 0.04 * k, 0.79)
    for k in range(4):
        places[51 + k] = (0.5, 0.70 - 0.06 * k)
    for k in range(5):
        places[55 + k] = (0.44 + 0.03 * k, 0.47)
    ring(60, 8, (0.5 - EYE_U, EYE_V), (0.07, 0.03))
    ring(68, 8, (0.5 + EYE_U, EYE_V), (0.07, 0.03))
    ring(76, 12, (0.5, 0.33), (0.12, 0.07))
    ring(88, 8, (0.5, 0.33), (0.09, 0.03))
    return places


def number_grid(wanted: list[tuple[int, tuple[float, float]]], count: int) -> tuple[np.ndarray, np.ndarray]:
    """(G*G,) number below `count` and (G*G, 2) uv of each grid point; wanted numbers lie next to their places."""
    step = np.linspace(0.05, 0.95, GRID)
    v, u = np.meshgrid(step, step, indexing="ij")
    uv = np.stack([u.ravel(), v.ravel()], 1)
    number = np.full(len(uv), -1)
    for vertex, place in wanted:
        if vertex not in number:
            distance = ((uv - place) ** 2).sum(1) + 1e3 * (number >= 0)
            number[np.argmin(distance)] = vertex
    free = np.setdiff1d(np.arange(count), number)
    number[number < 0] = free[: (number < 0).sum()]
    return number, uv


def ball(
    centre: np.ndarray, radius: float, rings: int = BALL_RINGS, sides: int = BALL_SIDES
) -> tuple[np.ndarray, np.ndarray]:
    """Vertices and outward triangles of a ball whose poles lie on the z axis."""
    polar, around = np.meshgrid(
        np.linspace(0, np.pi, rings), np.linspace(0, 2 * np.pi, sides, endpoint=False), indexing="ij"
    )
    points = np.stack([np.sin(polar) * np.cos(around), np.sin(polar) * np.sin(around), np.cos(polar)], -1)
    corner = np.arange(rings * sides).reshape(rings, sides)
    a, b, c, d = corner[:-1], corner[1:], np.roll(corner, -1, 1)[:-1], np.roll(corner, -1, 1)[1:]
    triangles = np.concatenate([np.stack([a, b, c], -1).reshape(-1, 3), np.stack([c, b, d], -1).reshape(-1, 3)])
    return centre + radius * points.reshape(-1, 3), triangles


def tiny_hand() -> bytes:
    """A glTF binary file of a hand of blocks: one on each of its 25 joints, in WebXR's names and axes, in metres."""
    places = {"wrist": (0.0, 0.0, 0.0)}
    joints = ("metacarpal", "phalanx-proximal", "phalanx-intermediate", "phalanx-distal", "tip")
    for k, finger in enumerate(("thumb", "index-finger", "middle-finger", "ring-finger", "pinky-finger")):
        for step, joint in enumerate(joints[:2] + joints[3:] if finger == "thumb" else joints):
            places[f"{finger}-{joint}"] = (0.02 * (k - 2), 0.0, -0.03 * (step + 1))
    block, faces = ball(np.zeros(3), 0.012)
    points = np.concatenate([block + place for place in places.values()]).astype("<f4")
    triangles = np.concatenate([faces + len(block) * k for k in range(len(places))]).astype("<u2")
    number = np.zeros((len(points), 4), np.uint8)
    number[:, 0] = np.repeat(np.arange(len(places)), len(block))
    weights = np.tile(np.array([1, 0, 0, 0], "<f4"), (len(points), 1))
    inverse = np.tile(np.eye(4), (len(places), 1, 1))
    inverse[:, :3, 3] = -np.array(list(places.values()))
    arrays = [points, number, weights, triangles.ravel(), inverse.transpose(0, 2, 1).astype("<f4")]
    kinds = [(5126, "VEC3"), (5121, "VEC4"), (5126, "VEC4"), (5123, "SCALAR"), (5126, "MAT4")]
    blobs = [array.tobytes() + b"\0" * (-array.nbytes % 4) for array in arrays]
    starts = np.cumsum([0] + [len(blob) for blob in blobs]).tolist()
    description = {
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0, "JOINTS_0": 1, "WEIGHTS_0": 2}, "indices": 3}]}],
        "skins": [{"joints": list(range(len(places))), "inverseBindMatrices": 4}],
        "nodes": [{"name": name} for name in places],
        "bufferViews": [{"byteOffset": start} for start in starts[:-1]],
        "accessors": [
            {"bufferView": k, "componentType": kind, "type": layout, "count": len(array)}
            for k, ((kind, layout), array) in enumerate(zip(kinds, arrays, strict=True))
        ],
    }
    text = json.dumps(description).encode()
    text += b" " * (-len(text) % 4)
    chunks = struct.pack("<II", len(text), 0x4E4F534A) + text
    chunks += struct.pack("<II", starts[-1], 0x004E4942) + b"".join(blobs)
    return struct.pack("<III", 0x46546C67, 2, 12 + len(chunks)) + chunks


BODY_VERTICES = 12100
MAKEHUMAN_PITCH_DEG, MAKEHUMAN_SCALE = 6.0, 0.9
# Where the tiny head's frame begins in MakeHuman's, cm.
MAKEHUMAN_ORIGIN = np.array([0, 68.0, 2.0])


def to_makehuman(points: np.ndarray) -> np.ndarray:
    """MakeHuman's dm of points in cm of the head's frame: smaller, nose up, and as high as a body is."""
    return (points * MAKEHUMAN_SCALE @ pose_to_rotation(0, MAKEHUMAN_PITCH_DEG, 0).T + MAKEHUMAN_ORIGIN) / 10


def write_makehuman(folder: Path) -> None:
    """A `makehuman_head.npz` of the same egg as the tiny head, and textures of one colour each."""
    table, marks = makehuman_label_points, landmark_places()
    wanted = [(table.VERTEX_OF_LANDMARK[mark][0], place) for mark, place in marks.items()]
    turn = np.linspace(0, np.pi, len(table.JAW))
    jaw = zip(0.5 - 0.38 * np.cos(turn), 0.66 - 0.52 * np.sin(turn), strict=True)
    wanted += list(zip(table.JAW, jaw, strict=True))
    turn = np.linspace(np.pi, 0, len(table.HAIR_LINE))
    line = zip(0.5 + 0.36 * np.cos(turn), 0.70 + 0.18 * np.sin(turn), strict=True)
    wanted += list(zip(table.HAIR_LINE, line, strict=True))
    wanted += list(zip(table.FACE_CENTRE, [(0.5, 0.49), (0.5, 0.66), (0.5, 0.52)], strict=True))
    number, uv = number_grid(wanted, BODY_VERTICES)
    cell = number.reshape(GRID, GRID)
    a, b, c, d = cell[:-1, :-1], cell[:-1, 1:], cell[1:, :-1], cell[1:, 1:]
    skin = np.concatenate([np.stack([a, b, c], -1).reshape(-1, 3), np.stack([b, d, c], -1).reshape(-1, 3)])
    body, body_uv = np.zeros((BODY_VERTICES, 3)), np.zeros((BODY_VERTICES, 2))
    body[number], body_uv[number] = surface(uv[:, 0], uv[:, 1]), uv
    middle = body_uv[skin].mean(1)
    eye = ((np.abs(np.abs(middle[:, 0] - 0.5) - EYE_U) / 0.055) ** 2 + ((middle[:, 1] - EYE_V) / 0.02) ** 2) < 1
    jaw_drop = np.zeros_like(body)
    jaw_drop[number[(uv[:, 1] < 0.33)]] = [0, -0.2, 0]
    arrays: dict[str, np.ndarray] = {
        "verts": to_makehuman(body).astype(np.float32), "uv": body_uv.astype(np.float32),
        "head_tris": skin[~eye].astype(np.int32), "head_tris_uv": skin[~eye].astype(np.int32),
    }  # fmt: skip
    arrays |= _tiny_targets(number, jaw_drop)
    arrays |= _tiny_pieces(body)
    np.savez(folder / "makehuman_head.npz", **arrays)
    for name, colour in (
        ("skin_middleage_lightskinned_female_diffuse", (120, 150, 200)), ("skin_old_darkskinned_male", (40, 60, 90)),
        ("eye_brown_eye", (240, 240, 240)), ("hair_short01", (20, 60, 20)), ("eyebrow001", (10, 10, 10)),
        ("clothes_female_suit", (200, 60, 60)), ("clothes_male_suit", (200, 60, 60)),
    ):  # fmt: skip
        picture = np.zeros((16, 16, 4), np.uint8) + np.array([*colour, 255], np.uint8)
        cv2.imwrite(str(folder / "textures" / f"{name}.png"), picture)


def _tiny_targets(number: np.ndarray, jaw_drop: np.ndarray) -> dict[str, np.ndarray]:
    """Grown-ups and a child of each ancestry (only the child moves), a wider chin, a younger head, an open mouth."""
    still = np.zeros((len(number), 3))
    targets = {
        f"macrodetails/{ancestry}-{gender}-{age}": still if age != "child" else still - 1.0
        for ancestry in ("african", "asian", "caucasian") for gender in ("female", "male")
        for age in ("child", "young", "old")
    }  # fmt: skip
    targets["chin/chin-width-incr"] = still + [0.001, 0, 0]
    targets["head/head-age-decr"] = still + 1.0
    targets["head/head-age-incr"] = still
    for ancestry in ("african", "asian", "caucasian"):
        targets[f"expression/units/{ancestry}/mouth-open"] = jaw_drop[number]
    return {
        "target_names": np.array(list(targets)),
        "target_ptr": np.arange(len(targets) + 1) * len(number),
        "target_idx": np.tile(number, len(targets)).astype(np.uint16),
        "target_delta": np.concatenate(list(targets.values())).astype(np.float16),
    }


def _tiny_pieces(body: np.ndarray) -> dict[str, np.ndarray]:
    """Two eyes, a cap of hair, brows before the face, a hat and a breastplate, all tied to the tip of the nose."""
    eyes = [ball(surface(np.array(0.5 + side * EYE_U), np.array(EYE_V)) * [0.9, 1, 0.74], 1.5) for side in (1, -1)]
    cap, cap_triangles = ball(np.array([0.0, 8.0, -1.0]), 6.2)
    quad, two = np.array([[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]]), np.array([[0, 1, 2], [0, 2, 3]])
    meshes = {
        "eyes": (np.concatenate([eyes[0][0], eyes[1][0]]), np.concatenate([eyes[0][1], eyes[1][1] + len(eyes[0][0])])),
        "hair_short01": (cap, cap_triangles),
        "eyebrow001": (quad * [4, 0.3, 1] + [0, 5.5, 9.3], two),
        "hat_fedora": ball(np.array([0.0, 9.0, 0.0]), 9.0),
        "clothes_female_suit": (quad * [14, 4, 1] + [0, -18, 2], two),
        "clothes_male_suit": (quad * [14, 4, 1] + [0, -18, 2], two),
    }
    tip, left, right = 294, *(makehuman_label_points.VERTEX_OF_LANDMARK[mark][0] for mark in (72, 60))
    pairs = np.array([[left, right], [left, makehuman_label_points.JAW[16]], [tip, makehuman_label_points.JAW[0]]])
    own = to_makehuman(body)[pairs]
    arrays: dict[str, np.ndarray] = {"proxy_names": np.array(list(meshes))}
    for name, (vertices, triangles) in meshes.items():
        arrays |= {
            f"{name}/ref": np.full((len(vertices), 3), tip, np.int32),
            f"{name}/w": np.tile(np.array([1, 0, 0], np.float32), (len(vertices), 1)),
            f"{name}/off": (to_makehuman(vertices) - to_makehuman(body[tip : tip + 1])).astype(np.float32),
            f"{name}/tris": triangles.astype(np.int32),
            f"{name}/tris_uv": np.zeros_like(triangles, np.int32),
            f"{name}/uv": np.full((1, 2), 0.5, np.float32),
            f"{name}/scale_ref": pairs.astype(np.int32),
            f"{name}/scale_den": np.abs(own[:, 0] - own[:, 1])[np.arange(3), np.arange(3)].astype(np.float32),
        }
    return arrays
