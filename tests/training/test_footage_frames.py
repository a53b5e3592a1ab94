"""Which frames of footage are kept, and who is who."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fsgan_core.face.face_analysis import FaceAnalysis
from fsgan_core.face.segment import compress_segmentation
from fsgan_core.geometry.landmark_warp import MEAN_FACE
from fsgan_core.training.footage_frames import (
    distinct_poses,
    group_people,
    most_varied,
    usable_frames,
    validation_people,
)
from fsgan_core.training.footage_settings import FootageSettings

FRAMES = 6


def person(embedding: tuple[float, float] = (1, 0), face_side: int = 180) -> FaceAnalysis:
    """A face that turns by 5 degrees a frame; its visible part is a square of `face_side` of 256 px."""
    classes = np.zeros((3, 256, 256), np.float32)
    classes[0] = 1
    low = 128 - face_side // 2
    classes[:, low : low + face_side, low : low + face_side] = np.array([0, 1, 0])[:, None, None]
    landmarks = np.repeat((MEAN_FACE * 200 + 28)[None], FRAMES, 0).astype(np.float32)
    return FaceAnalysis(
        track_id=1, frames=np.arange(1, FRAMES + 1),
        boxes=np.tile(np.array([10, 10, 110, 110], np.float32), (FRAMES, 1)),
        scores=np.ones(FRAMES, np.float32), plate_to_crop=np.repeat(np.eye(3)[None], FRAMES, 0), crop_size=256,
        landmarks=landmarks, poses=np.array([(5 * k, 0, 0) for k in range(FRAMES)], np.float32),
        sharpness=np.full(FRAMES, 0.2, np.float32), face_embedding=np.array(embedding, np.float32),
        segmentations=(compress_segmentation(classes),) * FRAMES, segment_ids=np.zeros(FRAMES, int),
        window_origins=np.zeros((FRAMES, 2), int),
    )  # fmt: skip


def test_good_frames_are_all_kept() -> None:
    kept, reasons = usable_frames(person(), FootageSettings())
    assert kept.tolist() == list(range(FRAMES)) and not reasons


def test_small_faces_are_left_out() -> None:
    face = person()
    boxes = face.boxes.copy()
    boxes[:2, 2:] = 60
    kept, reasons = usable_frames(replace(face, boxes=boxes), FootageSettings())
    assert kept.tolist() == [2, 3, 4, 5] and reasons == {"too small": 2}


def test_mostly_hidden_faces_are_left_out() -> None:
    assert not len(usable_frames(person(face_side=60), FootageSettings(min_face_share=0.15))[0])
    assert len(usable_frames(person(face_side=60), FootageSettings(min_face_share=0.05))[0]) == FRAMES


def test_blurred_frames_are_left_out() -> None:
    sharpness = np.array([0.2, 0.2, 0.05, 0.2, 0.2, 0.2], np.float32)
    kept, reasons = usable_frames(replace(person(), sharpness=sharpness), FootageSettings())
    assert 2 not in kept and sum(reasons.values()) == 1


def test_of_two_alike_poses_the_sharper_stays() -> None:
    poses = np.array([(0, 0), (0.5, 0), (10, 0), (10, 2)], np.float64)
    assert distinct_poses(poses, np.array([1, 2, 1, 1.0]), 1.0).tolist() == [1, 2, 3]
    assert distinct_poses(poses, np.ones(4), 0).tolist() == [0, 1, 2, 3]
    assert distinct_poses(np.zeros((0, 2)), np.zeros(0), 1.0).tolist() == []


def test_no_two_kept_poses_are_nearer_than_the_distance() -> None:
    rng = np.random.default_rng(0)
    poses = rng.uniform(-20, 20, (300, 2))
    kept = poses[distinct_poses(poses, rng.random(300), 3.0)]
    apart = np.linalg.norm(kept[:, None] - kept[None], axis=2) + np.eye(len(kept)) * 99
    assert apart.min() >= 3.0 and 20 < len(kept) < 200


def test_the_most_varied_frames_beat_any_random_choice() -> None:
    rng = np.random.default_rng(1)
    landmarks = rng.normal(0, 1, (200, 98, 2)) * rng.gamma(1, 1, (200, 1, 1))

    def variance(positions: np.ndarray) -> float:
        return float(landmarks[positions].var(0).sum())

    chosen = most_varied(landmarks, 20)
    assert len(set(chosen.tolist())) == 20
    assert all(variance(chosen) > variance(rng.choice(200, 20, replace=False)) for _ in range(50))
    assert most_varied(landmarks[:5], 20).tolist() == [0, 1, 2, 3, 4]


def test_faces_alike_are_one_person_unless_a_frame_shows_both() -> None:
    anna, bert = person((1, 0)), person((0, 1))
    again = person((0.9, 0.1))
    assert group_people([(0, anna), (1, bert), (2, again)], 0.5) == [[0, 2], [1]]
    assert group_people([(0, anna), (0, again)], 0.5) == [[0], [1]]  # twins side by side
    later = replace(again, frames=again.frames + 100)
    assert group_people([(0, anna), (0, later)], 0.5) == [[0, 1]]


@pytest.mark.parametrize(
    ("count", "share", "wanted"), [(1, 0.5, 0), (2, 0.1, 1), (10, 0.1, 1), (10, 0.25, 2), (3, 0.9, 2)]
)
def test_some_people_are_kept_for_validation(count: int, share: float, wanted: int) -> None:
    people = validation_people(count, share)
    assert len(people) == wanted and people <= set(range(count))
