"""One frame of a reenactment: the moved face in a crop of its own, or pasted back over the source's own plate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import cv2
import numpy as np

from fsgan_core.color.colorspaces import LINEAR_REC709
from fsgan_core.color.network_encoding import linear_to_network, network_to_linear
from fsgan_core.color.plate_color import PlateColor
from fsgan_core.face.face_analysis import FaceAtFrame
from fsgan_core.face.segment import FACE as FACE_CLASS
from fsgan_core.face.segment import HAIR as HAIR_CLASS
from fsgan_core.face.segment import segment_face
from fsgan_core.job.reenact_settings import MovedFaceSettings
from fsgan_core.media.exr_attribute import AttributeValue
from fsgan_core.media.layer_names import FACE, HAIR, MATTE
from fsgan_core.media.plate_frame import PictureHeader, PlateFrame
from fsgan_core.pipeline.layered_frame import FrameStatus, LayeredFrame, Patch
from fsgan_core.pipeline.linear_frame import LinearFrame, crop_visible
from fsgan_core.pipeline.motion import Move
from fsgan_core.pipeline.paste_layers import SwapStages, paste_layers
from fsgan_core.shot.image_window import ImageWindow
from fsgan_core.stages.appearance_map import AppearanceMap
from fsgan_core.stages.blend import blend_same_person
from fsgan_core.stages.face_mask import clear_of_hair, solid_face
from fsgan_core.stages.face_view import FaceView
from fsgan_core.stages.inpaint import CompletedFace, inpaint
from fsgan_core.stages.paste import border_for, round_to, soft_erode
from fsgan_core.stages.reenact import Reenactor, reenact
from fsgan_core.weights.load import Pack

_BORDER_PX = 3


@dataclass(frozen=True, eq=False)
class FaceMover:
    """What every frame of a reenactment shares.

    Args:
        pack: Networks.
        reenactor: G_r, T and the step size.
        source: The source's views.
        settings: How the result looks and is stored.
        from_own_frame: Start from the frame that is pasted back on, not from the map (section 5.2.3): its head stays.
    """

    pack: Pack
    reenactor: Reenactor
    source: AppearanceMap
    settings: MovedFaceSettings
    from_own_frame: bool


def moved_crop(number: int, move: Move | None, view: FaceView | None, mover: FaceMover) -> LayeredFrame:
    """The moved face with what surrounds it, as a square picture; black where there is no move.

    Args:
        number: Frame number.
        move: Where the landmarks go.
        view: The source in this frame, where the mover starts from it.
        mover: What all frames share.
    """
    size = mover.source.views[0].picture.shape[0]
    stored = np.float16 if mover.settings.bit_depth == "half" else np.float32
    if move is None:
        return LayeredFrame(_crop_frame(number, np.zeros((size, size, 3), stored)), "no_face")
    reenacted = _reenacted(move, view, mover)
    light = network_to_linear(reenacted)
    classes = segment_face(light, mover.pack.segmentation)
    face = clear_of_hair(solid_face(classes[FACE_CLASS]), classes[HAIR_CLASS])
    settings = mover.settings
    matte = soft_erode(face, settings.matte_soft_px, settings.matte_threshold, _BORDER_PX)
    window = (0, 0, size, size)
    planes = {MATTE: matte, FACE: face, HAIR: classes[HAIR_CLASS]}
    layers = {name: Patch(window, plane[..., None].astype(stored)) for name, plane in planes.items()}
    linear = _crop_frame(number, round_to(light, stored).astype(stored))
    return LayeredFrame(linear, _status(move), None, layers, attributes=move_attributes(move))


def moved_on_plate(linear: LinearFrame, own: FaceAtFrame, move: Move, mover: FaceMover) -> LayeredFrame:
    """The source's own frame with its face moved.

    As in a swap, and the plate's face is the source's: what the moved face lays bare is the neck or the room behind it,
    which G_r has drawn; only what should be face and is none (a hand, a strand) is inpainted.

    Args:
        linear: The source's frame.
        own: The source's face in it.
        move: Where its landmarks go.
        mover: What all frames share.
    """
    pack, settings = mover.pack, mover.settings
    plate_face = solid_face(own.segmentation[FACE_CLASS])

    # crop, encode
    target = linear_to_network(crop_visible(linear, own.crop))

    # reenact
    view = FaceView(np.clip(target, -1, 1), own.landmarks, own.pose, own.frame)
    reenacted = _reenacted(move, view, mover)

    # segment, inpaint
    classes = segment_face(network_to_linear(reenacted), pack.segmentation)
    moved_face = clear_of_hair(solid_face(classes[FACE_CLASS]), classes[HAIR_CLASS])
    missing = np.minimum(plate_face, face_outline(move.landmarks, target.shape[0])) * (1 - moved_face)
    wanted = np.maximum(moved_face, missing)
    inpainted = inpaint(reenacted, moved_face, move.landmarks, wanted, pack.inpainting)
    picture = np.where(wanted[..., None] >= 0.5, inpainted.picture, reenacted)
    completed = CompletedFace(picture, missing.astype(np.float32))

    # blend
    covered = linear.mattes.face_in_crop(np.maximum(plate_face, moved_face), own.crop)
    both_faces = (plate_face >= 0.5) & (wanted >= 0.5)
    turn_deg = float(np.linalg.norm(move.pose - own.pose))
    blended = blend_same_person(picture, target, both_faces, turn_deg, pack.blending)

    # decode, paste
    matte = soft_erode(covered, settings.matte_soft_px, settings.matte_threshold, border_for(own.crop))
    pasted = paste_layers(linear, own, SwapStages(reenacted, completed, blended, matte), settings.bit_depth)
    return replace(pasted, status=_status(move), attributes=move_attributes(move))


def face_outline(landmarks: np.ndarray, size: int) -> np.ndarray:
    """(S, S) float32, 1 inside jaw and brows of landmarks (98, 2) crop px: where there should be face."""
    outline = np.concatenate([landmarks[:33], landmarks[50:32:-1]]).astype(np.float32)
    hull = cv2.convexHull(outline)
    # fillConvexPoly counts pixel centres from 0; 4 bits below the point.
    inside = np.zeros((size, size), np.float32)
    cv2.fillConvexPoly(inside, np.round((hull - 0.5) * 16).astype(np.int32), 1.0, cv2.LINE_8, 4)
    return inside


def move_attributes(move: Move) -> Mapping[str, AttributeValue]:
    """What the file of a frame says of its move."""
    frames = {f"fsgan/{what}_frame": frame for what, frame in move.driver_frames.items()}
    return {**frames, "fsgan/pose": " ".join(f"{float(angle):.4g}" for angle in move.pose)}


def _reenacted(move: Move, view: FaceView | None, mover: FaceMover) -> np.ndarray:
    """(S, S, 3) in [-1, 1]: the views around the pose, or the frame's own, moved (eq. 16)."""
    if mover.from_own_frame and view is not None:
        return reenact([view], np.ones(1), move.landmarks, move.pose, mover.reenactor)
    mix = mover.source.query(move.pose, mover.settings.max_views)
    views = [mover.source.views[index] for index in mix.indices]
    return reenact(views, mix.weights, move.landmarks, move.pose, mover.reenactor)


def _crop_frame(number: int, light: np.ndarray) -> LinearFrame:
    """A crop as a frame of its own: scene-linear Rec.709, square pixels, the window of the crop."""
    window = ImageWindow.of_size(light.shape[1], light.shape[0])
    header = PictureHeader(window, window, 1.0, {"colorInteropID": LINEAR_REC709})
    return LinearFrame(PlateFrame(number, "", light, None, header), light, PlateColor(LINEAR_REC709, LINEAR_REC709))


def _status(move: Move) -> FrameStatus:
    return "held" if move.is_bridged else "reenacted"
