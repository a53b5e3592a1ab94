"""The crop transform: known places, round trips, pixel aspect, windows."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fsgan_core.geometry.crop_transform import CropTransform
from fsgan_core.geometry.face_box import box_to_crop_box

coordinates = st.floats(-5000, 5000)


def test_corners_of_the_box_are_the_corners_of_the_crop() -> None:
    crop = CropTransform.from_box(np.array([10.25, 20.5, 110.25, 120.5]), 256)
    np.testing.assert_allclose(crop.to_crop([[10.25, 20.5], [110.25, 120.5]]), [[0, 0], [256, 256]], atol=1e-9)
    np.testing.assert_allclose(crop.scale, [2.56, 2.56])


def test_oblong_box_is_shown_whole_in_the_middle() -> None:
    crop = CropTransform.from_box(np.array([0, 0, 50, 100]), 200)
    np.testing.assert_allclose(crop.box, [-25, 0, 75, 100])


def test_anamorphic_pixels_are_unsqueezed() -> None:
    crop = CropTransform.from_box(np.array([100, 100, 150, 200]), 256, pixel_aspect=2.0)
    np.testing.assert_allclose(crop.box, [100, 100, 150, 200])
    np.testing.assert_allclose(crop.scale, [5.12, 2.56])


@given(coordinates, coordinates, st.floats(1, 4000), st.floats(0.5, 2), coordinates, coordinates)
def test_points_come_back(x: float, y: float, side: float, aspect: float, px: float, py: float) -> None:
    crop = CropTransform.from_box(np.array([x, y, x + side, y + side]), 256, aspect)
    np.testing.assert_allclose(crop.to_plate(crop.to_crop([px, py])), [px, py], atol=1e-6)


def test_points_of_any_shape_are_taken() -> None:
    crop = CropTransform.from_box(np.array([3, 4, 67, 68]), 256)
    points = np.random.default_rng(0).uniform(0, 100, (2, 5, 2))
    np.testing.assert_allclose(crop.to_crop(points)[1, 3], crop.to_crop(points[1, 3]))


@pytest.mark.parametrize("aspect", [1.0, 2.0])
def test_crop_of_a_face_box_leaves_room_around_it(aspect: float) -> None:
    crop = CropTransform.from_face_box(np.array([100, 100, 100 + 80 / aspect, 180]), 256, aspect)
    np.testing.assert_allclose(crop.box, [100 - 10 / aspect, 90, 100 + 90 / aspect, 190], atol=1e-4)
    square = np.array([10, 20, 90, 100], np.float32)
    np.testing.assert_allclose(CropTransform.from_face_box(square, 256).box, box_to_crop_box(square), atol=1e-4)


def test_shifted_crop_shows_the_same_pixels_of_a_cut_out_picture() -> None:
    crop = CropTransform.from_box(np.array([30, 40, 94, 104]), 256)
    point = np.array([50.0, 60.0])
    np.testing.assert_allclose(crop.shifted((30, 40)).to_crop(point - [30, 40]), crop.to_crop(point))


def test_zoomed_crop_shows_the_middle() -> None:
    crop = CropTransform.from_box(np.array([100, 200, 200, 300]), 256)
    np.testing.assert_allclose(crop.zoomed(0.5).box, [125, 225, 175, 275])
    np.testing.assert_allclose(crop.zoomed(2.0).box, [50, 150, 250, 350])


def test_covered_window_takes_pixels_by_their_centres_and_stays_in_the_plate() -> None:
    assert CropTransform.from_box(np.array([10, 10, 20, 20]), 64).covered_window((100, 100)) == (10, 10, 20, 20)
    assert CropTransform.from_box(np.array([10.4, 10.6, 20.4, 20.6]), 64).covered_window((100, 100)) == (10, 11, 20, 21)
    assert CropTransform.from_box(np.array([-20, 90, 20, 130]), 64).covered_window((100, 100)) == (0, 90, 20, 100)
    x0, _, x1, _ = CropTransform.from_box(np.array([200, 0, 220, 20]), 64).covered_window((100, 100))
    assert x0 == x1


@pytest.mark.parametrize("box", [[5, 5, 5, 5], [9, 9, 3, 3], [0, 0, np.nan, 4]])
def test_box_without_area_is_refused(box: list[float]) -> None:
    with pytest.raises(ValueError, match="area"):
        CropTransform.from_box(np.array(box, float), 256)


def test_turned_transform_has_no_axis_scale() -> None:
    turned = CropTransform(np.array([[0.0, -1, 5], [1, 0, 0], [0, 0, 1]]), 64)
    with pytest.raises(ValueError, match="axes"):
        _ = turned.scale
