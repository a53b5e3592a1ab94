"""What moves a source's landmarks: a driver's expression fits the source, and what is not asked for stays."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from fsgan_core.face.face_analysis import FaceAnalysis
from fsgan_core.face.segment import compress_segmentation
from fsgan_core.geometry.landmark_warp import MEAN_FACE
from fsgan_core.job.pose_curve import parse_poses
from fsgan_core.pipeline.motion import CurveMotion, DrivenMotion, Expressions, SourceShape
from fsgan_core.stages.appearance_map import build_appearance_map
from fsgan_core.stages.expression_sliders import slide_expression
from fsgan_core.stages.face_view import FaceView
from fsgan_core.stages.landmark_mix import BROWS, MOUTH

SIZE = 256
SOURCE = (MEAN_FACE * SIZE).astype(np.float32)
# Another person: a narrower face with a longer nose.
DRIVER = ((SOURCE - 128) * [0.8, 1.0] + 128 + np.where(np.arange(98)[:, None] == 54, [0, 6], 0)).astype(np.float32)


class SqueezingTransformer(nn.Module):
    """T that makes a turned face as narrow as its yaw says, and a frontal one as wide as it is."""

    def forward(self, points: Tensor, pose_deg: Tensor) -> Tensor:
        squeeze = torch.cos(torch.deg2rad(pose_deg[:, 0]))[:, None]
        return torch.stack([(points[..., 0] - 0.5) * squeeze + 0.5, points[..., 1]], -1)


def face(landmarks: list[np.ndarray], poses: list[tuple[float, float, float]], scores: list[float]) -> FaceAnalysis:
    """A face on frames from 1 whose crops are the picture itself."""
    count = len(landmarks)
    nothing = compress_segmentation(np.eye(3, dtype=np.float32)[0][:, None, None] * np.ones((1, 8, 8), np.float32))
    return FaceAnalysis(
        track_id=1,
        frames=np.arange(1, count + 1),
        boxes=np.tile(np.float32([20, 20, 200, 200]), (count, 1)),
        scores=np.array(scores, np.float32),
        plate_to_crop=np.tile(np.eye(3), (count, 1, 1)),
        crop_size=SIZE,
        landmarks=np.stack(landmarks).astype(np.float32),
        poses=np.array(poses, np.float32),
        sharpness=np.ones(count, np.float32),
        face_embedding=np.eye(4, dtype=np.float32)[0],
        segmentations=(nothing,) * count,
        segment_ids=np.zeros(count, int),
        window_origins=np.zeros((count, 2), int),
    )


@pytest.fixture
def shape() -> SourceShape:
    blank = np.zeros((SIZE, SIZE, 3), np.float32)
    views = [FaceView(blank, SOURCE, np.float32([yaw, 0, 0]), 1) for yaw in (-1, 0, 1)]
    return SourceShape(build_appearance_map(views), SqueezingTransformer())


PLAYED = [DRIVER] * 6 + [slide_expression(DRIVER, {"jaw": 0.8, "brows": 1.0})] * 2
OWN = face([SOURCE] * 8, [(0.0, 0.0, 0.0)] * 8, [1.0] * 8)


def driven(
    shape: SourceShape, parts: tuple[int, ...] | None = None, strength: float = 1.0, own_shape: bool = True
) -> DrivenMotion:
    driver = face(PLAYED, [(0.0, 0.0, 0.0)] * 8, [1.0] * 7 + [0.0])
    expressions = Expressions(driver, shape, strength, None, own_shape)
    frames = {number: number for number in range(1, 9)}
    return DrivenMotion(shape, driver, driver, expressions, frames, frames, parts, keeps_pose=True)


def test_a_resting_driver_leaves_a_resting_source_alone(shape: SourceShape) -> None:
    move = driven(shape).at(3, OWN.at(3))
    assert move is not None
    np.testing.assert_allclose(move.landmarks, SOURCE, atol=0.05)


def test_the_expression_comes_in_the_sources_size_and_its_shape_stays(shape: SourceShape) -> None:
    move = driven(shape).at(7, OWN.at(7))
    assert move is not None
    moved = move.landmarks - SOURCE
    # The eyes of the driver are 0.8 as far apart: a drop of as many pixels is more on the source.
    drop = (slide_expression(DRIVER, {"jaw": 0.8}) - DRIVER)[94, 1] / 0.8
    assert moved[94, 1] == pytest.approx(drop, rel=0.02)
    assert np.abs(moved[[54, 60, 72]]).max() < 0.1


def test_strength_scales_and_zero_is_rest(shape: SourceShape) -> None:
    moves = [driven(shape, strength=strength).at(7, OWN.at(7)) for strength in (0.0, 0.5, 1.0)]
    drops = [move.landmarks[94, 1] - SOURCE[94, 1] for move in moves if move is not None]
    np.testing.assert_allclose(np.array(drops) / drops[2], [0, 0.5, 1], atol=1e-3)


def test_the_mouth_alone_leaves_the_brows_and_the_brows_alone_the_mouth(shape: SourceShape) -> None:
    for parts, moving, still in ((MOUTH, 94, 36), (BROWS, 36, 94)):
        move = driven(shape, parts).at(7, OWN.at(7))
        assert move is not None
        moved = np.abs(move.landmarks - SOURCE).max(1)
        assert moved[moving] > 3
        assert moved[still] < 1e-3


def test_measured_against_the_source_the_drivers_shape_comes_along(shape: SourceShape) -> None:
    move = driven(shape, own_shape=False).at(1, OWN.at(1))
    assert move is not None
    # The longer nose of the driver, in the source's size.
    assert (move.landmarks - SOURCE)[54, 1] > 4


def test_bridged_faces_make_bridged_moves(shape: SourceShape) -> None:
    motion = driven(shape)
    held, seen = motion.at(8, OWN.at(8)), motion.at(7, OWN.at(7))
    assert held is not None and held.is_bridged
    assert seen is not None and not seen.is_bridged


def test_nobody_moves_where_the_own_face_is_absent(shape: SourceShape) -> None:
    assert driven(shape).at(3, None) is None


def test_a_curve_turns_the_own_frames_landmarks(shape: SourceShape) -> None:
    motion = CurveMotion(parse_poses("1:0,0,0;5:60,0,0"), shape)
    smiling = slide_expression(SOURCE, {"smile": 1.0})
    own = face([smiling] * 8, [(0.0, 0.0, 0.0)] * 8, [1.0] * 8).at(5)
    np.testing.assert_allclose(motion.at(1, own).landmarks, smiling, atol=1e-3)
    turned = motion.at(5, own)
    np.testing.assert_allclose(turned.landmarks[:, 0] - 128, (smiling[:, 0] - 128) * 0.5, atol=0.01)
    assert turned.pose.tolist() == [60, 0, 0]
    assert motion.at(3, None).pose.tolist() == [30, 0, 0]
