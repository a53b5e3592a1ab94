"""How well a pack sees: landmarks, pose and segmentation against the labels of people that training never saw.

Measured by the code that looks at a shot (`pipeline.measure_faces`), on the face box of the labels.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from fsgan_core.face.segment import FACE, HAIR, decompress_segmentation
from fsgan_core.geometry.crop_transform import CropTransform
from fsgan_core.geometry.eye_opening import OUTER_CORNERS, eye_opening
from fsgan_core.geometry.face_box import landmarks_to_box
from fsgan_core.geometry.resample import crop_picture
from fsgan_core.job.progress import Progress
from fsgan_core.pipeline.measure_faces import measure_face
from fsgan_core.pipeline.shot_picture import ShotPicture
from fsgan_core.training.datasets import SHUT, Clip, View, view_picture
from fsgan_core.training.unsure_hair import UNSURE_HAIR
from fsgan_core.training.weights_table import Figure
from fsgan_core.weights.load import Pack

FURTHEST_YAW_DEG = 60.0
SHUT_EYES_YAW_DEG = 40.0
HALF_OPEN = 0.13
"""Opening (`eye_opening`) halfway between the means of shut and open eyes."""


@dataclass
class _Sums:
    """What is added up over views."""

    errors: list[float] = field(default_factory=list)
    turned_errors: list[float] = field(default_factory=list)
    pose_errors: list[np.ndarray] = field(default_factory=list)
    sure_hair: int = 0
    overlap: np.ndarray = field(default_factory=lambda: np.zeros((3, 2)))

    def iou(self) -> np.ndarray:
        """(3,) of face, of hair, and of hair where its labels are believed."""
        return np.asarray(self.overlap[:, 0] / np.maximum(self.overlap[:, 1], 1))


def look_at_renders(clips: Sequence[Clip], views: int, pack: Pack, progress: Progress) -> list[Figure]:
    """Landmarks, pose and segmentation on renders up to 60 degrees of yaw.

    Args:
        clips: Of split val.
        views: Views of each clip, spread evenly over it.
        pack: Whose networks look.
        progress: Hears about every clip.
    """
    sums = _Sums()
    progress.begin("look at renders", len(clips))
    for number, clip in enumerate(clips, 1):
        for view in spread_views(clip, views):
            if abs(view.pose[0]) <= FURTHEST_YAW_DEG:
                _add(sums, view, pack, clip.meta.name not in UNSURE_HAIR)
        progress.frame_done(number)
    poses = np.array(sums.pose_errors).reshape(-1, 3)
    count = len(sums.errors)
    iou = sums.iou()
    return [
        Figure("landmarks on renders to 60 degrees", _mean(sums.errors), "% of inter-ocular", count, at_most=3.5),
        Figure("landmarks on renders beyond 30 degrees", _mean(sums.turned_errors), "% of inter-ocular",
               len(sums.turned_errors)),
        Figure("pose to 60 degrees, mean of the three angles", _mean(poses), "degrees", count, at_most=3.0),
        *(Figure(f"pose to 60 degrees, {name}", _mean(poses[:, k]), "degrees", count)
          for k, name in enumerate(("yaw", "pitch", "roll"))),
        Figure("segmentation, face", float(iou[0]), "IoU", count, at_least=0.93),
        Figure("segmentation, hair", float(iou[1]), "IoU", count, at_least=0.85),
        Figure("segmentation, hair, without people whose hair labels are wrong", float(iou[2]), "IoU",
               sums.sure_hair),
    ]  # fmt: skip


def look_at_shut_eyes(clips: Sequence[Clip], views: int, pack: Pack, progress: Progress) -> list[Figure]:
    """Whether a blink is seen: the lids of views with shut eyes, and their opening in all of these and as many others.

    Args:
        clips: Of split val.
        views: At most so many views with shut eyes of each clip.
        pack: Whose landmark network looks.
        progress: Hears about every clip.
    """
    found: list[float] = []
    labels: list[float] = []
    progress.begin("look at shut eyes", len(clips))
    for number, clip in enumerate(clips, 1):
        shut = clip.shut[:views]
        others = [k for k in range(len(clip)) if k not in clip.shut][: len(shut)]
        for view in (clip.view(int(position)) for position in (*shut, *others)):
            if abs(view.pose[0]) <= SHUT_EYES_YAW_DEG:
                picture = ShotPicture(1, view_picture(view), 1.0, (0, 0))
                face = measure_face(picture, landmarks_to_box(view.landmarks), pack)
                found.append(float(eye_opening(face.landmarks)))
                labels.append(float(eye_opening(view.landmarks)))
        progress.frame_done(number)
    openings, wanted = np.array(found), np.array(labels)
    are_shut = wanted < SHUT
    agreement = float(np.corrcoef(openings, wanted)[0, 1]) if len(found) > 1 else float("nan")
    return [
        Figure("shut eyes seen less than half open", _mean(openings[are_shut] < HALF_OPEN), "of the views",
               int(are_shut.sum())),
        Figure("open eyes seen more than half open", _mean(openings[~are_shut] > HALF_OPEN), "of the views",
               int((~are_shut).sum())),
        Figure("opening of the eyes, found and labelled", agreement, "correlation", len(found)),
    ]  # fmt: skip


def look_at_photos(photos: Sequence[Clip], pack: Pack, progress: Progress) -> list[Figure]:
    """Landmarks and segmentation against the labels of photographs (and AI-made portraits)."""
    sums = _Sums()
    progress.begin("look at photographs", len(photos))
    for number, photo in enumerate(photos, 1):
        _add(sums, photo.view(0), pack, photo.meta.name not in UNSURE_HAIR)
        progress.frame_done(number)
    iou = sums.iou()
    count = len(sums.errors)
    return [
        Figure("landmarks against face_pack labels", _mean(sums.errors), "% of inter-ocular", count, at_most=4.0),
        Figure("segmentation against face_pack labels, face", float(iou[0]), "IoU", count),
        Figure("segmentation against face_pack labels, hair", float(iou[1]), "IoU", count),
        Figure("segmentation against face_pack labels, hair, without wrong labels", float(iou[2]), "IoU",
               sums.sure_hair),
    ]  # fmt: skip


def spread_views(clip: Clip, count: int) -> Iterable[View]:
    """`count` views of a clip, spread evenly; the first is the first."""
    positions = np.linspace(0, len(clip) - 1, min(count, len(clip))).round().astype(int)
    return (clip.view(int(position)) for position in positions)


def landmark_error(points: np.ndarray, labels: np.ndarray) -> float:
    """Mean distance in per cent of the distance between the outer eye corners of the labels (as WFLW is scored).

    Args:
        points: (98, 2) px.
        labels: (98, 2) px of the same picture.
    """
    first, second = labels[list(OUTER_CORNERS)]
    ocular = float(np.linalg.norm(first - second))
    return 100 * float(np.linalg.norm(points - labels, axis=1).mean()) / ocular


def _add(sums: _Sums, view: View, pack: Pack, sure_hair: bool) -> None:
    picture = ShotPicture(1, view_picture(view), 1.0, (0, 0))
    found = measure_face(picture, landmarks_to_box(view.landmarks), pack)
    error = landmark_error(found.transform.to_plate(found.landmarks), view.landmarks)
    sums.errors.append(error)
    if abs(view.pose[0]) > 30:
        sums.turned_errors.append(error)
    if np.isfinite(view.pose).all():
        sums.pose_errors.append(np.abs(found.pose - view.pose))
    classes = decompress_segmentation(found.segmentation).argmax(0)
    for row, (name, mask) in enumerate(((FACE, view.face), (HAIR, view.hair))):
        label = _crop_mask(mask, found.transform)
        areas = ((classes == name) & label).sum(), ((classes == name) | label).sum()
        sums.overlap[row] += areas
        if name == HAIR and sure_hair:
            sums.overlap[2] += areas
            sums.sure_hair += 1


def _crop_mask(mask: np.ndarray, transform: CropTransform) -> np.ndarray:
    """(S, S) bool: the label in the crop."""
    return crop_picture(mask.astype(np.float32)[..., None], transform, "linear")[..., 0] > 127.5


def _mean(values: Sequence[float] | np.ndarray) -> float:
    return float(np.mean(values)) if len(values) else float("nan")
