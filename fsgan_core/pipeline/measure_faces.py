"""The second look at a shot: landmarks, pose and segmentation of each person on steady crops, then smoothed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from fsgan_core.face.face_analysis import FaceAnalysis
from fsgan_core.face.landmarks import find_landmarks_twice
from fsgan_core.face.pose import estimate_pose
from fsgan_core.face.segment import compress_segmentation, segment_face, smooth_segmentation
from fsgan_core.face.sharpness import face_sharpness
from fsgan_core.face.track import FaceTrack
from fsgan_core.geometry.box import intersection_over_union
from fsgan_core.geometry.crop_transform import CropTransform
from fsgan_core.geometry.face_box import CROP_SIZE, box_to_crop_box, landmarks_to_box
from fsgan_core.geometry.resample import crop_picture
from fsgan_core.geometry.smoothing import (
    by_segment,
    landmark_weight,
    running_mean,
    smooth_boxes,
    smooth_landmarks,
)
from fsgan_core.job.progress import Progress
from fsgan_core.job.settings import AnalyzeSettings
from fsgan_core.pipeline.find_faces import FirstLook
from fsgan_core.pipeline.shot_picture import ShotPicture
from fsgan_core.weights.load import Pack

BRIDGED_FACE_IOU = 0.6
"""On a bridged frame the landmarks count if their box overlaps the bridged one this much; else they are bridged too."""
BRIDGED_FACE_CERTAINTY = 0.55
"""And if they are this certain."""


@dataclass(frozen=True, eq=False)
class MeasuredFace:
    """What the networks say about one face in one frame."""

    transform: CropTransform
    origin: tuple[int, int]
    landmarks: np.ndarray
    certainty: float
    pose: np.ndarray
    segmentation: bytes
    sharpness: float


def measure_faces(
    pictures: Iterable[ShotPicture], look: FirstLook, pack: Pack, settings: AnalyzeSettings, progress: Progress
) -> tuple[FaceAnalysis, ...]:
    """Everything about the persons of a shot, after a second pass over its frames.

    Args:
        pictures: The frames of `frames_with_faces(look)`, in order; each is let go before the next is taken.
        look: What the first pass found.
        pack: Landmarks, pose and segmentation are used.
        settings: Windows of the smoothing.
        progress: Hears about every frame.
    """
    tracks = [_with_steady_boxes(track, settings) for track in look.tracks]
    measured: list[list[MeasuredFace]] = [[] for _ in tracks]
    for picture in pictures:
        index = int(np.searchsorted(look.numbers, picture.number))
        for track, found in zip(tracks, measured, strict=True):
            # Tracks are measured in the order of their frames, so the next one is at the end of what was found.
            if len(found) < len(track.indices) and track.indices[len(found)] == index:
                found.append(measure_face(picture, track.boxes[len(found)], pack))
        progress.frame_done(picture.number)
    return tuple(
        _smoothed(_assemble(track, found, look), settings) for track, found in zip(tracks, measured, strict=True)
    )


def frames_with_faces(look: FirstLook) -> list[int]:
    """The frame numbers in which some person is present, bridged frames included."""
    indices = sorted({int(index) for track in look.tracks for index in track.indices})
    return [int(look.numbers[index]) for index in indices]


def _with_steady_boxes(track: FaceTrack, settings: AnalyzeSettings) -> FaceTrack:
    if not settings.smooth:
        return track

    def smooth(boxes: np.ndarray) -> np.ndarray:
        return smooth_boxes(boxes, settings.box_smooth_frames, settings.size_smooth_frames)

    return replace(track, boxes=by_segment(smooth, track.boxes, track.segment_ids))


def measure_face(picture: ShotPicture, box: np.ndarray, pack: Pack) -> MeasuredFace:
    """One face box (4,) in picture px, looked at."""
    in_array = box.astype(np.float64) - np.tile(picture.origin, 2)
    transform = CropTransform.from_face_box(in_array, CROP_SIZE, picture.pixel_aspect)
    crop = crop_picture(picture.rgb, transform)
    found = find_landmarks_twice(picture.rgb, transform, crop, pack.landmarks)
    return MeasuredFace(
        transform=transform,
        origin=picture.origin,
        landmarks=found.points,
        certainty=found.certainty,
        pose=estimate_pose(crop, pack.pose),
        segmentation=compress_segmentation(segment_face(crop, pack.segmentation)),
        sharpness=face_sharpness(crop, found.points),
    )


def _assemble(track: FaceTrack, measured: list[MeasuredFace], look: FirstLook) -> FaceAnalysis:
    """One person's measurements as arrays, landmarks and pose interpolated where a bridged frame hides the face."""
    origins = np.array([one.origin for one in measured], np.int64)
    landmarks = np.stack([one.landmarks for one in measured])
    poses = np.stack([one.pose for one in measured])
    certain = np.array([one.certainty for one in measured]) >= BRIDGED_FACE_CERTAINTY
    seen = (track.scores > 0) | (certain & _shows_face(landmarks))
    return FaceAnalysis(
        track_id=track.track_id,
        frames=look.numbers[track.indices],
        boxes=(track.boxes - np.tile(origins, 2)).astype(np.float32),
        scores=track.scores,
        plate_to_crop=np.stack([one.transform.plate_to_crop for one in measured]),
        crop_size=CROP_SIZE,
        landmarks=_interpolated(landmarks, seen, track.segment_ids),
        poses=_interpolated(poses, seen, track.segment_ids),
        sharpness=np.array([one.sharpness for one in measured], np.float32),
        face_embedding=track.embedding,
        segmentations=tuple(one.segmentation for one in measured),
        segment_ids=track.segment_ids,
        window_origins=origins,
    )


def _shows_face(landmarks: np.ndarray) -> np.ndarray:
    """(N,) bool: whether landmarks (N, 98, 2) crop px span about the face box that the crop was made for."""
    inner = CROP_SIZE / float(np.ptp(box_to_crop_box(np.array([0, 0, 1, 1]))[::2]))
    margin = (CROP_SIZE - inner) / 2
    expected = np.array([margin, margin, margin + inner, margin + inner])
    found = np.stack([landmarks_to_box(points) for points in landmarks])
    return intersection_over_union(found, expected)[:, 0] >= BRIDGED_FACE_IOU


def _interpolated(values: np.ndarray, seen: np.ndarray, segment_ids: np.ndarray) -> np.ndarray:
    """Values (N, ...) with those not seen taken from a line between their neighbours of the same segment."""
    filled = values.copy()
    for segment in np.unique(segment_ids):
        known = np.flatnonzero((segment_ids == segment) & seen)
        missing = np.flatnonzero((segment_ids == segment) & ~seen)
        after = np.clip(np.searchsorted(known, missing), 1, max(len(known) - 1, 1))
        for at, right in zip(missing, after, strict=True):
            # Both ends of a bridge are detected frames, so there is always one on either side.
            left_index, right_index = known[right - 1], known[right]
            weight = (at - left_index) / (right_index - left_index)
            filled[at] = (1 - weight) * values[left_index] + weight * values[right_index]
    return filled


def _smoothed(face: FaceAnalysis, settings: AnalyzeSettings) -> FaceAnalysis:
    """Landmarks, poses and segmentations smoothed over each uninterrupted run (section 3.1)."""
    if not settings.smooth:
        return face
    segmentations: list[bytes] = []
    for segment in np.unique(face.segment_ids):
        inside = np.flatnonzero(face.segment_ids == segment)
        # The mattes follow the jaw: where it moves in the crop, so do their edges.
        weight = landmark_weight(face.landmarks[inside], "jaw", settings.landmark_smooth_frames, face.crop_size)
        part = [face.segmentations[index] for index in inside]
        segmentations += smooth_segmentation(part, weight, settings.segmentation_smooth_frames)

    def steady_landmarks(points: np.ndarray) -> np.ndarray:
        return smooth_landmarks(points, settings.landmark_smooth_frames, face.crop_size)

    def steady_poses(poses: np.ndarray) -> np.ndarray:
        return running_mean(poses, settings.pose_smooth_frames).astype(np.float32)

    return replace(
        face,
        landmarks=by_segment(steady_landmarks, face.landmarks, face.segment_ids),
        poses=by_segment(steady_poses, face.poses, face.segment_ids),
        segmentations=tuple(segmentations),
    )
