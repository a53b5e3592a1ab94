"""The figures of a swap compare the same frames and the same pixels."""

from __future__ import annotations

import numpy as np
import pytest

from fsgan_core.errors import FaceError
from fsgan_core.evaluation.swap_measures import measure_swap
from fsgan_core.face.face_analysis import FaceAnalysis

RNG = np.random.default_rng(3)
LANDMARKS = RNG.uniform(60, 200, (4, 98, 2)).astype(np.float32)


def analysis(
    frames: list[int], embedding: list[float], yaw_deg: float = 0.0, shift_px: float = 0.0, scale: float = 1.0
) -> FaceAnalysis:
    """A face whose crop is shifted and scaled against plate pixels, on landmarks fixed in plate pixels."""
    count = len(frames)
    to_crop = np.array([[scale, 0, shift_px], [0, scale, -shift_px], [0, 0, 1]], np.float64)
    landmarks = LANDMARKS[:count] * scale + np.array([shift_px, -shift_px], np.float32)
    return FaceAnalysis(
        track_id=1,
        frames=np.array(frames),
        boxes=np.zeros((count, 4), np.float32),
        scores=np.ones(count, np.float32),
        plate_to_crop=np.repeat(to_crop[None], count, axis=0),
        crop_size=256,
        landmarks=landmarks.astype(np.float32),
        poses=np.tile(np.array([yaw_deg, 0, 0], np.float32), (count, 1)),
        sharpness=np.ones(count, np.float32),
        face_embedding=np.array(embedding, np.float32),
        segmentations=(b"",) * count,
        segment_ids=np.zeros(count, int),
        window_origins=np.zeros((count, 2), int),
    )


def test_landmarks_are_compared_in_the_plates_crop_wherever_the_results_crop_lies() -> None:
    plate = analysis([1, 2, 3, 4], [1, 0])
    result = analysis([1, 2, 3, 4], [0, 1], yaw_deg=3.0, shift_px=17.0, scale=1.5)
    measures = measure_swap(result, plate, analysis([1], [0, 1]))
    # float32 landmarks of up to 320 px: 3e-5 px a step.
    assert measures.landmark_error_px == pytest.approx(0, abs=1e-4)
    assert measures.pose_error_deg == pytest.approx(3)
    assert measures.source_identity == pytest.approx(1)
    assert measures.plate_identity == pytest.approx(0)
    assert measures.frames == 4


def test_frames_are_matched_by_number() -> None:
    plate = analysis([1, 2, 3, 4], [1, 0])
    result = analysis([3, 4, 5], [1, 0])
    measures = measure_swap(result, plate, plate)
    expected = np.linalg.norm(LANDMARKS[:2] - LANDMARKS[2:], axis=-1).mean()
    assert measures.frames == 2
    assert measures.landmark_error_px == pytest.approx(expected, rel=1e-5)


def test_no_common_frame_is_an_error() -> None:
    with pytest.raises(FaceError, match="no frame"):
        measure_swap(analysis([1], [1, 0]), analysis([2], [1, 0]), analysis([1], [1, 0]))
