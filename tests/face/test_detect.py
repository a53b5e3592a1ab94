"""Detection: every size, place, aspect and odd picture, one box per face."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from fsgan_core.face.detect import detect_faces, picture_pyramid
from fsgan_core.geometry.box import intersection_over_union


@pytest.mark.parametrize("side", [42, 60, 101, 180, 333])
def test_face_of_any_size_is_found_once(painted_faces: ModuleType, side: float) -> None:
    picture = painted_faces.paint_face(painted_faces.backdrop(360, 500), (240.3, 180.7), side)
    found = detect_faces(picture, painted_faces.PaintedDetector(), 40, 0.5)
    half = side / 2
    assert len(found.boxes) == 1
    expected = np.array([240.3 - half, 180.7 - half, 240.3 + half, 180.7 + half])
    # The coarsest level on which a face is found shows it at 16 px, where a pixel more or less is a seventh.
    assert intersection_over_union(found.boxes, expected)[0, 0] > 0.72
    assert found.scores[0] == pytest.approx(0.982, abs=1e-3)


def test_two_faces_are_two_boxes(painted_faces: ModuleType) -> None:
    picture = painted_faces.paint_face(painted_faces.backdrop(360, 640), (150, 180), 90)
    picture = painted_faces.paint_face(picture, (450, 200), 140)
    assert len(detect_faces(picture, painted_faces.PaintedDetector(), 40, 0.5).boxes) == 2


def test_face_larger_than_the_picture_and_one_cut_by_its_edge_are_found(painted_faces: ModuleType) -> None:
    filling = painted_faces.paint_face(painted_faces.backdrop(200, 300), (150, 100), 260)
    assert len(detect_faces(filling, painted_faces.PaintedDetector(), 40, 0.5).boxes) == 1
    cut = painted_faces.paint_face(painted_faces.backdrop(200, 300), (5, 100), 100)
    found = detect_faces(cut, painted_faces.PaintedDetector(), 40, 0.5)
    assert len(found.boxes) == 1
    assert found.boxes[0, 0] < 8


def test_anamorphic_face_gets_a_narrow_box(painted_faces: ModuleType) -> None:
    picture = painted_faces.paint_face(painted_faces.backdrop(300, 250), (125, 150), 120, pixel_aspect=2.0)
    box = detect_faces(picture, painted_faces.PaintedDetector(), 40, 0.5, pixel_aspect=2.0).boxes[0]
    assert box[3] - box[1] == pytest.approx(120, abs=8)
    assert box[2] - box[0] == pytest.approx(60, abs=8)


def test_nan_and_inf_pixels_do_not_hide_a_face(painted_faces: ModuleType) -> None:
    picture = painted_faces.paint_face(painted_faces.backdrop(200, 300), (150, 100), 100)
    picture[5, 5] = np.nan
    picture[6, 200] = np.inf
    picture[7, 200] = -np.inf
    found = detect_faces(picture, painted_faces.PaintedDetector(), 40, 0.5)
    assert len(found.boxes) == 1
    assert np.isfinite(found.boxes).all()
    assert np.isnan(picture[5, 5]).all()


@pytest.mark.parametrize("size", [(64, 64), (65, 97), (1, 1), (2000, 70)])
def test_odd_sizes_work(painted_faces: ModuleType, size: tuple[int, int]) -> None:
    found = detect_faces(painted_faces.backdrop(*size), painted_faces.PaintedDetector(), 40, 0.5)
    assert found.boxes.shape == (0, 4)
    if min(size) >= 64:
        face = painted_faces.paint_face(painted_faces.backdrop(*size), (32, 32), 48)
        assert len(detect_faces(face, painted_faces.PaintedDetector(), 40, 0.5).boxes) == 1


def test_threshold_decides(painted_faces: ModuleType) -> None:
    picture = painted_faces.paint_face(painted_faces.backdrop(200, 300), (150, 100), 100)
    assert len(detect_faces(picture, painted_faces.PaintedDetector(), 40, 0.99).boxes) == 0


def test_levels_halve_down_to_the_coarsest_and_are_enlarged_at_most_twice() -> None:
    levels = picture_pyramid(np.zeros((1080, 1920, 3), np.float32), 40, 1.0)
    assert [level.shape[0] for level in levels] == [432, 216, 108, 54, 27]
    assert picture_pyramid(np.zeros((100, 100, 3), np.float32), 4, 1.0)[0].shape[0] == 200
    assert [level.shape[0] for level in picture_pyramid(np.zeros((64, 64, 3), np.float32), 40, 1.0)] == [96, 48, 24]


def test_every_level_fits_the_network() -> None:
    seen = []

    class Recorder(nn.Module):
        def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
            seen.append(tuple(x.shape[2:]))
            assert float(x.min()) >= -1
            assert float(x.max()) <= 1
            return torch.full((1, x.shape[2] // 8, x.shape[3] // 8), -9.0), torch.zeros(
                1, 4, x.shape[2] // 8, x.shape[3] // 8
            )

    detect_faces(np.full((123, 457, 3), 30.0, np.float32), Recorder(), 40, 0.5)
    assert seen
    assert all(height % 16 == 0 and width % 16 == 0 for height, width in seen)
