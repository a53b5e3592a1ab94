"""Hands and objects drawn in many poses, skins and lights, for `occluder_pictures`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from fsgan_core.errors import PlateError
from fsgan_core.geometry.head_rotation import pose_to_rotation
from fsgan_core.job.progress import Progress
from fsgan_core.training.synthesis.environment_light import Environment, load_environments
from fsgan_core.training.synthesis.hand_rig import HandRig, bend_hand, load_hand, sample_bends
from fsgan_core.training.synthesis.head_camera import FloatArray
from fsgan_core.training.synthesis.mesh_painter import (
    OTHER_LABEL,
    TexturedMesh,
    draw_solid,
    empty_canvas,
    shrink_canvas,
)
from fsgan_core.training.synthesis.occluder_pictures import HAND, Occluder, write_occluders
from fsgan_core.training.synthesis.occluder_shapes import Shape, forearm, join_shapes, sample_colour, sample_object
from fsgan_core.training.synthesis.shading import bytes_to_linear, linear_to_bytes
from fsgan_core.training.synthesis.shadowed_light import (
    cast_shadows,
    light_transfer,
    light_vertices,
    sheen_of,
    smooth_normals,
)

OCCLUDER_RENDERER_VERSION = 1
PICTURE_PX, SUPERSAMPLING = 192, 3
HAND_SHARE = 0.72
# The picture shows so much, the top of the occluder near its upper border.
WINDOW_CM, TOP_CM = 32.0, 1.5
DISTANCE_CM = 60.0
PALM_SEEN_SHARE = 0.35
SLEEVE_SHARE = 0.6
# Skin from the palest to the darkest, sRGB; in between, neighbours are mixed.
SKIN_TONES = (
    (243, 212, 192), (226, 180, 150), (203, 150, 117), (168, 115, 82), (124, 80, 56), (80, 52, 39), (54, 36, 29),
)  # fmt: skip
SKIN_GLOSS = 0.03
EXPOSURE = (0.5, 1.25)


def write_random_occluders(path: Path, data: Path, places: Path, count: int, seed: int, progress: Progress) -> None:
    """The file of all occluders; the same arguments give the same bytes.

    Args:
        path: The file.
        data: The folder with the hands (*.glb).
        places: The folder with the panoramas.
        count: Occluders in all.
        seed: Of all of them.
        progress: Told of every occluder.

    Raises:
        PlateError: Data are missing or damaged.
        OutputError: The file cannot be written.
        CancelledError: The user asked to stop.
    """
    hands = [load_hand(file) for file in sorted(data.glob("*.glb"))]
    if not hands:
        raise PlateError("no hands here; --data needs occluders/*.glb", path=str(data))
    environments = load_environments(places)
    progress.begin("occluders", count)
    drawn = []
    for number in range(count):
        drawn.append(draw_occluder(np.random.default_rng([seed, 3, number]), hands, environments))
        progress.frame_done(number + 1, drawn[-1].kind)
    write_occluders(path, drawn, {"kind": "occluders", "renderer": OCCLUDER_RENDERER_VERSION, "seed": seed})


def draw_occluder(
    rng: np.random.Generator, hands: Sequence[HandRig], environments: Sequence[Environment]
) -> Occluder:
    """A random hand or object.

    Args:
        rng: Advanced.
        hands: To choose from.
        environments: Where the light comes from.
    """
    if rng.random() < HAND_SHARE:
        kind, (shape, reach) = HAND, _sample_hand(rng, hands[int(rng.integers(len(hands)))])
    else:
        kind, shape = sample_object(rng)
        turn = pose_to_rotation(float(rng.uniform(-180, 180)), float(rng.normal(0, 18)), float(rng.normal(0, 6)))
        shape = shape._replace(vertices=(shape.vertices @ turn.T).astype(np.float32))
        reach = np.flatnonzero(shape.vertices[:, 1] > shape.vertices[:, 1].max() - 14)
    places = environments[int(rng.integers(len(environments)))].lights
    light = places[int(rng.integers(len(places)))] * np.float32(rng.uniform(*EXPOSURE))
    return _draw(kind, shape, np.asarray(reach), light)


def _sample_hand(rng: np.random.Generator, rig: HandRig) -> tuple[Shape, FloatArray]:
    """A bent hand with its forearm, turned, the arm straight down; and the vertices of the hand."""
    vertices = bend_hand(rig, sample_bends(rng))
    tone = _sample_skin(rng)
    albedo = _skin_of_hand(rig, tone, rng)
    arm = forearm(tone, sample_colour(rng) if rng.random() < SLEEVE_SHARE else None, float(rng.uniform(1, 9)))
    wrist = pose_to_rotation(0, float(rng.normal(0, 18)), float(rng.normal(0, 9)))
    arm = arm._replace(vertices=arm.vertices @ wrist.T)
    shape = join_shapes([Shape(vertices, rig.triangles, albedo, SKIN_GLOSS), arm])
    yaw = float(rng.normal(0 if rng.random() < PALM_SEEN_SHARE else 180, 38))
    turn = pose_to_rotation(yaw, float(rng.normal(0, 22)), 0)
    placed = shape.vertices @ turn.T
    along = turn @ wrist @ np.array([0, -1.0, 0])
    roll = np.arctan2(along[0], -along[1])  # so that the arm points down in the picture
    upright = np.array([[np.cos(roll), np.sin(roll), 0], [-np.sin(roll), np.cos(roll), 0], [0, 0, 1]])
    placed = placed @ upright.T
    return shape._replace(vertices=placed.astype(np.float32)), np.arange(len(vertices))


def _sample_skin(rng: np.random.Generator) -> FloatArray:
    """(3,) float64 linear albedo of a skin."""
    tones = bytes_to_linear(np.array(SKIN_TONES, np.uint8)).astype(np.float64)
    place = rng.uniform(0, len(tones) - 1)
    tone = np.array([np.interp(place, np.arange(len(tones)), tones[:, k]) for k in range(3)])
    return np.asarray(np.clip(tone * np.exp(rng.normal(0, 0.06, 3)), 0.01, 0.85))


def _skin_of_hand(rig: HandRig, tone: FloatArray, rng: np.random.Generator) -> FloatArray:
    """(N, 3) albedo: a paler, pinker palm, redder finger tips and knuckles, pale nails, and blotches."""
    normals = smooth_normals(rig.vertices.astype(np.float32), rig.triangles)
    albedo = np.tile(tone, (len(rig.vertices), 1))
    palm = np.clip(normals[:, 2:3] * 1.5, 0, 1)
    pink = tone * np.array([1.0, 0.86, 0.84]) * 0.5 + np.array([0.55, 0.33, 0.26]) * 0.5
    albedo += (pink - albedo) * palm * 0.45
    for name, frame in rig.rest.items():
        distance = np.linalg.norm(rig.vertices - frame[:3, 3], axis=1)[:, None]
        if "tip" in name or "intermediate" in name or "proximal" in name:
            albedo *= 1 - np.array([0.02, 0.16, 0.16]) * np.exp(-((distance / 1.0) ** 2))
        if name.endswith("tip"):
            nail = np.exp(-((distance / 0.75) ** 4)) * (normals @ frame[:3, 1] / 100 > 0.55)[:, None]
            albedo += (np.array([0.72, 0.5, 0.43]) * (0.35 + tone.mean()) - albedo) * nail * 0.5
    blotches = sum(
        np.sin(rig.vertices @ rng.normal(0, frequency, 3) + rng.uniform(0, 6))[:, None] for frequency in (0.8, 1.6, 3)
    )
    return np.asarray(np.clip(albedo * (1 + 0.03 * blotches), 0.005, 0.9))


def _draw(kind: str, shape: Shape, reach: FloatArray, light: FloatArray) -> Occluder:
    """The occluder as a picture."""
    normals = smooth_normals(shape.vertices, shape.triangles)
    transfer = light_transfer(shape.vertices, normals, cast_shadows(shape.vertices, shape.triangles))
    rotation = np.eye(3, dtype=np.float32)
    lit = light_vertices(transfer, rotation, light)
    mesh = TexturedMesh(
        shape.triangles,
        np.zeros((len(lit), 2), np.float32),
        (shape.albedo * lit).astype(np.float32),
        (sheen_of(normals, rotation, light, shape.gloss) * transfer.sum(1)[:, None]).astype(np.float32),
        np.ones((2, 2, 5), np.float32),
    )
    seen = shape.vertices[reach]
    depth = DISTANCE_CM - shape.vertices[:, 2]
    plane = shape.vertices[:, :2] / depth[:, None] * DISTANCE_CM
    centre_x, top = float(plane[reach, 0].mean()), float(plane[:, 1].max()) + TOP_CM
    px_per_cm = PICTURE_PX / WINDOW_CM
    points = np.column_stack([(plane[:, 0] - centre_x) * px_per_cm + PICTURE_PX / 2, (top - plane[:, 1]) * px_per_cm])
    finer = np.column_stack([points * SUPERSAMPLING - 0.5, depth]).astype(np.float64)
    canvas = empty_canvas(PICTURE_PX * SUPERSAMPLING)
    draw_solid(canvas, finer, mesh, OTHER_LABEL)
    canvas = shrink_canvas(canvas, PICTURE_PX)
    tip = points[reach].mean(0)
    return Occluder(
        linear_to_bytes(_spread_colour(canvas.colour, canvas.opacity)),
        np.asarray((canvas.opacity * 255 + 0.5).astype(np.uint8)),
        kind,
        (float(tip[0]), float(tip[1])),
        float(np.ptp(seen[:, 1])) * px_per_cm,
    )


def _spread_colour(colour: FloatArray, opacity: FloatArray) -> FloatArray:
    """The colour carried beyond the edge, so that neither compression nor scaling darkens it."""
    known = (opacity > 0.5).astype(np.float32)
    near = cv2.GaussianBlur(colour * known[..., None], (0, 0), 3) / np.maximum(
        cv2.GaussianBlur(known, (0, 0), 3)[..., None], 1e-3
    )
    return np.asarray(np.where(known[..., None] > 0, colour, near).astype(np.float32))
