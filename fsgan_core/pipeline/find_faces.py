"""The first look at a shot: which faces each frame has, who they are, and where cuts are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from fsgan_core.face.cuts import THUMBNAIL_SIZE, find_cuts, picture_change, picture_thumbnail
from fsgan_core.face.detect import detect_faces
from fsgan_core.face.identify import embed_face
from fsgan_core.face.landmarks import find_landmarks, landmarks_to_plate_box
from fsgan_core.face.track import FaceTrack, FrameFaces, TrackRules, match_boxes, track_faces
from fsgan_core.geometry.box import intersection_over_union, suppress_overlaps
from fsgan_core.geometry.crop_transform import CropTransform
from fsgan_core.geometry.face_box import CROP_SIZE
from fsgan_core.geometry.resample import crop_picture
from fsgan_core.job.progress import Progress
from fsgan_core.job.settings import AnalyzeSettings
from fsgan_core.pipeline.shot_picture import ShotPicture
from fsgan_core.weights.load import Pack

EMBED_EVERY_FRAMES = 8
"""A face that is followed by overlap is identified this often; a new one at once."""
MAYBE_CUT_CHANGE = 0.2
"""Change from which all faces are identified again: lower than any cut."""
FACE_CERTAINTY = (0.6, 0.85)
"""Certainty of the landmarks up to which there is no face, and from which there surely is one."""
STEADY_IOU = 0.88
"""The box of the landmarks is where the crop was made for if it overlaps this much; else they are looked at again."""
MOST_LOOKS = 4
LOST_CERTAINTY = 0.4
"""Certainty below which the landmarks are not followed any further; on a far turned face, badly framed, it is 0.5."""
SAME_FACE_IOU = 0.3
"""Where the landmarks have been followed to and where the face was thought to be still overlap this much."""
DOUBLE_IOU = 0.4
"""Two faces of one frame that overlap by more are one."""


@dataclass(frozen=True, eq=False)
class FirstLook:
    """What the first pass over the frames found.

    Attributes:
        numbers: (N,) int frame numbers.
        tracks: One per person; boxes in picture px (from the display window's corner).
        origins: (N, 2) int, picture px of each frame's row 0, column 0.
    """

    numbers: np.ndarray
    tracks: tuple[FaceTrack, ...]
    origins: np.ndarray


def find_faces(
    pictures: Iterable[ShotPicture], pack: Pack, settings: AnalyzeSettings, progress: Progress
) -> FirstLook:
    """The persons of a shot, after one pass over its frames.

    Args:
        pictures: The frames, in order; each is let go before the next is taken.
        pack: Detector, landmarks and features are used.
        settings: Size, score and tracking rules.
        progress: Hears about every frame.
    """
    numbers: list[int] = []
    origins: list[tuple[int, int]] = []
    frames: list[FrameFaces] = []
    thumbnails: list[np.ndarray] = []
    ages = np.zeros(0, int)
    for picture in pictures:
        thumbnails.append(picture_thumbnail(picture.rgb))
        is_new = not frames or picture_change(thumbnails[-2], thumbnails[-1]) >= MAYBE_CUT_CHANGE
        before = np.zeros((0, 4), np.float32) if is_new else frames[-1].boxes
        boxes, scores = faces_of_picture(picture, before - np.tile(picture.origin, 2), pack, settings)
        matches = match_boxes(before, _to_picture(boxes, picture), settings.iou_threshold)
        # Frames since each face was last identified; a face without a predecessor is identified now.
        ages = np.array([ages[matches[k]] + 1 if k in matches else EMBED_EVERY_FRAMES for k in range(len(boxes))], int)
        due = ages >= EMBED_EVERY_FRAMES
        embeddings = tuple(_embedding(picture, boxes[k], pack) if due[k] else None for k in range(len(boxes)))
        ages[due] = 0
        frames.append(FrameFaces(_to_picture(boxes, picture), scores, embeddings))
        numbers.append(picture.number)
        origins.append(picture.origin)
        progress.frame_done(picture.number, f"{len(boxes)} faces" if len(boxes) != 1 else "1 face")
    cuts = find_cuts(np.array(thumbnails, np.uint8).reshape(-1, *THUMBNAIL_SIZE, 3))
    tracks = track_faces(frames, cuts, _rules(settings))
    return FirstLook(np.array(numbers, np.int64), tracks, np.array(origins, np.int64).reshape(-1, 2))


def faces_of_picture(
    picture: ShotPicture, before: np.ndarray, pack: Pack, settings: AnalyzeSettings
) -> tuple[np.ndarray, np.ndarray]:
    """The faces of one frame: detected, or still seen where one was in the frame before; measured by their landmarks.

    Args:
        picture: The frame.
        before: (P, 4) px of the picture's array, the faces of the frame before.
        pack: Detector and landmarks.
        settings: Size and score.

    Returns:
        Boxes (K, 4) in px of the picture's array, and scores (K,).
    """
    # What the detector is half sure of passes if the landmarks are sure of it: the score is the mean of both.
    candidate_score = settings.score_threshold**2
    found = detect_faces(picture.rgb, pack.detector, settings.min_face_px, candidate_score, picture.pixel_aspect)
    boxes, certainties = _looked_at(picture, found.boxes, pack)
    lost = intersection_over_union(before, boxes).max(1, initial=0.0) < SAME_FACE_IOU
    followed, followed_certainties = _looked_at(picture, before[lost], pack)
    boxes = np.concatenate([boxes, followed])
    certainties = np.concatenate([certainties, followed_certainties])
    none, sure = FACE_CERTAINTY
    detected = np.concatenate([found.scores, np.ones(len(followed))])
    scores = np.sqrt(detected * np.clip((certainties - none) / (sure - none), 0, 1)).astype(np.float32)
    is_face = np.flatnonzero(scores >= settings.score_threshold)
    # Of two boxes on one face, the one on which the landmarks agree best.
    kept = is_face[suppress_overlaps(boxes[is_face], certainties[is_face], DOUBLE_IOU)]
    return boxes[kept], scores[kept]


def _looked_at(picture: ShotPicture, boxes: np.ndarray, pack: Pack) -> tuple[np.ndarray, np.ndarray]:
    """Rough boxes (K, 4) as the landmarks in them say, and the landmarks' certainties (K,)."""
    looks = [_look(picture, box, pack) for box in boxes]
    refined = np.array([box for box, _ in looks], np.float32).reshape(-1, 4)
    return refined, np.array([certainty for _, certainty in looks], np.float64)


def _look(picture: ShotPicture, box: np.ndarray, pack: Pack) -> tuple[np.ndarray, float]:
    """The face box of the landmarks in a rough box and their certainty; certainty 0 where they have run away."""
    rough, certainty = box, 0.0
    for _ in range(MOST_LOOKS):
        transform = CropTransform.from_face_box(rough, CROP_SIZE, picture.pixel_aspect)
        found = find_landmarks(crop_picture(picture.rgb, transform), pack.landmarks)
        refined, certainty = landmarks_to_plate_box(found.points, transform), found.certainty
        overlap = intersection_over_union(rough, refined)[0, 0]
        rough = refined
        if overlap >= STEADY_IOU or certainty < LOST_CERTAINTY:
            break
    is_same = intersection_over_union(box, rough)[0, 0] >= SAME_FACE_IOU
    return rough, certainty if is_same else 0.0


def _embedding(picture: ShotPicture, box: np.ndarray, pack: Pack) -> np.ndarray:
    crop = CropTransform.from_face_box(box, CROP_SIZE, picture.pixel_aspect)
    return embed_face(crop_picture(picture.rgb, crop), pack.features)


def _to_picture(boxes: np.ndarray, picture: ShotPicture) -> np.ndarray:
    return (boxes + np.tile(picture.origin, 2)).astype(np.float32)


def _rules(settings: AnalyzeSettings) -> TrackRules:
    return TrackRules(
        iou_threshold=settings.iou_threshold,
        max_gap_frames=settings.max_gap_frames,
        min_track_frames=settings.min_track_frames,
        min_face_px=settings.min_face_px,
        reidentify_similarity=settings.reidentify_similarity,
    )
