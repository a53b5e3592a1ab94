"""Which frames of the user's footage are kept: pruned, grouped by who is in them, thinned to the most varied."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from scipy.spatial import cKDTree

from fsgan_core.face.face_analysis import FaceAnalysis
from fsgan_core.face.segment import FACE, decompress_segmentation
from fsgan_core.geometry.face_box import landmarks_to_box
from fsgan_core.training.footage_settings import FootageSettings
from fsgan_core.training.frame_pruning import prune_frames


def usable_frames(face: FaceAnalysis, settings: FootageSettings) -> tuple[np.ndarray, Counter[str]]:
    """The frames of one person in one clip that may be learned from.

    Args:
        face: The person over the clip.
        settings: What is too small, too covered, too alike.

    Returns:
        (M,) int positions in `face.frames`, rising; and how many frames were left out for each reason.
    """
    kept, reasons = prune_frames(face)
    small = face.boxes[kept, 3] - face.boxes[kept, 1] < settings.min_face_px
    shares = np.array([face_share(face, position) for position in kept])
    hidden = ~small & (shares < settings.min_face_share)
    reasons.update({"too small": int(small.sum()), "mostly hidden": int(hidden.sum())})
    kept = kept[~small & ~hidden]
    distinct = distinct_poses(face.poses[kept, :2], face.sharpness[kept], settings.view_distance_deg)
    reasons["too alike in pose"] = len(kept) - len(distinct)
    return kept[distinct], +reasons


def face_share(face: FaceAnalysis, position: int) -> float:
    """Which share of the pixels of the face box is classified as face."""
    classes = decompress_segmentation(face.segmentations[position]).argmax(0) == FACE
    x0, y0, x1, y1 = np.round(np.clip(landmarks_to_box(face.landmarks[position]), 0, face.crop_size)).astype(int)
    inside = classes[y0:y1, x0:x1]
    return float(inside.mean()) if inside.size else 0.0


def distinct_poses(yaw_pitch: np.ndarray, sharpness: np.ndarray, distance_deg: float) -> np.ndarray:
    """Positions, rising, of which no two are nearer than the distance; of two that are, the sharper stays.

    Args:
        yaw_pitch: (N, 2) degrees.
        sharpness: (N,).
        distance_deg: 0 keeps all.
    """
    if distance_deg <= 0 or not len(yaw_pitch):
        return np.arange(len(yaw_pitch))
    tree, alive = cKDTree(yaw_pitch), np.ones(len(yaw_pitch), bool)
    for position in np.argsort(-sharpness, kind="stable"):
        if alive[position]:
            alive[tree.query_ball_point(yaw_pitch[position], np.nextafter(distance_deg, 0))] = False
            alive[position] = True
    return np.flatnonzero(alive)


def most_varied(landmarks: np.ndarray, count: int) -> np.ndarray:
    """The frames whose landmarks vary most, at most `count` of them.

    The frame that adds most to the variance of a set is the one furthest from its mean, so frames are added in that
    order, beginning with the one furthest from the mean of all.

    Args:
        landmarks: (N, 98, 2) of one scale, such as crop px.
        count: At least 1.

    Returns:
        (M,) int positions, rising.
    """
    flat = np.asarray(landmarks, np.float64).reshape(len(landmarks), -1)
    if len(flat) <= count:
        return np.arange(len(flat))
    free = np.ones(len(flat), bool)
    mean = flat.mean(0)
    chosen: list[int] = []
    while len(chosen) < count:
        distance = np.where(free, np.square(flat - mean).sum(1), -1)
        chosen.append(int(np.argmax(distance)))
        free[chosen[-1]] = False
        mean = flat[chosen].mean(0)
    return np.sort(np.array(chosen))


def group_people(faces: Sequence[tuple[int, FaceAnalysis]], same_person: float) -> list[list[int]]:
    """Faces of all clips by who they are.

    Args:
        faces: Clip number and face, in order.
        same_person: Cosine from which two are one person. Two faces of one frame never are.

    Returns:
        For each person the positions in `faces`, people in the order of their first appearance.
    """
    people: list[list[int]] = []
    for position, (clip, face) in enumerate(faces):
        likeness = []
        for group in people:
            together = any(
                c == clip and np.intersect1d(f.frames, face.frames).size for c, f in (faces[k] for k in group)
            )
            mean = np.mean([faces[k][1].face_embedding for k in group], axis=0)
            cosine = float(face.face_embedding @ mean / max(float(np.linalg.norm(mean)), 1e-9))
            likeness.append(-2.0 if together else cosine)
        if likeness and max(likeness) >= same_person:
            people[int(np.argmax(likeness))].append(position)
        else:
            people.append([position])
    return people


def validation_people(count: int, share: float) -> set[int]:
    """Numbers of the people that training never sees, spread evenly over all; none where there is one person."""
    if count < 2 or share <= 0:
        return set()
    wanted = min(max(1, round(count * share)), count - 1)
    return {int((k + 0.5) * count / wanted) for k in range(wanted)}
