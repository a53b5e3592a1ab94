"""Landmarks of a crop: sub-pixel, and the face box that they span in the plate."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest

from fsgan_core.face.landmarks import find_landmarks, find_mirrored_landmarks, landmarks_to_plate_box
from fsgan_core.geometry.crop_transform import CropTransform
from fsgan_core.geometry.face_box import landmarks_to_box
from fsgan_core.geometry.landmark_warp import MEAN_FACE
from fsgan_core.geometry.resample import crop_picture


def test_landmarks_lie_on_the_face_to_a_fraction_of_a_pixel(painted_faces: ModuleType) -> None:
    crop = painted_faces.paint_face(np.zeros((256, 256, 3), np.float32), (128, 128), 200)
    points = find_landmarks(crop, painted_faces.PaintedLandmarks()).points
    box = landmarks_to_box(MEAN_FACE)
    expected = (MEAN_FACE - (box[:2] + box[2:]) / 2) * 200 / (box[2] - box[0]) + 128
    assert points.dtype == np.float32
    # Heatmaps of 64 px encode a point to about a quarter of their pixel.
    assert np.abs(points - expected).max() < 1.5
    assert np.abs(points - expected).mean() < 0.6


@pytest.mark.parametrize("aspect", [1.0, 2.0])
def test_box_in_the_plate_is_that_of_the_face(painted_faces: ModuleType, aspect: float) -> None:
    plate = painted_faces.paint_face(painted_faces.backdrop(300, 400), (180.4, 150.6), 120, pixel_aspect=aspect)
    rough = np.array([180.4 - 80 / aspect, 70, 180.4 + 80 / aspect, 230])
    transform = CropTransform.from_box(rough, 256, aspect)
    landmarks = find_landmarks(crop_picture(plate, transform), painted_faces.PaintedLandmarks()).points
    box = landmarks_to_plate_box(landmarks, transform)
    expected = [180.4 - 60 / aspect, 90.6, 180.4 + 60 / aspect, 210.6]
    np.testing.assert_allclose(box, expected, atol=1.5)


def test_flat_heatmaps_give_finite_points_and_no_certainty(painted_faces: ModuleType) -> None:
    found = find_landmarks(np.full((256, 256, 3), np.nan), painted_faces.PaintedLandmarks())
    assert np.isfinite(found.points).all()
    assert found.certainty == 0


def test_the_mirror_image_gives_the_same_landmarks(painted_faces: ModuleType) -> None:
    crop = painted_faces.paint_face(np.zeros((256, 256, 3), np.float32), (110, 130), 190)
    plain = find_landmarks(crop, painted_faces.PaintedLandmarks()).points
    mirrored = find_mirrored_landmarks(crop, painted_faces.PaintedLandmarks()).points
    # Heatmaps round differently from the other side.
    np.testing.assert_allclose(mirrored, plain, atol=2.0)


def test_a_face_is_certain(painted_faces: ModuleType) -> None:
    crop = painted_faces.paint_face(np.zeros((256, 256, 3), np.float32), (120, 128), 190)
    assert find_landmarks(crop, painted_faces.PaintedLandmarks()).certainty > 0.75
