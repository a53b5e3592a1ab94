"""A data folder with a handful of painted people, in the prepared-clip format."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from fsgan_core.geometry.landmark_warp import MEAN_FACE
from fsgan_core.training.synthesis.prepared_clip import ClipFrame, ClipMeta, prepare_clip, write_clip
from fsgan_core.weights.architectures import build_network
from fsgan_core.weights.save import save_network

PICTURE_PX = 320


def painted_frame(person: int, number: int, take: int) -> ClipFrame:
    """A face of one colour with eyes and mouth at its landmarks."""
    rng = np.random.default_rng([person, number])
    colour = np.random.default_rng(person).integers(80, 230, 3).tolist()
    landmarks = (MEAN_FACE * 200 + 60 + rng.normal(0, 4, 2)).astype(np.float32)
    picture = np.full((PICTURE_PX, PICTURE_PX, 3), 40 + 10 * take, np.uint8)
    face = np.zeros((PICTURE_PX, PICTURE_PX), np.uint8)
    cv2.fillConvexPoly(face, cv2.convexHull(landmarks.astype(np.int32)), 255)
    picture[face > 0] = colour
    for part in (range(60, 68), range(68, 76), range(76, 88)):
        cv2.fillPoly(picture, [landmarks[list(part)].astype(np.int32)], (30, 10, 10))
    hair = np.zeros_like(face)
    hair[20:70, 60:260] = 255
    hair[face > 0] = 0
    pose = (float(rng.uniform(-20, 20)), float(rng.uniform(-8, 8)), 0.0)
    return ClipFrame(picture, face, hair, landmarks, pose, np.zeros(53, np.float32), number == 0, take)


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """takes/ with four people of train and two of val, photos/, heads.npz, and untrained frozen networks."""
    root = tmp_path_factory.mktemp("data")
    for folder in ("takes", "photos"):
        (root / folder).mkdir()
    for person in range(6):
        split = "train" if person < 4 else "val"
        frames = [painted_frame(person, number, number // 3) for number in range(6)]
        meta = ClipMeta(f"painted_{person}", "t2i", "CC0-1.0", split, {})
        write_clip(root / "takes" / f"painted_{person}.npz", prepare_clip(meta, np.zeros(100, np.float32), frames))
        write_clip(root / "photos" / f"photo_{person}.npz", prepare_clip(meta, np.zeros(100, np.float32), frames[:1]))
    rng = np.random.default_rng(0)
    poses = rng.normal(0, 20, (40, 3, 3)).astype(np.float32)
    points = MEAN_FACE + rng.normal(0, 0.01, (40, 1, 98, 2)) + poses[..., None, :2] * 0.003
    np.savez(root / "heads.npz", points=points.astype(np.float32), poses=poses)
    for role in ("features", "transformer"):
        save_network(root / "frozen" / f"{role}.safetensors", build_network(role, "compact"), role, "compact")
    return root
