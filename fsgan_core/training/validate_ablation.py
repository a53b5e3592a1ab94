"""What each stage of a swap is worth (Nirkin et al. 2022, Table 3): G_r alone, with G_c, with G_b, with both.

Faces of validation people on other validation people of a like pose, in the crop, by the stages that `fsgan swap` runs.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from torch import nn

from fsgan_core.color.network_encoding import network_to_linear
from fsgan_core.evaluation.seam import seam_visibility
from fsgan_core.face.aligned_face import embed_aligned
from fsgan_core.face.identify import embed_face
from fsgan_core.face.landmarks import find_landmarks
from fsgan_core.face.pose import estimate_pose
from fsgan_core.face.segment import FACE, HAIR, segment_face
from fsgan_core.geometry.face_box import CROP_SIZE
from fsgan_core.job.progress import Progress
from fsgan_core.job.settings import SwapSettings
from fsgan_core.stages.blend import blend
from fsgan_core.stages.face_mask import clear_of_hair, solid_face
from fsgan_core.stages.inpaint import inpaint
from fsgan_core.stages.paste import soft_erode
from fsgan_core.stages.reenact import Reenactor, reenact
from fsgan_core.training.augment import CropJitter, crop_view
from fsgan_core.training.datasets import Clip, View
from fsgan_core.training.validate_looking import landmark_error
from fsgan_core.training.validate_reenactment import as_face_view
from fsgan_core.training.weights_table import Figure
from fsgan_core.weights.load import Pack

STAGES = ("G_r", "G_r + G_c", "G_r + G_b", "G_r + G_c + G_b")
MEASURES = (
    ("likeness to the source", "cosine"), ("likeness to the target", "cosine"), ("pose", "degrees"),
    ("landmarks", "% of inter-ocular"), ("seam", "8-bit code values a px"),
)  # fmt: skip
FURTHEST_YAW_DEG = 45.0


def ablate_swap(clips: Sequence[Clip], pack: Pack, identity: nn.Module | None, progress: Progress) -> list[Figure]:
    """The figures of each combination of stages.

    Args:
        clips: Takes of split val; each person is put on the next one.
        pack: Makes and measures.
        identity: An embedding that no generator was trained with; None for the pack's own features.
        progress: Hears about every pair.
    """
    rows: dict[str, list[tuple[float, ...]]] = {stage: [] for stage in STAGES}
    progress.begin("ablation", len(clips))
    for number, (source, target) in enumerate(swap_pairs(clips), 1):
        for stage, made in swapped(source, target, pack).items():
            rows[stage].append(_measured(made, source, target, pack, identity))
        progress.frame_done(number)
    return [
        Figure(f"ablation, {stage}: {measure}", float(np.mean([row[k] for row in rows[stage]])), unit, len(rows[stage]))
        for stage in STAGES
        for k, (measure, unit) in enumerate(MEASURES)
        if rows[stage]
    ]


def swap_pairs(clips: Sequence[Clip]) -> Iterable[tuple[View, View]]:
    """For each person as target the view of the next person that is nearest in yaw and pitch, as face crops."""
    rng = np.random.default_rng(5)
    exact = CropJitter()
    for k, clip in enumerate(clips):
        other = clips[(k + 1) % len(clips)]
        near = np.flatnonzero(np.abs(np.nan_to_num(clip.poses[:, 0], nan=90)) <= FURTHEST_YAW_DEG)
        if other is clip or not len(near):
            continue
        position = int(rng.choice(near))
        distance = np.linalg.norm(other.poses[:, :2] - clip.poses[position, :2], axis=1)
        views = (other.view(int(np.nanargmin(distance))), clip.view(position))
        yield crop_view(views[0], CROP_SIZE, exact, rng), crop_view(views[1], CROP_SIZE, exact, rng)


def swapped(source: View, target: View, pack: Pack) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """The result of each combination of stages and its matte: (S, S, 3) in [-1, 1] and (S, S)."""
    settings = SwapSettings()
    plate = as_face_view(target).picture
    reenactor = Reenactor(pack.reenactment, pack.transformer, settings.step_deg)
    made = reenact([as_face_view(source)], np.ones(1), target.landmarks, target.pose, reenactor)
    classes = segment_face(network_to_linear(made), pack.segmentation)
    known = clear_of_hair(solid_face(classes[FACE]), classes[HAIR])
    face = solid_face(segment_face(network_to_linear(plate), pack.segmentation)[FACE])
    completed = inpaint(made, known, target.landmarks, face, pack.inpainting).picture
    # Without G_c the plate shows where the reenacted face has nothing.
    shown = np.minimum(face, known)
    soft = (settings.matte_soft_px, settings.matte_threshold)
    matte, small_matte = soft_erode(face, *soft), soft_erode(shown, *soft)
    fronts = {
        "G_r": (made, small_matte),
        "G_r + G_c": (completed, matte),
        "G_r + G_b": (blend(made, plate, shown, pack.blending), small_matte),
        "G_r + G_c + G_b": (blend(completed, plate, face, pack.blending), matte),
    }
    return {
        stage: (np.clip(front * m[..., None] + plate * (1 - m[..., None]), -1, 1).astype(np.float32), m)
        for stage, (front, m) in fronts.items()
    }


def _measured(
    made: tuple[np.ndarray, np.ndarray], source: View, target: View, pack: Pack, identity: nn.Module | None
) -> tuple[float, ...]:
    """In the order of MEASURES."""
    picture, matte = made
    linear, plate = network_to_linear(picture), as_face_view(target).picture

    def embedded(encoded: np.ndarray, landmarks: np.ndarray) -> np.ndarray:
        if identity is not None:
            return embed_aligned(encoded, landmarks, identity)
        return embed_face(network_to_linear(encoded), pack.features)

    result = embedded(picture, target.landmarks)
    likeness = [float(result @ embedded(as_face_view(view).picture, view.landmarks)) for view in (source, target)]
    pose = float(np.abs(estimate_pose(linear, pack.pose) - estimate_pose(network_to_linear(plate), pack.pose)).mean())
    found = find_landmarks(linear, pack.landmarks).points
    wanted = find_landmarks(network_to_linear(plate), pack.landmarks).points
    seam = seam_visibility((picture + 1) / 2, (plate + 1) / 2, matte)
    return (*likeness, pose, landmark_error(found, wanted), seam)
