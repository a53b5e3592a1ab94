"""One picture of a person: any pose, expression, gaze, light and camera, with its exact labels.

Layers, back to front: background, relief (photographed hair, neck and shoulders), head (skin, eyes, mouth), hair before
the face.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from fsgan_core.geometry.head_rotation import rotation_to_pose
from fsgan_core.training.synthesis.eyelids import LID_EXPRESSIONS, shut_lids
from fsgan_core.training.synthesis.head_camera import FIT_DISTANCE_CM, FloatArray
from fsgan_core.training.synthesis.head_light import OPEN_MOUTH_CM, light_head
from fsgan_core.training.synthesis.landmark_labels import inner_lip_gap_cm, label_landmarks
from fsgan_core.training.synthesis.posed_head import HeadCamera, PosedHead, camera_on_head, pose_head
from fsgan_core.training.synthesis.rasteriser import (
    Canvas,
    FaceLayer,
    HeadTextures,
    PaintedMesh,
    compose,
    empty_fragments,
    paint_head,
    rasterise,
)
from fsgan_core.training.synthesis.shading import irradiance, linear_to_bytes, relight_gain
from fsgan_core.training.synthesis.subject import Subject
from fsgan_core.training.synthesis.subject_pack import PORTRAIT_PX

# The head is drawn this many times finer in each direction, for smooth edges; the relief is soft enough without.
SUPERSAMPLING = 2
RELIEF_GAIN_LIMITS = (0.2, 2.4)

Pose = tuple[float, float, float]


@dataclass(frozen=True)
class View:
    """What picture to draw; None takes the portrait's own.

    Attributes:
        pose: Yaw, pitch, roll in degrees.
        expression: (E,) float32 weights.
        gaze: (2, 2) degrees yaw, pitch of each eye relative to the head, subject's left first.
        light: (9, 3) irradiance harmonics; None keeps the light that the portrait was taken in.
        light_amount: 0 keeps the portrait's light, 1 replaces it.
        background: (h, w, 3) float32 linear.
        margin: Side of the picture divided by that of the box around the landmarks.
        offset: Shift of the face right and down, as a share of the picture's side.
        distance_cm: Of the camera: near is wide-angle.
        side_px: Of the picture.
    """

    pose: Pose | None = None
    expression: FloatArray | None = None
    gaze: FloatArray | None = None
    light: FloatArray | None = None
    light_amount: float = 1.0
    background: FloatArray | None = None
    margin: float = 1.9
    offset: tuple[float, float] = (0.0, 0.0)
    distance_cm: float = FIT_DISTANCE_CM
    side_px: int = 320


@dataclass(frozen=True)
class Framing:
    """From the image plane to the picture: px = place * focal_px + (x, y), with whole numbers at pixel centres."""

    focal_px: float
    x: float
    y: float

    def points(self, plane: FloatArray, depth_cm: FloatArray, finer: int = 1) -> FloatArray:
        """(N, 3) float64 x, y in px of a picture `finer` times as large, and depth."""
        points = np.empty((len(plane), 3))
        points[:, :2] = plane * (self.focal_px * finer) + ((np.array([self.x, self.y]) + 0.5) * finer - 0.5)
        points[:, 2] = depth_cm
        return points


@dataclass(frozen=True)
class RenderedView:
    """A picture and its labels.

    Attributes:
        picture: (S, S, 3) uint8 sRGB.
        face: (S, S) uint8 share of a pixel that is face, hair line to jaw line, without the hair before it.
        hair: (S, S) uint8 share of a pixel that is hair.
        landmarks: (98, 2) float32 px, pixel centres at +0.5.
        pose: Yaw, pitch, roll in degrees.
        framing: How the image plane was laid into the picture.
    """

    picture: FloatArray
    face: FloatArray
    hair: FloatArray
    landmarks: FloatArray
    pose: Pose
    framing: Framing


def render_view(subject: Subject, view: View) -> RenderedView:
    """A picture of a person.

    Args:
        subject: The person.
        view: How they are seen.
    """
    head, stored = subject.maps.head, subject.stored
    expression = stored.expression if view.expression is None else np.asarray(view.expression, np.float32)
    gaze = stored.gaze if view.gaze is None else view.gaze
    camera = camera_on_head(stored.rotation, view.pose, view.distance_cm)
    posed = pose_head(head, subject.shape, expression, gaze, camera)
    landmarks = label_landmarks(head.anchors, posed)
    framing = frame_landmarks(landmarks, view)
    face = _draw_face(subject, posed, expression, framing, view)
    canvas = _canvas(subject, framing, view)
    _compose(subject, camera, framing, (face, canvas), view)
    landmarks_px = (landmarks * framing.focal_px + (framing.x, framing.y)).astype(np.float32) + np.float32(0.5)
    return RenderedView(
        picture=linear_to_bytes(canvas.colour),
        face=(canvas.face * 255).astype(np.uint8),
        hair=(canvas.hair * 255).astype(np.uint8),
        landmarks=landmarks_px,
        pose=rotation_to_pose(camera.rotation),
        framing=framing,
    )


def frame_landmarks(landmarks: FloatArray, view: View) -> Framing:
    """The framing that puts the landmarks' box in the middle."""
    low, high = landmarks.min(0), landmarks.max(0)
    focal = view.side_px / ((high - low).max() * view.margin)
    x, y = view.side_px / 2 - focal * (low + high) / 2 + np.array(view.offset) * view.side_px - 0.5
    return Framing(float(focal), float(x), float(y))


def _draw_face(
    subject: Subject, posed: PosedHead, expression: FloatArray, framing: Framing, view: View
) -> FaceLayer:
    """The head, drawn finer and averaged down to the picture's size."""
    maps, head = subject.maps, subject.maps.head
    lip_gap_cm = inner_lip_gap_cm(head.anchors, posed)
    open_mouth = lip_gap_cm > OPEN_MOUTH_CM
    triangles = head.triangles if open_mouth else head.triangles[: head.closed_mouth_triangles]
    side = view.side_px * SUPERSAMPLING
    fragments = empty_fragments(side, side)
    rasterise(framing.points(posed.plane, posed.depth_cm, SUPERSAMPLING), triangles, fragments, True)

    light = light_head(subject, posed, triangles, lip_gap_cm, (view.light, view.light_amount))
    lids = [head.expression_names.index(name) for name in LID_EXPRESSIONS]
    blinks = [float(expression[lid] - subject.stored.expression[lid]) for lid in lids]
    skin = shut_lids(subject.skin, maps.lids, subject.closed_lids, blinks)
    layer = FaceLayer(
        np.zeros((side, side, 3), np.float32),
        np.zeros((side, side), np.float32),
        np.zeros((side, side), np.float32),
        fragments.depth,
    )
    mesh = PaintedMesh(triangles, head.surface, maps.texel, light)
    paint_head(fragments, mesh, HeadTextures(skin, subject.eyes, maps.opacity, maps.face_region), layer)
    size = (view.side_px, view.side_px)
    return FaceLayer(
        np.asarray(cv2.resize(layer.colour, size, interpolation=cv2.INTER_AREA)),
        np.asarray(cv2.resize(layer.opacity, size, interpolation=cv2.INTER_AREA)),
        np.asarray(cv2.resize(layer.face_region, size, interpolation=cv2.INTER_AREA)),
        np.asarray(cv2.resize(fragments.depth, size, interpolation=cv2.INTER_NEAREST)),
    )


def _canvas(subject: Subject, framing: Framing, view: View) -> Canvas:
    """The background, and masks to be filled."""
    side = view.side_px
    masks = np.zeros((2, side, side), np.float32)
    if view.background is not None:
        background = cv2.resize(view.background, (side, side)).astype(np.float32)
        return Canvas(background, masks[0], masks[1])
    # The portrait's own background moves and grows with the camera as if it were as far away as the head.
    focal, centre_x, centre_y = subject.stored.camera
    scale = PORTRAIT_PX / 384
    zoom = framing.focal_px / focal / scale * FIT_DISTANCE_CM / view.distance_cm
    shift_x = framing.x - zoom * ((centre_x + 0.5) * scale - 0.5)
    shift_y = framing.y - zoom * ((centre_y + 0.5) * scale - 0.5)
    to_picture = np.array([[zoom, 0, shift_x], [0, zoom, shift_y]])
    own = cv2.warpAffine(
        subject.relief.background, to_picture, (side, side), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return Canvas(np.asarray(own), masks[0], masks[1])


def _compose(
    subject: Subject, camera: HeadCamera, framing: Framing, layers: tuple[FaceLayer, Canvas], view: View
) -> None:
    """Draw the relief, and lay relief, face and hair onto the canvas, in place."""
    relief, (face, canvas) = subject.relief, layers
    placed = camera.place(relief.turning) * relief.follow + relief.still * (1 - relief.follow)
    fragments = empty_fragments(view.side_px, view.side_px)
    rasterise(framing.points(*camera.see(placed)), relief.triangles, fragments, False)
    gain = np.ones((len(placed), 3), np.float32)
    if view.light is not None:
        own_rotation = subject.stored.rotation.astype(np.float32)
        new = irradiance(relief.normals, camera.rotation, view.light)
        own = irradiance(relief.normals, own_rotation, subject.stored.own_light[:, None])[:, 0]
        gain = relight_gain(new, own, RELIEF_GAIN_LIMITS, view.light_amount)
    mesh = PaintedMesh(relief.triangles, np.zeros(0, np.int32), relief.texel, gain)
    compose(fragments, mesh, relief.photograph, face, canvas)
