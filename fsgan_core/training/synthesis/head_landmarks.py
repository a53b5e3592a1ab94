"""Landmarks of many heads, each at several poses with one expression: what the landmark transformer T learns from.

    points (N, 6, 98, 2) float16    [0, 1] of the crop of the posed face
    poses (N, 6, 3) float32         yaw, pitch, roll in degrees
    meta () str                     JSON: how the file was made

The first 19 of 20 heads mix people of the training split, the rest people of the validation split.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from fsgan_core.errors import PlateError
from fsgan_core.geometry.face_box import box_to_crop_box, landmarks_to_box
from fsgan_core.job.progress import Progress
from fsgan_core.media.atomic import complete_or_absent
from fsgan_core.training.synthesis.clip_writer import RENDERER_VERSION
from fsgan_core.training.synthesis.expressions import sample_expression
from fsgan_core.training.synthesis.head_camera import FloatArray
from fsgan_core.training.synthesis.landmark_labels import label_landmarks
from fsgan_core.training.synthesis.morphable_head import EYE_L, EYE_R, IntArray, MorphableHead
from fsgan_core.training.synthesis.posed_head import camera_on_head, pose_head
from fsgan_core.training.synthesis.rasteriser import blend_shapes

POSES_PER_HEAD = 6
TRAINING_SHARE = (19, 20)
# Two people are mixed, and each shape weight moved a little, so that no head is anybody's.
LARGEST_MIX, SHAPE_NOISE = 0.7, 0.35
POSE_DEG, FURTHEST_POSE_DEG = (28.0, 13.0, 9.0), (75.0, 35.0, 45.0)
GAZE_DEG = 8.0
DISTANCES_CM = (50, 70, 70, 100, 140)
FOCAL_PX = 1000.0
REPORT_EVERY = 1000


def write_heads(
    path: Path,
    head: MorphableHead,
    people: Mapping[str, Sequence[FloatArray]],
    count: int,
    seed: int,
    progress: Progress,
) -> None:
    """The file of all heads, whole or not at all; the same arguments give the same bytes.

    Args:
        path: The file.
        head: The morphable head.
        people: Shape weights (K,) of the people of the splits "train" and "val".
        count: Heads in all.
        seed: Of all of them.
        progress: Told of every thousandth head.

    Raises:
        PlateError: A split has nobody.
        OutputError: The file cannot be written.
        CancelledError: The user asked to stop.
    """
    small = keep_landmarks(head)
    training = count * TRAINING_SHARE[0] // TRAINING_SHARE[1]
    points = np.zeros((count, POSES_PER_HEAD, 98, 2), np.float16)
    poses = np.zeros((count, POSES_PER_HEAD, 3), np.float32)
    progress.begin("heads", -(-count // REPORT_EVERY))
    for number in range(count):
        split = "train" if number < training else "val"
        if not people[split]:
            raise PlateError(f"the subjects hold nobody of split {split!r} to mix heads from", path=str(path))
        points[number], poses[number] = draw_head(np.random.default_rng([seed, 2, number]), small, people[split])
        if (number + 1) % REPORT_EVERY == 0 or number + 1 == count:
            progress.frame_done(number + 1)
    meta = {"kind": "heads", "renderer": RENDERER_VERSION, "seed": seed}
    with complete_or_absent(str(path)) as unfinished, open(unfinished, "wb") as stream:
        np.savez(stream, allow_pickle=False, points=points, poses=poses, meta=np.array(json.dumps(meta)))


def draw_head(
    rng: np.random.Generator, head: MorphableHead, people: Sequence[FloatArray]
) -> tuple[FloatArray, FloatArray]:
    """(6, 98, 2) float64 landmarks in [0, 1] of the crop, and (6, 3) poses in degrees, of one random head.

    Args:
        rng: Advanced.
        head: The morphable head; `keep_landmarks` of it is enough.
        people: Shape weights (K,) to mix.
    """
    first, second = people[int(rng.integers(len(people)))], people[int(rng.integers(len(people)))]
    mix = rng.random() * LARGEST_MIX
    identity = first * (1 - mix) + second * mix + rng.normal(0, SHAPE_NOISE, len(first))
    shape = blend_shapes(head.neutral, head.identity, identity.astype(np.float32))
    expression = sample_expression(rng, head.expression_names, np.zeros(len(head.expression_names), np.float32))
    distance_cm = float(rng.choice(DISTANCES_CM))
    gaze = np.tile(rng.normal(0, GAZE_DEG, 2), (2, 1))
    points, poses = np.zeros((POSES_PER_HEAD, 98, 2)), np.zeros((POSES_PER_HEAD, 3))
    for number in range(POSES_PER_HEAD):
        limits = np.array(FURTHEST_POSE_DEG)
        yaw, pitch, roll = poses[number] = np.clip(rng.normal(0, POSE_DEG), -limits, limits)
        camera = camera_on_head(np.eye(3), (yaw, pitch, roll), distance_cm)
        landmarks = label_landmarks(head.anchors, pose_head(head, shape, expression, gaze, camera)) * FOCAL_PX
        x0, y0, x1, _ = box_to_crop_box(landmarks_to_box(landmarks))
        points[number] = (landmarks - (x0, y0)) / (x1 - x0)
    return points, poses


def keep_landmarks(head: MorphableHead) -> MorphableHead:
    """The head with only the vertices that landmarks need: nothing to draw, and a tenth of the work."""
    anchors = head.anchors
    used = (anchors.vertices, anchors.contour_paths, anchors.centre, anchors.inner_lips, anchors.hair_line)
    eyes = np.flatnonzero(np.isin(head.vertex_class, (EYE_L, EYE_R)))
    kept = np.unique(np.concatenate([eyes, *(vertices.ravel() for vertices in used)]))
    place = np.full(len(head.neutral), -1)
    place[kept] = np.arange(len(kept))
    none: IntArray = np.zeros((0, 3), np.int32)
    return replace(
        head,
        neutral=np.ascontiguousarray(head.neutral[kept]),
        identity=np.ascontiguousarray(head.identity[:, kept]),
        expression=np.ascontiguousarray(head.expression[:, kept]),
        uv=head.uv[kept],
        drawn=len(kept),
        triangles=none,
        surface=none[:, 0],
        skin_triangles=0,
        closed_mouth_triangles=0,
        vertex_class=head.vertex_class[kept],
        depth_triangles=none,
        file_vertices=head.file_vertices[kept],
        anchors=replace(
            anchors,
            vertices=place[anchors.vertices],
            contour_paths=place[anchors.contour_paths],
            centre=place[anchors.centre],
            inner_lips=place[anchors.inner_lips],
            hair_line=place[anchors.hair_line],
        ),
    )
