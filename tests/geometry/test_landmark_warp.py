"""Landmarks lie where they were asked to lie, and no face breaks the warp."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fsgan_core.geometry.eye_opening import EYES
from fsgan_core.geometry.landmark_warp import (
    MEAN_FACE,
    control_points,
    face_triangles,
    warp_map,
    warp_to_landmarks,
)

SIDE = 256
SIZE = (SIDE, SIDE)
FACE = MEAN_FACE * SIDE
APART = [0, 8, 16, 24, 32, 33, 46, 54, 60, 72, 76, 82]
"""Landmarks far enough from each other for a dot each."""


def turned_face() -> np.ndarray:
    """The face as if its nose turned to the image right and its mouth opened, at pixel centres."""
    face = FACE.copy()
    depth = np.exp(-(((FACE[:, 0] - 128) / 60) ** 2))
    face[:, 0] = 128 + (FACE[:, 0] - 128) * 0.9 + 18 * depth
    face[82:87, 1] += 8
    face[8:25, 1] += 6
    return np.floor(face) + 0.5


def dotted(points: np.ndarray, colours: np.ndarray) -> np.ndarray:
    """A black picture with a dot of each colour at each point."""
    picture = np.zeros((*SIZE, 3), np.float32)
    for (x, y), colour in zip(points, colours, strict=True):
        cv2.circle(picture, (int(x), int(y)), 4, colour.tolist(), -1)
    return picture


def noise(channels: int) -> np.ndarray:
    picture = np.random.default_rng(0).random((*SIZE, channels), np.float32)
    return cv2.GaussianBlur(picture, (0, 0), 3).reshape(*SIZE, channels)


def test_identity_returns_the_picture() -> None:
    picture = noise(3)
    # cv2 interpolates in steps of 1/32 px; a float32 map a hair off a pixel centre rounds back onto it.
    assert np.abs(warp_to_landmarks(picture, FACE, FACE) - picture).max() < 1e-5


def test_identity_maps_pixel_centres_onto_themselves() -> None:
    y, x = np.mgrid[:SIDE, :SIDE] + 0.5
    assert np.abs(warp_map(FACE, FACE, SIZE) - np.stack([x, y], -1)).max() < 1e-3


def test_every_landmark_is_fetched_from_where_it_was() -> None:
    """At a pixel centre that is a landmark the map is that landmark of the view: to a vertex all triangles agree."""
    goal = turned_face()
    fetched = warp_map(FACE, goal, SIZE)[goal[:, 1].astype(int), goal[:, 0].astype(int)]
    assert np.abs(fetched - FACE).max() < 2e-3


def test_coloured_dots_land_where_asked() -> None:
    colours = np.random.default_rng(3).uniform(0.3, 1, (len(APART), 3)).astype(np.float32)
    goal = turned_face()
    warped = warp_to_landmarks(dotted(FACE[APART], colours), FACE, goal)
    for (x, y), colour in zip(goal[APART], colours, strict=True):
        assert warped[int(y), int(x)] == pytest.approx(colour, abs=1e-3)


def test_the_corners_stay_where_they_are() -> None:
    mapped = warp_map(FACE, turned_face(), SIZE)
    corners = mapped[[0, 0, -1, -1], [0, -1, 0, -1]]
    assert np.abs(corners - [(0.5, 0.5), (255.5, 0.5), (0.5, 255.5), (255.5, 255.5)]).max() < 1.0


def test_there_and_back_again_is_the_map_of_nothing() -> None:
    smaller = 128 + (FACE - 128) * 0.9 + (6, 4)  # no triangle folds, so the map has an inverse
    there, back = warp_map(FACE, smaller, SIZE), warp_map(smaller, FACE, SIZE)
    x, y = back[..., 0] - np.float32(0.5), back[..., 1] - np.float32(0.5)
    again = cv2.remap(there, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    rows, columns = np.mgrid[:SIDE, :SIDE] + 0.5
    inside = cv2.fillConvexPoly(np.zeros(SIZE, np.uint8), cv2.convexHull(FACE.astype(np.int32)), 1) > 0
    # Half a pixel: along the edges of triangles bilinear interpolation rounds the corners of the map.
    assert np.abs(again - np.stack([columns, rows], -1))[inside].max() < 0.5


def test_warp_reads_the_picture_where_the_map_says() -> None:
    """A picture that holds its own coordinates comes out as the map, clamped at its border."""
    y, x = np.mgrid[:SIDE, :SIDE].astype(np.float32) + 0.5
    warped = warp_to_landmarks(np.stack([x, y], -1), FACE, turned_face())
    mapped = np.clip(warp_map(FACE, turned_face(), SIZE), 0.5, SIDE - 0.5)
    assert np.abs(warped - mapped).max() < 1 / 32


def test_four_channels_equal_one_at_a_time() -> None:
    picture = noise(4)
    together = warp_to_landmarks(picture, FACE, turned_face())
    alone = [warp_to_landmarks(picture[..., k : k + 1], FACE, turned_face()) for k in range(4)]
    assert together.shape == (*SIZE, 4) and alone[0].shape == (*SIZE, 1)
    assert np.abs(together - np.concatenate(alone, -1)).max() < 1e-6


def test_oblong_picture_keeps_its_shape() -> None:
    picture = noise(3)[:, :200]
    points = FACE * (200 / 256, 1)
    assert np.abs(warp_to_landmarks(picture, points, points) - picture).max() < 1e-5


def test_landmarks_outside_the_picture_leave_the_others_in_place() -> None:
    goal = np.floor(turned_face() - (90, 0)) + 0.5
    inside = (goal[:, 0] > 0) & (goal[:, 0] < SIDE)
    assert 0 < inside.sum() < 98
    mapped = warp_map(FACE, goal, SIZE)
    assert np.isfinite(mapped).all()
    # The border stays while the face leaves, so triangles fold over each other; the face itself lies on top.
    seen = [k for k in range(51, 96) if inside[k]]
    fetched = mapped[goal[seen, 1].astype(int), goal[seen, 0].astype(int)]
    assert np.abs(fetched - FACE[seen]).max() < 2e-3


def test_cheek_that_folds_behind_the_nose_stays_behind() -> None:
    """The far contour turned past the nose: what faces the camera covers what is turned away."""
    profile = FACE.copy()
    profile[17:33, 0] = 100
    beside_the_nose = (slice(110, 145), slice(106, 122))
    still = warp_map(FACE, FACE, SIZE)[beside_the_nose]
    assert np.abs(warp_map(FACE, profile, SIZE)[beside_the_nose] - still).max() < 1e-3


@pytest.mark.parametrize("collapsed", [np.zeros((98, 2)), np.full((98, 2), 128.0), FACE * (0, 1), FACE * (1, 0)])
def test_collapsed_triangles_give_no_nan(collapsed: np.ndarray) -> None:
    picture = noise(3)
    for source, goal in ((FACE, collapsed), (collapsed, FACE), (collapsed, collapsed)):
        warped = warp_to_landmarks(picture, source, goal)
        assert np.isfinite(warp_map(source, goal, SIZE)).all()
        assert warped.min() >= picture.min() and warped.max() <= picture.max()


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0, 400))
def test_any_landmarks_give_a_finite_map(seed: int, spread_px: float) -> None:
    goal = FACE + np.random.default_rng(seed).normal(0, spread_px, FACE.shape)
    assert np.isfinite(warp_map(FACE, goal, SIZE)).all()


def test_arguments_are_left_alone() -> None:
    picture, source, goal = noise(3), FACE.copy(), turned_face()
    warp_to_landmarks(picture, source, goal)
    assert np.array_equal(picture, noise(3)) and np.array_equal(source, FACE) and np.array_equal(goal, turned_face())


def test_control_points_begin_with_the_landmarks_and_end_with_the_border() -> None:
    points = control_points(FACE, (100, 200))
    assert points.shape == (132, 2)
    assert np.array_equal(points[:98], FACE)
    border = points[120:]
    assert (((border == 0) | (border == (200, 100))).any(1)).all()
    assert {(0, 0), (200, 0), (0, 100), (200, 100)} <= {(x, y) for x, y in border.tolist()}


def test_triangles_use_every_control_point_and_do_not_depend_on_the_face() -> None:
    triangles = face_triangles()
    assert triangles.shape[1] == 3
    assert set(triangles.ravel().tolist()) == set(range(132))
    warp_map(FACE, turned_face(), SIZE)
    assert np.array_equal(face_triangles(), triangles)


def test_mean_face_is_symmetric() -> None:
    """Chin, nose and upper lip lie on the axis, and the contour mirrors onto itself."""
    assert MEAN_FACE[[16, 51, 57, 79], 0] == pytest.approx(0.5)
    assert MEAN_FACE[:33] == pytest.approx(MEAN_FACE[32::-1] * (-1, 1) + (1, 0))


@pytest.mark.parametrize("rise_px", [0, 6])
def test_the_iris_of_a_shut_eye_is_not_drawn_over_its_lid(rise_px: float) -> None:
    """Its point may lie over the lids, since the eyeball is where it is behind them."""
    painted = np.zeros((*SIZE, 1), np.float32)
    for eye in (slice(60, 68), slice(68, 76)):
        cv2.fillPoly(painted, [np.round(FACE[eye]).astype(np.int32)], 1.0)
    asked = FACE.copy()
    for first, last, lids in EYES:
        line = (FACE[first] + FACE[last]) / 2
        for point in (k for pair in lids for k in pair):
            asked[point, 1] = line[1]
        asked[[first, last], 1] = line[1]
    asked[96:98, 1] -= rise_px
    warped = warp_to_landmarks(painted, FACE, asked)
    distance = np.abs(np.arange(SIDE)[:, None] + 0.5 - asked[60, 1])
    assert warped[..., 0][np.broadcast_to(distance, SIZE) > 2].max() < 0.6  # a row of edge pixels is left
    assert warped.sum() < 0.25 * painted.sum()
