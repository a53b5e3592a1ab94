"""A tiny data folder, drawn here: small heads in ICT-FaceKit's and MakeHuman's file layouts, people, a hand, places."""

from __future__ import annotations

import csv
import importlib.util
import io
import tarfile
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from fsgan_core.geometry.head_rotation import pose_to_rotation
from fsgan_core.training.synthesis import ict_fit_points as fit_points
from fsgan_core.training.synthesis import ict_label_points as label_points
from fsgan_core.training.synthesis.morphable_head import MorphableHead, load_ict_head

if TYPE_CHECKING:
    from fsgan_core.training.synthesis.subject import Subject


def _load(name: str) -> ModuleType:
    """A module of this folder."""
    spec = importlib.util.spec_from_file_location(Path(name).stem, Path(__file__).parent / name)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


bodies = _load("tiny_bodies.py")
GRID, EYE_U, EYE_V = bodies.GRID, bodies.EYE_U, bodies.EYE_V
surface, landmark_places, ball = bodies.surface, bodies.landmark_places, bodies.ball
FACE_VERTICES = 6706
# A skull with so many vertices reaches the highest number that a fitted point has.
SKULL_RINGS, SKULL_SIDES = 28, 46
EXPRESSIONS = ("eyeBlink_L", "eyeBlink_R", "jawOpen", "mouthSmile_L", "mouthSmile_R", "jawLeft")
# name, split, ok
PEOPLE = (("tiny_0000", "train", 1), ("tiny_0001", "val", 1), ("tiny_0002", "demo", 1), ("tiny_0003", "train", 0))


@pytest.fixture(scope="session")
def tiny_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder as `fsgan synthesize --data` wants it."""
    root = tmp_path_factory.mktemp("data")
    faces = ("face_pack/images", "face_pack/hair")
    for name in ("ict_facekit", "subjects", *faces, "hdri", "occluders", "makehuman/textures"):
        (root / name).mkdir(parents=True)
    np.savez(root / "ict_facekit" / "ict_facekit.npz", **tiny_head_arrays())
    write_subjects(root / "subjects")
    write_portraits(root / "face_pack")
    write_places(root / "hdri")
    (root / "occluders" / "tiny.glb").write_bytes(bodies.tiny_hand())
    bodies.write_makehuman(root / "makehuman")
    return root


@pytest.fixture(scope="session")
def tiny_head(tiny_data: Path) -> MorphableHead:
    """The tiny head, read from its file."""
    return load_ict_head(tiny_data / "ict_facekit" / "ict_facekit.npz")


@pytest.fixture(scope="session")
def tiny_subject(tiny_data: Path, tiny_head: MorphableHead) -> Subject:
    """The first of the tiny people, ready to be drawn; skips without numba."""
    pytest.importorskip("numba", reason="drawing needs numba (extra: train)")
    from fsgan_core.training.synthesis.head_maps import map_head
    from fsgan_core.training.synthesis.subject import prepare_subject
    from fsgan_core.training.synthesis.subject_pack import SubjectPack

    return prepare_subject(map_head(tiny_head), SubjectPack(tiny_data / "subjects").load("tiny_0000"))


def face_grid() -> tuple[np.ndarray, np.ndarray]:
    """(G*G,) vertex number and (G*G, 2) uv of each grid point; the table's vertices lie at their landmarks."""
    step = np.linspace(0.05, 0.95, GRID)
    v, u = np.meshgrid(step, step, indexing="ij")
    uv = np.stack([u.ravel(), v.ravel()], 1)
    number = np.full(len(uv), -1)
    places = landmark_places()
    table = label_points.MEDIAPIPE_OF_LANDMARK
    wanted = {point: places[mark] for mark, points in table.items() if mark < 96 for point in points}
    wanted |= {1: (0.5, 0.49), 6: (0.5, 0.66)}
    for k, point in enumerate(label_points.HAIR_LINE_POINTS):
        turn = np.pi * (1 - k / 10)
        wanted[point] = (0.5 + 0.36 * np.cos(turn), 0.70 + 0.18 * np.sin(turn))
    wanted = fitted_places() | wanted
    for point, place in sorted(wanted.items(), key=lambda item: item[0] not in label_points.ICT_VERTEX_OF_MEDIAPIPE):
        vertex = fit_points.ICT_VERTEX_OF_FACE_POINT[point][0]
        if vertex not in number:
            distance = ((uv - place) ** 2).sum(1) + 1e3 * (number >= 0)
            number[np.argmin(distance)] = vertex
    place_the_rest(number, uv)
    free = np.setdiff1d(np.arange(FACE_VERTICES), number)
    number[number < 0] = free[: (number < 0).sum()]
    return number, uv


def fitted_places() -> dict[int, tuple[float, float]]:
    """Atlas place of the fitted points that lie around the eyes and along the jaw."""
    places: dict[int, tuple[float, float]] = {}
    for k, (left, right) in enumerate(zip(fit_points.LEFT_LIDS, fit_points.RIGHT_LIDS, strict=True)):
        across, up = 0.07 * np.cos(np.pi * k / 8), 0.03 * np.sin(np.pi * k / 8)
        places[left], places[right] = (0.5 + EYE_U + across, EYE_V + up), (0.5 - EYE_U - across, EYE_V + up)
    jaw = [point for point in fit_points.FACE_OUTLINE if point not in label_points.HAIR_LINE_POINTS]
    for point, turn in zip(jaw, np.linspace(0.05, 0.95, len(jaw)) * np.pi, strict=True):
        if fit_points.ICT_VERTEX_OF_FACE_POINT[point][0] < FACE_VERTICES:
            places[point] = (0.5 + 0.37 * np.cos(turn), 0.66 - 0.5 * np.sin(turn))
    return places


def place_the_rest(number: np.ndarray, uv: np.ndarray) -> None:
    """Give the vertices of all other fitted points to free places of the face that keep off its holes, in place."""
    vertices = {vertex for vertex, _, _ in fit_points.ICT_VERTEX_OF_FACE_POINT.values() if vertex < FACE_VERTICES}
    rest = sorted(vertices - set(number.tolist()))
    off_eyes = np.hypot((np.abs(uv[:, 0] - 0.5) - EYE_U) / 0.09, (uv[:, 1] - EYE_V) / 0.05) > 1
    off_mouth = np.hypot((uv[:, 0] - 0.5) / 0.11, (uv[:, 1] - 0.33) / 0.04) > 1
    inside = np.hypot(uv[:, 0] - 0.5, uv[:, 1] - 0.5) < 0.38
    free = np.flatnonzero((number < 0) & off_eyes & off_mouth & inside)
    number[free[np.linspace(0, len(free) - 1, len(rest)).astype(int)]] = rest


def tiny_head_arrays() -> dict[str, np.ndarray]:
    """The arrays of an `ict_facekit.npz`: an egg with holes for eyes and mouth, a skull, two eyes, a few plates."""
    number, uv = face_grid()
    cell = number.reshape(GRID, GRID)
    a, b, c, d = cell[:-1, :-1], cell[:-1, 1:], cell[1:, :-1], cell[1:, 1:]
    skin = np.concatenate([np.stack([a, b, c], -1).reshape(-1, 3), np.stack([b, d, c], -1).reshape(-1, 3)])
    vertex_uv = np.zeros((FACE_VERTICES, 2))
    vertex_uv[number] = uv
    middle = vertex_uv[skin].mean(1)
    eye = ((np.abs(np.abs(middle[:, 0] - 0.5) - EYE_U) / 0.055) ** 2 + ((middle[:, 1] - EYE_V) / 0.02) ** 2) < 1
    mouth = (np.abs(middle[:, 0] - 0.5) < 0.07) & (np.abs(middle[:, 1] - 0.33) < 0.012)
    skin = skin[~eye & ~mouth]

    parts: list[tuple[str, np.ndarray, np.ndarray]] = [("face", np.zeros((FACE_VERTICES, 3)), skin)]
    parts[0][1][number] = surface(uv[:, 0], uv[:, 1])
    parts.append(("head_neck", *ball(np.array([0.0, 0.5, 0.0]), 7.0, SKULL_RINGS, SKULL_SIDES)))
    gap = surface(np.array(0.5), np.array(0.33))
    inside = {"mouth_socket": 3.0, "eye_socket_l": 0.0, "eye_socket_r": 0.0, "gums_tongue": 1.6, "teeth": 1.2}
    for name, depth in inside.items():
        quad = np.array([[-2, -2, 0], [2, -2, 0], [2, 2, 0], [-2, 2, 0]]) * (0.5 if depth == 1.2 else 0.6)
        place = gap if depth else surface(np.array(0.5 + (EYE_U if name.endswith("l") else -EYE_U)), np.array(EYE_V))
        parts.append((name, quad + place - [0, 0, depth or 3.5], np.array([[0, 1, 2], [0, 2, 3]])))
    for name, side in (("sclera_l", 1), ("sclera_r", -1)):
        centre = surface(np.array(0.5 + side * EYE_U), np.array(EYE_V)) * [0.9, 1, 0.74]
        parts.append((name, *ball(centre, 1.5)))
    return _layout(parts, vertex_uv, cell)


def _layout(parts: list[tuple[str, np.ndarray, np.ndarray]], uv: np.ndarray, cell: np.ndarray) -> dict[str, np.ndarray]:
    """The parts in one numbering, with shapes and expressions."""
    starts = np.cumsum([0] + [len(vertices) for _, vertices, _ in parts])
    neutral = np.concatenate([vertices for _, vertices, _ in parts]).astype(np.float32)
    triangles = np.concatenate([part[2] + start for part, start in zip(parts, starts[:-1], strict=True)])
    number = np.repeat(np.arange(len(parts)), [len(part[2]) for part in parts])
    ranges = np.stack([starts[:-1], starts[1:]], 1)
    all_uv = np.zeros((len(neutral), 2))
    all_uv[:FACE_VERTICES] = uv
    jaw_turn = np.linspace(0, np.pi, 35)
    jaw_uv = np.stack([0.5 - 0.38 * np.cos(jaw_turn), 0.66 - 0.52 * np.sin(jaw_turn)], 1)
    step = np.linspace(0.05, 0.95, GRID)
    jaw = [cell[np.abs(step - v).argmin(), np.abs(step - u).argmin()] for u, v in jaw_uv]
    return {
        "neutral": neutral,
        "identity": _identity(neutral),
        "expression": _expression(neutral, all_uv),
        "expression_names": np.array(EXPRESSIONS),
        "tris": triangles.astype(np.int32),
        "tris_uv": triangles.astype(np.int32),
        "uv": all_uv.astype(np.float32),
        "tri_part": number.astype(np.uint8),
        "tri_material": (number > 0).astype(np.uint8),
        "part_names": np.array([name for name, _, _ in parts[:7]]),
        "part_vertex_ranges": ranges[:7],
        "narrow_face_range": np.array([0, FACE_VERTICES]),
        "eyeball_sub_names": np.array([name for name, _, _ in parts[7:]]),
        "eyeball_sub_ranges": ranges[7:],
        "jaw_right_ext": np.array(jaw[:17]),
        "chin": np.array(jaw[17]),
        "jaw_left_ext": np.array(jaw[18:]),
    }


def _identity(neutral: np.ndarray) -> np.ndarray:
    """(2, N, 3): wider, longer."""
    return np.stack([neutral * [0.05, 0, 0], neutral * [0, 0.05, 0]]).astype(np.float16)


def _expression(neutral: np.ndarray, uv: np.ndarray) -> np.ndarray:
    """(6, N, 3): two blinks, an open jaw, two halves of a smile, a jaw moved to the left."""
    face = (uv != 0).any(1)
    moved = np.zeros((len(EXPRESSIONS), len(neutral), 3))
    left = uv[:, 0] > 0.5
    for k, side in enumerate((left, ~left)):
        near = np.abs(np.abs(uv[:, 0] - 0.5) - EYE_U) < 0.07
        lid = face & side & near & (uv[:, 1] > EYE_V) & (uv[:, 1] < EYE_V + 0.1)
        moved[k, lid] = [0, -1.4, 1.8]
        corner = face & side & (np.abs(np.abs(uv[:, 0] - 0.5) - 0.12) < 0.04) & (np.abs(uv[:, 1] - 0.33) < 0.05)
        moved[3 + k, corner] = [0.5 if k == 0 else -0.5, 0.6, -0.2]
    jaw = face & (uv[:, 1] < 0.33)
    moved[2, jaw] = [0, -2.5, -0.8]
    moved[5, jaw] = [0.8, 0, 0]
    return moved.astype(np.float16)


def write_subjects(folder: Path) -> None:
    """Four people in two shards, and the index."""
    with (folder / "index.csv").open("w", newline="") as stream:
        rows = csv.writer(stream)
        rows.writerow(["name", "shard", "source", "licence", "split", "ok"])
        for k, (name, split, good) in enumerate(PEOPLE):
            rows.writerow([name, k % 2, "tiny", "CC0-1.0", split, good])
    for shard in (0, 1):
        with tarfile.open(folder / f"shard_{shard:02d}.tar", "w") as tar:
            for k, (name, _, _) in enumerate(PEOPLE):
                if k % 2 == shard:
                    stream = io.BytesIO()
                    np.savez(stream, **person_arrays(k))
                    member = tarfile.TarInfo(f"{name}.npz")
                    member.size = len(stream.getvalue())
                    tar.addfile(member, io.BytesIO(stream.getvalue()))


def person_arrays(k: int) -> dict[str, np.ndarray]:
    """What a shard holds of person `k`: a red-brown face, white eyes with a dark pupil, dark hair, a green room."""
    rows, columns = np.mgrid[:608, :512].astype(np.float32)
    atlas = np.stack([90 + 20 * np.sin(columns / 40), 110 + 0 * rows, 150 + 40 * np.cos(rows / 60 + k)], -1)
    for eye in (0, 1):
        radius = np.hypot(rows - 559.5, columns - (47.5 + 96 * eye))[..., None]
        colour = np.where(radius < 9, 15, np.where(radius < 20, 90, 225))
        atlas[512:, 96 * eye : 96 * eye + 96] = colour[512:, 96 * eye : 96 * eye + 96]
    portrait, person, hair = painted_portrait(320)
    return {
        "atlas": _jpeg(atlas),
        "crop": _jpeg(portrait),
        "masks": _jpeg(np.concatenate([person, hair])),
        "wid": np.array([0.3 * k, -0.2], np.float16),
        "wex": np.array([0.05, 0.05, 0.02, 0.1, 0.1, 0], np.float16),
        "R": pose_to_rotation(4 - 3 * k, 2, 1).astype(np.float32),
        "cam": np.array([800, 192, 205], np.float32),
        "gaze": np.array([[2, 1], [-2, 1]], np.float32),
        "src_sh": np.array([1 / 0.282095, 0.3, 0.1, 0.2, 0, 0, 0, 0, 0], np.float32),
        "valid": np.array([0, 30 if k == 1 else 0, 384, 384], np.float32),
    }


def painted_portrait(side: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A head before a green wall (side, side, 3) BGR, and its person and hair mask (side, side), all 0..255 float32."""
    y, x = np.mgrid[:side, :side].astype(np.float32) / side
    head = ((x - 0.5) / 0.30) ** 2 + ((y - 0.5) / 0.38) ** 2 < 1
    shoulders = (y > 0.85) & (np.abs(x - 0.5) < 0.45)
    hair = head & (y < 0.28 + 0.02 * np.sin(x * 20))
    picture = np.zeros((side, side, 3), np.float32) + [60, 120, 70]
    picture[shoulders], picture[head], picture[hair] = [120, 60, 60], [95, 112, 170], [20, 25, 30]
    return picture, 255.0 * (head | shoulders), 255.0 * hair


def write_portraits(folder: Path) -> None:
    """The portraits with MediaPipe points on circles, and the index."""
    points = np.stack([192 + 80 * np.cos(np.arange(478)), 192 + 90 * np.sin(np.arange(478)), np.zeros(478)], 1)
    names = [name for name, _, _ in PEOPLE]
    stacked = np.stack([points + k for k in range(4)]).astype(np.float16)
    np.savez(folder / "landmarks.npz", names=np.array(names), mp478=stacked)
    with (folder / "index.csv").open("w", newline="") as stream:
        rows = csv.writer(stream)
        rows.writerow(["name", "source", "licence", "split"])
        for name, split, _ in PEOPLE:
            rows.writerow([name, "tiny", "CC0-1.0", split])
            picture, _, _ = painted_portrait(384)
            _, _, hair = painted_portrait(192)
            (folder / "images" / f"{name}.jpg").write_bytes(_jpeg(picture).tobytes())
            (folder / "hair" / f"{name}.jpg").write_bytes(_jpeg(hair).tobytes())


def write_places(folder: Path) -> None:
    """A room with a lamp on one side, as EXR, and a sky, as HDR."""
    import OpenImageIO as oiio  # noqa: N813

    room = np.full((32, 64, 3), 0.2, np.float32)
    room[10:16, 16:20] = 20
    blue = np.array([0.6, 0.8, 1.0], np.float32)
    sky = np.linspace(2, 0.1, 32, dtype=np.float32)[:, None, None] * np.broadcast_to(blue, (32, 64, 3))
    for name, pixels in (("room.exr", room), ("sky.hdr", sky)):
        out = oiio.ImageOutput.create(str(folder / name))
        out.open(str(folder / name), oiio.ImageSpec(64, 32, 3, "float"))
        out.write_image(np.ascontiguousarray(pixels))
        out.close()


def _jpeg(picture: np.ndarray) -> np.ndarray:
    """A picture 0..255, BGR or grey, as the bytes of a JPEG file."""
    done, encoded = cv2.imencode(".jpg", np.clip(picture, 0, 255).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, 95])
    assert done
    return encoded.ravel()
