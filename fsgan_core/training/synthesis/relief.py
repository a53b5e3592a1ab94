"""A portrait as a relief: the photograph of hair, neck and shoulders on a grid with depth, which moves with the head.

The drawn head covers its middle; hair that hangs in front of the face is kept apart, to be laid over it.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from fsgan_core.training.synthesis.corrected_hair import BARE_HEADED, corrected_hair
from fsgan_core.training.synthesis.head_camera import FIT_DISTANCE_CM, FIT_ORIGIN, FloatArray, project_fitted
from fsgan_core.training.synthesis.head_maps import ATLAS_PX, HeadMaps, hair_zone
from fsgan_core.training.synthesis.hole_filling import fill_holes
from fsgan_core.training.synthesis.mesh_lookup import look_up
from fsgan_core.training.synthesis.morphable_head import IntArray
from fsgan_core.training.synthesis.rasteriser import Fragments, empty_fragments, rasterise, vertex_normals
from fsgan_core.training.synthesis.shading import bytes_to_linear
from fsgan_core.training.synthesis.subject_pack import FITTED_PX, PORTRAIT_PX, PackedSubject

GRID = 64
# Portrait px per px of the crop that the camera was fitted in.
SCALE = PORTRAIT_PX / FITTED_PX
# Depth towards the camera of what is not head: hair and background above the chin, shoulders below it.
BEHIND_HEAD_CM, BEHIND_CHIN_CM, DEEPEST_HEAD_CM = -4.5, -5.5, -5.5
# Shoulders follow a turn of the head only so much; in between, the neck.
SHOULDER_FOLLOW = 0.12
NECK_FROM_CHIN_CM = (9.0, 1.0)
HAIR_THICKNESS_CM = 0.8


@dataclass(frozen=True)
class Relief:
    """The photograph behind the face.

    Attributes:
        photograph: (320, 320, 6) float32: linear colour, opacity of the person, opacity of hair or a hat in front of
            the face, label "hair".
        background: (320, 320, 3) float32 linear: what may lie behind the person.
        triangles: (T, 3) int32 of the grid; texel (G*G, 2) float32 its place in the photograph, px.
        still: (G*G, 3) float32 cm in the camera's frame: where the grid stays if the head turns.
        turning: (G*G, 3) float32 cm in the head's frame.
        follow: (G*G, 1) float32 in [0, 1]: how much a point turns with the head.
        normals: (G*G, 3) float32 unit, in the head's frame.
    """

    photograph: FloatArray
    background: FloatArray
    triangles: IntArray
    texel: FloatArray
    still: FloatArray
    turning: FloatArray
    follow: FloatArray
    normals: FloatArray


@dataclass(frozen=True)
class _FaceInPortrait:
    """What the fitted head says of each pixel of the portrait, (320, 320) float32 each.

    Attributes:
        depth_cm: The head's depth towards the camera; 0 where there is none.
        covered: 1 where there is a head.
        opacity: How much the drawn face covers it.
        hair: How sure it is hair, and not a beard or a mistake of the mask.
    """

    depth_cm: FloatArray
    covered: FloatArray
    opacity: FloatArray
    hair: FloatArray


def build_relief(maps: HeadMaps, subject: PackedSubject, shape: FloatArray) -> Relief:
    """The relief of a portrait.

    Args:
        maps: The head and its atlas maps.
        subject: The portrait.
        shape: (N, 3) float32 cm: all vertices, with the portrait's own expression.
    """
    projected = project_fitted(shape, subject.rotation, subject.camera * SCALE)
    face = _face_in_portrait(maps, subject, projected)
    chin = maps.head.chin
    grid_px = (np.arange(GRID) + 0.5) / GRID * PORTRAIT_PX - 0.5
    x, y = np.meshgrid(grid_px, grid_px)
    towards = _grid_depth(face, y > projected[chin, 1])
    still = _unproject(x, y, towards, subject.camera)
    turning = (still @ subject.rotation + FIT_ORIGIN).astype(np.float32)
    triangles = _grid_triangles()
    normals = vertex_normals(still.astype(np.float32), triangles)
    normals *= np.sign(normals[:, 2:].mean() + 1e-9)
    return Relief(
        photograph=_photograph(subject, face),
        background=_background(subject),
        triangles=triangles,
        texel=np.stack([x.ravel(), y.ravel()], 1).astype(np.float32),
        still=still.astype(np.float32),
        turning=turning,
        follow=_follow(turning[:, 1], float(shape[chin, 1])),
        normals=(normals @ subject.rotation).astype(np.float32),
    )


def _face_in_portrait(maps: HeadMaps, subject: PackedSubject, projected: FloatArray) -> _FaceInPortrait:
    """Where the fitted head lies in the portrait."""
    head_fragments = _draw(projected, maps.head.depth_triangles)
    covered = head_fragments.triangle >= 0
    depth = np.maximum(np.where(covered, FIT_DISTANCE_CM - head_fragments.depth, 0), DEEPEST_HEAD_CM)

    fragments = _draw(projected[: maps.head.drawn], maps.skin)
    skin = look_up(fragments, maps.skin)
    texel = skin.read(maps.texel)
    column, row = np.clip(texel, 0, ATLAS_PX - 1).astype(int).T
    opacity = np.zeros(covered.shape, np.float32)
    opacity[skin.drawn] = maps.opacity[row, column]
    # Over the forehead and the temples the hair mask may be trusted; on a cheek it is a beard or a mistake.
    believed = np.ones(covered.shape, np.float32)
    believed[skin.drawn] = hair_zone(texel)
    name = subject.record.name
    hair = corrected_hair(name, subject.hair) if name in BARE_HEADED else subject.hair
    return _FaceInPortrait(depth, covered.astype(np.float32), opacity, hair * believed)


def _draw(projected: FloatArray, triangles: IntArray) -> Fragments:
    """The z-buffer of a mesh in the portrait."""
    fragments = empty_fragments(PORTRAIT_PX, PORTRAIT_PX)
    rasterise(projected, triangles, fragments, True)
    return fragments


def _photograph(subject: PackedSubject, face: _FaceInPortrait) -> FloatArray:
    """(320, 320, 6) float32: the portrait without the face, whose place is filled, its two opacities, and the label."""
    inside = _outline_filled(face.opacity > 0.98)
    inside = cv2.erode(inside, np.ones((9, 9)))
    person = np.clip((subject.person - 0.3) / 0.5, 0, 1)
    linear = bytes_to_linear(subject.portrait)
    believed = _valid(subject) * (person > 0.6) * np.where(inside > 0, face.hair > 0.5, 1.0)
    colour = fill_holes(linear, believed.astype(np.float32)) if believed.sum() > 50 else linear
    kept = np.where((inside > 0) & (face.hair < 0.5), 0, 1).astype(np.float32)
    share = cv2.GaussianBlur(kept, (0, 0), 1.5)[..., None]
    colour = linear * share + colour * (1 - share)
    hair_in_front = np.clip((face.hair - 0.25) / 0.5, 0, 1)
    label = corrected_hair(subject.record.name, hair_in_front)
    return np.ascontiguousarray(np.dstack([colour, person, hair_in_front, label]).astype(np.float32))


def _outline_filled(mask: FloatArray) -> FloatArray:
    """uint8 0 or 1: the mask with the holes inside its outlines filled."""
    filled = mask.astype(np.uint8)
    outlines, _ = cv2.findContours(filled, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    filled[:] = 0
    cv2.drawContours(filled, outlines, -1, 1, -1)
    return filled


def _valid(subject: PackedSubject) -> FloatArray:
    """(320, 320) float32: 1 where the portrait is a photograph, 0 where the crop went beyond it."""
    x0, y0, x1, y1 = (int(edge * SCALE) for edge in subject.valid_box)
    valid = np.zeros((PORTRAIT_PX, PORTRAIT_PX), np.float32)
    valid[y0 + 1 : y1 - 1, x0 + 1 : x1 - 1] = 1
    return valid


def _background(subject: PackedSubject) -> FloatArray:
    """(320, 320, 3) float32 linear: the portrait's background, continued behind the person; grey if none is seen."""
    seen = _valid(subject) * (subject.person < 0.08)
    if seen.sum() <= 200:
        return np.full((PORTRAIT_PX, PORTRAIT_PX, 3), 0.18, np.float32)
    filled = fill_holes(bytes_to_linear(subject.portrait), seen.astype(np.float32))
    return np.clip(cv2.GaussianBlur(filled.astype(np.float32), (0, 0), 2), 0, 1)


def _grid_depth(face: _FaceInPortrait, below_chin: FloatArray) -> FloatArray:
    """(G, G) float32 cm towards the camera: the head's own depth, falling off around it, hair lifted a little."""
    sure = _to_grid(cv2.erode(face.covered, np.ones((5, 5)))) > 0.9
    measured = _to_grid(face.depth_cm * face.covered) / np.maximum(_to_grid(face.covered), 1e-3)
    rest = np.where(below_chin, BEHIND_CHIN_CM, BEHIND_HEAD_CM).astype(np.float32)
    depth = np.where(sure, measured, rest).astype(np.float32)
    for _ in range(60):
        relaxed = 0.985 * np.asarray(cv2.blur(depth, (3, 3))) + 0.015 * rest
        depth = np.where(sure, measured, relaxed).astype(np.float32)
    hair = cv2.GaussianBlur(_to_grid(face.hair), (0, 0), 2.0)
    on_face = _to_grid(face.opacity)
    on_head = np.clip(_to_grid(cv2.erode(face.covered, np.ones((5, 5)))) + on_face, 0, 1)
    return np.asarray(
        cv2.GaussianBlur(depth, (0, 0), 1.3) + hair * HAIR_THICKNESS_CM * on_head - 0.25 * (1 - hair) * on_face
    )


def _to_grid(picture: FloatArray) -> FloatArray:
    """(G, G) means of a (320, 320) picture."""
    return np.asarray(cv2.resize(picture, (GRID, GRID), interpolation=cv2.INTER_AREA))


def _unproject(x: FloatArray, y: FloatArray, towards: FloatArray, camera: FloatArray) -> FloatArray:
    """(G*G, 3) float64 cm in the camera's frame of portrait px (G, G) at a depth (G, G)."""
    focal, centre_x, centre_y = camera
    distance = FIT_DISTANCE_CM - towards
    right = (x / SCALE - centre_x) * distance / focal
    up = -(y / SCALE - centre_y) * distance / focal
    return np.stack([right, up, towards], 2).reshape(-1, 3)


def _follow(height_cm: FloatArray, chin_cm: float) -> FloatArray:
    """(G*G, 1) float32: 1 at the head, a little at the shoulders."""
    below, above = NECK_FROM_CHIN_CM
    ramp = np.clip((height_cm - (chin_cm - below)) / (below - above), 0, 1)
    follow = SHOULDER_FOLLOW + (1 - SHOULDER_FOLLOW) * ramp * ramp * (3 - 2 * ramp)
    return np.asarray(follow.astype(np.float32)[:, None])


def _grid_triangles() -> IntArray:
    """(2 (G-1)^2, 3) int32: each cell of the grid as two triangles."""
    a = np.arange(GRID - 1)[:, None] * GRID + np.arange(GRID - 1)
    b, c, d = a + 1, a + GRID, a + GRID + 1
    upper = np.stack([a, c, b], -1).reshape(-1, 3)
    lower = np.stack([b, c, d], -1).reshape(-1, 3)
    return np.concatenate([upper, lower]).astype(np.int32)
