"""One picture of a MakeHuman person: any pose, expression, gaze, light and camera, with its exact labels.

Layers, back to front: background; skin, eyes, teeth, clothes, hat; brows, lashes, hair.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from fsgan_core.geometry.head_rotation import pose_to_rotation
from fsgan_core.training.synthesis.head_camera import FloatArray
from fsgan_core.training.synthesis.landmark_labels import label_landmarks
from fsgan_core.training.synthesis.makehuman_body import UvMesh
from fsgan_core.training.synthesis.makehuman_head import HeadFrame, MakeHumanHead, texel_of
from fsgan_core.training.synthesis.makehuman_person import HATS, MakeHumanPerson, piece_texture
from fsgan_core.training.synthesis.mesh_painter import (
    DETAIL_LABEL,
    HAIR_LABEL,
    OTHER_LABEL,
    SKIN_LABEL,
    MeshCanvas,
    TexturedMesh,
    draw_see_through,
    draw_solid,
    empty_canvas,
    shrink_canvas,
)
from fsgan_core.training.synthesis.morphable_head import IntArray
from fsgan_core.training.synthesis.posed_head import NECK_PIVOT, HeadCamera, PosedHead, camera_on_head
from fsgan_core.training.synthesis.rasteriser import vertex_normals
from fsgan_core.training.synthesis.shading import linear_to_bytes
from fsgan_core.training.synthesis.shadowed_light import cast_shadows, light_transfer, light_vertices, sheen_of
from fsgan_core.training.synthesis.subject_renderer import RenderedView, View, frame_landmarks

SUPERSAMPLING = 2
# Between these heights (cm in the head's frame) the neck turns with the head, down to such a share of the shoulders.
NECK_CM, SHOULDER_SHARE, TURN_STEPS = (-20.0, -9.0), 0.2, 9
# How far before or behind the skin a piece is believed to lie: clothes over skin, cards of hair that dip into it.
CLOTHES_BEFORE_CM, BROW_REACH_CM, LASH_REACH_CM, HAIR_REACH_CM = 0.6, 0.5, 0.15, 0.3
SKIN_GLOSS, HAIR_GLOSS, CLOTHES_GLOSS, WET_GLOSS = 0.03, 0.02, 0.01, 0.05
# Hair is lit as the ball that it forms more than as its cards.
HAIR_AS_BALL = 0.7
HAIR_MIDDLE = np.array([0, 3.0, 0])
HAT_LINE_CM = 0.5


@dataclass(frozen=True)
class DressedPerson:
    """A person ready to be drawn.

    Attributes:
        head: The body that the person is made of.
        person: Who.
        shape: (V, 3) float64 body cm, without expression; frame: from there to the head's frame.
        frame: The person's.
        textures: Piece, or "skin", to (h, w, 5).
        meshes: Piece, or "skin", to its triangles; hair under a hat is left out.
        transfer: Piece, or "skin", to (N, D): the light that reaches each vertex of the mesh.
    """

    head: MakeHumanHead
    person: MakeHumanPerson
    shape: FloatArray
    frame: HeadFrame
    textures: Mapping[str, FloatArray]
    meshes: Mapping[str, UvMesh]
    transfer: Mapping[str, FloatArray]


def dress_person(head: MakeHumanHead, person: MakeHumanPerson, textures: Path) -> DressedPerson:
    """A person ready to be drawn.

    Args:
        head: The body.
        person: Who.
        textures: The folder of the textures.

    Raises:
        PlateError: A texture is missing or damaged.
    """
    shape = head.body.shape(person.shape_weights)
    frame = head.frame(shape)
    placed = _place_all(head, person, shape, frame)
    meshes = {"skin": head.body.skin} | {name: head.body.worn[name].mesh for name in person.pieces}
    hats = [name for name in person.pieces if name in HATS]
    for name in person.pieces if hats else ():
        if name.startswith("hair"):
            meshes[name] = _below_hat(meshes[name], placed[name], placed[hats[0]])
    hair = [name for name in person.pieces if name.startswith("hair")]
    solid = [name for name in meshes if name not in hair and not name.startswith("eye")]
    of_solid = cast_shadows(*_join(meshes, placed, solid))
    of_all = cast_shadows(*_join(meshes, placed, solid + hair)) if hair else of_solid
    transfer = {}
    for name, mesh in meshes.items():
        vertices, normals = placed[name][mesh.vertex].astype(np.float32), _normals(name, placed[name], mesh)
        # Hair does not shade itself: its cards lie closer than a shadow map can tell. Nor do lids the eyes.
        unshaded = name in hair or name.startswith("eye")
        transfer[name] = light_transfer(vertices, normals, of_solid if unshaded else of_all)
    pictures = {
        name: piece_texture(textures, person, name, head.region if name == "skin" else None) for name in meshes
    }
    return DressedPerson(head, person, shape, frame, pictures, meshes, transfer)


def render_person(dressed: DressedPerson, view: View, expression: Mapping[str, float]) -> RenderedView:
    """A picture of a person.

    Args:
        dressed: The person.
        view: Pose, gaze, light and background, none of them None, and the camera; its own expression is not used.
        expression: Target to weight.
    """
    assert view.pose is not None and view.gaze is not None and view.light is not None
    body = dressed.shape.copy()
    for name, weight in expression.items():
        vertices, moved = dressed.head.body.targets[name]
        body[vertices] += weight * moved
    placed = _place_all(dressed.head, dressed.person, body, dressed.frame)
    centres, axes = _turn_eyes(placed["eyes"], view.gaze)
    camera = camera_on_head(np.eye(3), view.pose, view.distance_cm)
    vertices = np.ascontiguousarray(placed["skin"], np.float32)
    plane, depth = camera.see(camera.place(vertices))
    posed = PosedHead(camera, vertices, plane, depth, centres, axes)
    landmarks = label_landmarks(dressed.head.anchors, posed)
    framing = frame_landmarks(landmarks, view)
    canvas = empty_canvas(view.side_px * SUPERSAMPLING, _enlarged(view))
    for name in _drawing_order(dressed.person):
        mesh = dressed.meshes[name]
        points = placed[name].astype(np.float32)
        seen = framing.points(*camera.see(_turn_with_neck(points, view.pose, camera)), SUPERSAMPLING)[mesh.vertex]
        _draw_piece(canvas, name, seen, _lit(dressed, name, points, camera, view.light))
    small = shrink_canvas(canvas, view.side_px)
    return RenderedView(
        picture=linear_to_bytes(small.colour),
        face=np.asarray((small.labels[..., 0] * 255).astype(np.uint8)),
        hair=np.asarray((small.labels[..., 1] * 255).astype(np.uint8)),
        landmarks=(landmarks * framing.focal_px + (framing.x, framing.y)).astype(np.float32) + np.float32(0.5),
        pose=view.pose,
        framing=framing,
    )


def _place_all(
    head: MakeHumanHead, person: MakeHumanPerson, body: FloatArray, frame: HeadFrame
) -> dict[str, FloatArray]:
    """Piece, or "skin", to its vertices in the head's frame, cm."""
    return {"skin": frame.apply(body)} | {
        name: frame.apply(head.body.worn[name].place(body)) for name in person.pieces
    }


def _join(
    meshes: Mapping[str, UvMesh], placed: Mapping[str, FloatArray], names: list[str]
) -> tuple[FloatArray, IntArray]:
    """Vertices and triangles of several pieces as one."""
    points = [placed[name] for name in names]
    starts = np.cumsum([0] + [len(part) for part in points[:-1]])
    triangles = [meshes[name].vertex[meshes[name].triangles] + at for name, at in zip(names, starts, strict=True)]
    return np.concatenate(points).astype(np.float32), np.concatenate(triangles).astype(np.int32)


def _below_hat(mesh: UvMesh, hair: FloatArray, hat: FloatArray) -> UvMesh:
    """The hair without what the hat presses down: all triangles above its brim."""
    nearest = ((hair[:, None, ::2] - hat[None, ::9, ::2]) ** 2).sum(2).argsort(1)[:, :6]
    brim = hat[::9, 1][nearest].min(1)
    below = hair[:, 1] < brim + HAT_LINE_CM
    return UvMesh(mesh.vertex, mesh.uv, mesh.triangles[below[mesh.vertex[mesh.triangles]].all(1)])


def _normals(name: str, placed: FloatArray, mesh: UvMesh) -> FloatArray:
    """(N, 3) float32 unit, of a piece's vertices (M, 3)."""
    points = np.ascontiguousarray(placed, np.float32)
    normals = vertex_normals(points, mesh.vertex[mesh.triangles].astype(np.int32))
    if name.startswith("hair"):
        outwards = points - HAIR_MIDDLE
        outwards /= np.maximum(np.linalg.norm(outwards, axis=1, keepdims=True), 1e-6)
        normals = normals * np.sign((normals * outwards).sum(1, keepdims=True)) * (1 - HAIR_AS_BALL)
        normals += outwards * HAIR_AS_BALL
        normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-6)
    return np.asarray(normals[mesh.vertex], np.float32)


def _turn_eyes(eyes: FloatArray, gaze: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Turn both eyeballs in place; returns their centres (2, 3) float32 cm and axes, the subject's left first."""
    centres, axes = np.empty((2, 3), np.float32), np.empty((2, 3), np.float32)
    for eye, ball in enumerate((eyes[:, 0] > 0, eyes[:, 0] <= 0)):
        turn = pose_to_rotation(gaze[eye][0], gaze[eye][1], 0)
        centres[eye] = (eyes[ball].max(0) + eyes[ball].min(0)) / 2
        axes[eye] = turn[:, 2]
        eyes[ball] = (eyes[ball] - centres[eye]) @ turn.T + centres[eye]
    return centres, axes


def _turn_with_neck(points: FloatArray, pose: tuple[float, float, float], camera: HeadCamera) -> FloatArray:
    """(N, 3) float32 cm in the camera's frame: the head turns as the pose says, the shoulders much less."""
    low, high = NECK_CM
    along = np.clip((points[:, 1] - low) / (high - low), 0, 1)
    share = SHOULDER_SHARE + (1 - SHOULDER_SHARE) * along * along * (3 - 2 * along)
    place = (share - SHOULDER_SHARE) / (1 - SHOULDER_SHARE) * (TURN_STEPS - 1)
    step = np.minimum(place.astype(np.int64), TURN_STEPS - 2)
    between = (place - step)[:, None]
    turns = [pose_to_rotation(*(angle * part for angle in pose)) for part in np.linspace(SHOULDER_SHARE, 1, TURN_STEPS)]
    turned = np.stack([(points - NECK_PIVOT) @ turn.T for turn in turns])
    rows = np.arange(len(points))
    mixed = turned[step, rows] * (1 - between) + turned[step + 1, rows] * between
    return np.asarray((mixed + camera.pivot).astype(np.float32))


def _enlarged(view: View) -> FloatArray:
    """The background at the size that is drawn."""
    assert view.background is not None
    side = view.side_px * SUPERSAMPLING
    return np.asarray(cv2.resize(view.background, (side, side), interpolation=cv2.INTER_LINEAR))


def _drawing_order(person: MakeHumanPerson) -> list[str]:
    """Solid pieces first, then brows and lashes, then hair."""

    def rank(name: str) -> int:
        return 2 if name.startswith("hair") else 1 if name.startswith(("eyebrow", "eyelashes")) else 0

    return sorted(("skin", *person.pieces), key=rank)


def _lit(
    dressed: DressedPerson, name: str, placed: FloatArray, camera: HeadCamera, light: FloatArray
) -> TexturedMesh:
    """A piece with the light on it."""
    mesh, texture = dressed.meshes[name], dressed.textures[name]
    transfer = dressed.transfer[name]
    gloss = WET_GLOSS if name in ("eyes", "tongue") or name.startswith("teeth") else SKIN_GLOSS
    gloss = HAIR_GLOSS if name.startswith("hair") else CLOTHES_GLOSS if name.startswith(("clothes", "hat")) else gloss
    sheen = sheen_of(_normals(name, placed, mesh), camera.rotation, light, gloss) * transfer.sum(1)[:, None]
    if name.startswith(("eyebrow", "eyelashes")):
        sheen = np.zeros_like(sheen)
    return TexturedMesh(
        mesh.triangles,
        texel_of(mesh.uv, texture.shape[:2]),
        light_vertices(transfer, camera.rotation, light),
        sheen.astype(np.float32),
        texture,
    )


def _draw_piece(canvas: MeshCanvas, name: str, points: FloatArray, mesh: TexturedMesh) -> None:
    """A piece onto the canvas, in place."""
    if name.startswith("hair"):
        draw_see_through(canvas, points, mesh, HAIR_LABEL, HAIR_REACH_CM)
    elif name.startswith("eyebrow"):
        draw_see_through(canvas, points, mesh, DETAIL_LABEL, BROW_REACH_CM)
    elif name.startswith("eyelashes"):
        draw_see_through(canvas, points, mesh, DETAIL_LABEL, LASH_REACH_CM)
    elif name.startswith(("clothes", "hat")):
        points[:, 2] -= CLOTHES_BEFORE_CM
        draw_solid(canvas, points, mesh, OTHER_LABEL)
    else:
        draw_solid(canvas, points, mesh, SKIN_LABEL)
