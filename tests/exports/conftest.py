"""One person over a few frames, placed by hand, so that every number of an export can be told beforehand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from fsgan_core.exports.face_motion import FaceMotion
from fsgan_core.face.face_analysis import FaceAnalysis
from fsgan_core.face.segment import FACE, compress_segmentation
from fsgan_core.geometry.crop_transform import CropTransform

HEIGHT, WIDTH = 540, 960
FRAMES = np.array([1001, 1002, 1003, 1006, 1007])
"""The person is away in 1004 and 1005."""
SIZE = 256


def ellipse_segmentation() -> bytes:
    """A soft ellipse, 60 wide and 80 high, in the middle of the crop."""
    y, x = np.mgrid[:SIZE, :SIZE] + 0.5
    face = np.clip(0.5 + (1 - np.hypot((x - 128) / 60, (y - 128) / 80)) * 12, 0, 1)
    segmentation = np.zeros((3, SIZE, SIZE), np.float32)
    segmentation[FACE], segmentation[0] = face, 1 - face
    return compress_segmentation(segmentation)


def placed_face(origin: tuple[int, int] = (0, 0), frames: np.ndarray = FRAMES) -> FaceAnalysis:
    """A face 160 px wide that moves by 5, 2 px a frame. Landmark k lies at k, 2 k of the crop, the nose at its middle.

    Args:
        origin: Picture px of the array's pixel 0, 0.
        frames: In which it is.
    """
    count = len(frames)
    step = (frames - frames[0])[:, None] * np.array([5.0, 2.0])
    boxes = np.concatenate([step + (300, 100), step + (460, 260)], 1) - np.tile(origin, 2)
    crops = [CropTransform.from_face_box(box, SIZE) for box in boxes]
    points = np.stack([np.arange(98.0), 2 * np.arange(98.0)], 1)
    points[51:60] = 128
    return FaceAnalysis(
        track_id=1,
        frames=frames,
        boxes=boxes.astype(np.float32),
        scores=np.ones(count, np.float32),
        plate_to_crop=np.stack([crop.plate_to_crop for crop in crops]),
        crop_size=SIZE,
        landmarks=np.tile(points.astype(np.float32), (count, 1, 1)),
        poses=np.stack([np.linspace(-30, 30, count), np.linspace(10, -10, count), np.linspace(0, 20, count)], 1),
        sharpness=np.ones(count, np.float32),
        face_embedding=np.array([1.0], np.float32),
        segmentations=(ellipse_segmentation(),) * count,
        segment_ids=np.where(frames < 1005, 0, 1),
        window_origins=np.tile(origin, (count, 1)),
    )


@pytest.fixture(scope="session")
def face() -> FaceAnalysis:
    """The person."""
    return placed_face()


@pytest.fixture(scope="session")
def face_at() -> Any:
    """Makes the person: `face_at(origin, frames)`."""
    return placed_face


@pytest.fixture(scope="session")
def motion(face: FaceAnalysis) -> FaceMotion:
    """The person's motion in a picture of 960x540."""
    return FaceMotion.of(face, (HEIGHT, WIDTH), 1.0)


@pytest.fixture(scope="session")
def curve_of(real_tcl: Any) -> Any:
    """Reads an animation, from the grammar alone: `curve_of("curve x1001 1 2")` gives {1001: 1, 1002: 2}."""

    def read(cell: str) -> dict[int, float]:
        words = real_tcl.read_words(cell)
        assert words[0] == "curve", cell
        values, frame = {}, None
        for word in words[1:]:
            if word.startswith("x"):
                frame = int(word[1:])
            elif word not in ("K", "L", "C", "S"):
                assert frame is not None
                values[frame] = float(word)
                frame += 1
        return values

    return read
