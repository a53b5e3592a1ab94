"""Self-reenactment: a person moved to another picture of themselves, which shows what should come out (section 5.2).

Everything is measured with the pack's own networks on both pictures, result and target, so that what they get wrong on
both cancels out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fsgan_core.color.network_encoding import linear_to_network, network_to_linear
from fsgan_core.evaluation.expression_error import landmark_error_px
from fsgan_core.evaluation.identity import identity_cosine
from fsgan_core.face.identify import embed_face
from fsgan_core.face.landmarks import find_landmarks, find_mirrored_landmarks
from fsgan_core.face.pose import estimate_pose
from fsgan_core.stages.appearance_map import build_appearance_map
from fsgan_core.stages.face_mask import solid_face
from fsgan_core.stages.face_view import FaceView
from fsgan_core.stages.reenact import Reenactor, reenact
from fsgan_core.weights.load import Pack

LEFT_EYE_CORNER, RIGHT_EYE_CORNER = 60, 72
"""Outer corners of the eyes: their distance is the inter-ocular distance of WFLW's own benchmark."""


@dataclass(frozen=True)
class SelfReenactmentScore:
    """How near a reenacted picture came to the real one.

    Args:
        yaw_gap_deg: Between source (the nearest view of it) and target.
        landmark_percent: Mean distance of the landmarks, in percent of the distance between the outer eye corners.
        still_percent: The same of the untouched source view: what an engine that does nothing would have.
        identity: Cosine of the face features of both; 1 is the same.
        pixel_error: Mean absolute difference inside the target's face, in the networks' encoding (black -1, white 1).
    """

    yaw_gap_deg: float
    landmark_percent: float
    still_percent: float
    identity: float
    pixel_error: float


def view_of(crop: np.ndarray, pack: Pack, frame: int = 0) -> FaceView:
    """A face crop (S, S, 3) scene-linear as a view: landmarks and pose as pass 1 measures them on one frame."""
    landmarks = (find_landmarks(crop, pack.landmarks).points + find_mirrored_landmarks(crop, pack.landmarks).points) / 2
    picture = np.clip(linear_to_network(np.clip(crop, 0, 1)), -1, 1).astype(np.float32)
    return FaceView(picture, landmarks.astype(np.float32), estimate_pose(crop, pack.pose), frame)


def score_in_steps(
    source: FaceView, target: FaceView, face: np.ndarray, steps: int, pack: Pack
) -> SelfReenactmentScore:
    """One view moved to the target in a given number of steps (eq. 9 and 10).

    Args:
        source: Where the face comes from.
        target: The same person; its landmarks and pose are wanted, its picture is what should come out.
        face: (S, S) share of face in the target.
        steps: Of G_r, 1 or more.
        pack: The networks.
    """
    moved = reenact_in_steps(source, target.landmarks, target.pose, steps, pack)
    return _score(moved, [source], target, face, pack)


def reenact_in_steps(
    source: FaceView, landmarks: np.ndarray, pose: np.ndarray, steps: int, pack: Pack
) -> np.ndarray:
    """(S, S, 3) in [-1, 1]: one view moved to landmarks and pose in so many steps; in one where it does not turn."""
    turn_deg = float(np.hypot(*(np.asarray(pose[:2]) - source.pose[:2])))
    reenactor = Reenactor(pack.reenactment, pack.transformer, max(turn_deg / steps, 1e-3))
    return reenact([source], np.ones(1), landmarks, pose, reenactor)


def score_from_map(
    views: Sequence[FaceView], target: FaceView, face: np.ndarray, step_deg: float, pack: Pack
) -> SelfReenactmentScore:
    """All views of a person moved to the target as a swap would: three of the map, mixed (section 3.6).

    Args:
        views: At least one, the target not among them.
        target: The same person.
        face: (S, S) share of face in the target.
        step_deg: The largest turn of one step.
        pack: The networks.
    """
    reenactor = Reenactor(pack.reenactment, pack.transformer, step_deg)
    mix = build_appearance_map(views).query(target.pose)
    chosen = [views[index] for index in mix.indices]
    moved = reenact(chosen, mix.weights, target.landmarks, target.pose, reenactor)
    return _score(moved, chosen, target, face, pack)


def landmark_percent(found: np.ndarray, wanted: np.ndarray) -> float:
    """Mean distance of landmarks (98, 2) px from those wanted, in percent of the distance between the latter's eyes."""
    between_eyes = float(np.linalg.norm(wanted[LEFT_EYE_CORNER] - wanted[RIGHT_EYE_CORNER]))
    return 100 * float(landmark_error_px(found[None], wanted[None])[0]) / max(between_eyes, 1e-6)


def _score(
    moved: np.ndarray, sources: Sequence[FaceView], target: FaceView, face: np.ndarray, pack: Pack
) -> SelfReenactmentScore:
    light, wanted = network_to_linear(moved), network_to_linear(target.picture)
    found = view_of(light, pack)
    nearest = min(sources, key=lambda view: abs(float(view.pose[0] - target.pose[0])))
    inside = solid_face(face) >= 0.5
    difference = np.abs(np.clip(moved, -1, 1) - target.picture)[inside]
    return SelfReenactmentScore(
        yaw_gap_deg=abs(float(nearest.pose[0] - target.pose[0])),
        landmark_percent=landmark_percent(found.landmarks, target.landmarks),
        still_percent=landmark_percent(nearest.landmarks, target.landmarks),
        identity=float(identity_cosine(embed_face(light, pack.features)[None], embed_face(wanted, pack.features))[0]),
        pixel_error=float(difference.mean()) if inside.any() else 0.0,
    )
