"""Frames that would teach a wrong face are left out, with the reason."""

from __future__ import annotations

import cv2
import numpy as np

from fsgan_core.face.face_analysis import FaceAnalysis
from fsgan_core.face.segment import compress_segmentation
from fsgan_core.geometry.landmark_warp import MEAN_FACE
from fsgan_core.training.frame_pruning import prune_frames, shown_share

LANDMARKS = (MEAN_FACE * 256).astype(np.float32)


def segmentation(hidden_rows: int = 0) -> np.ndarray:
    face = np.zeros((256, 256), np.float32)
    cv2.fillConvexPoly(face, cv2.convexHull(LANDMARKS).astype(np.int32), 1.0)
    face[256 - hidden_rows :] = 0
    return np.stack([1 - face, face, np.zeros_like(face)])


def analysis(count: int = 8, **fields: object) -> FaceAnalysis:
    values = {
        "track_id": 1, "frames": np.arange(1, count + 1), "boxes": np.zeros((count, 4)), "scores": np.ones(count),
        "plate_to_crop": np.stack([np.eye(3)] * count), "crop_size": 256, "landmarks": np.stack([LANDMARKS] * count),
        "poses": np.zeros((count, 3)), "sharpness": np.full(count, 0.3), "face_embedding": np.ones(4) / 2,
        "segmentations": tuple([compress_segmentation(segmentation())] * count),
        "segment_ids": np.zeros(count, int), "window_origins": np.zeros((count, 2), int),
    }  # fmt: skip
    return FaceAnalysis(**(values | fields))  # type: ignore[arg-type]


def test_good_frames_are_all_kept() -> None:
    kept, reasons = prune_frames(analysis())
    assert list(kept) == list(range(8)) and not reasons


def test_each_fault_is_counted_once_by_its_reason() -> None:
    scores, sharpness, poses = np.ones(8), np.full(8, 0.3), np.zeros((8, 3))
    scores[0] = 0
    sharpness[[0, 1]] = 0.01
    poses[2, 0] = 80
    covered = [compress_segmentation(segmentation(130 if k == 3 else 0)) for k in range(8)]
    kept, reasons = prune_frames(
        analysis(scores=scores, sharpness=sharpness, poses=poses, segmentations=tuple(covered))
    )
    assert list(kept) == [4, 5, 6, 7]
    assert reasons == {"without the face": 1, "blurred by motion": 1, "in profile": 1, "covered": 1}


def test_a_hand_takes_from_what_is_shown() -> None:
    assert shown_share(LANDMARKS, segmentation()[1]) > 0.95
    assert shown_share(LANDMARKS, segmentation(130)[1]) < 0.6
    assert shown_share(np.zeros((98, 2)), segmentation()[1]) <= 1
