"""The baselines put the source where the plate's face is, and nothing anywhere else."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from fsgan_core.evaluation.baselines import classical_warp, nearest_view, plain_paste
from fsgan_core.geometry.landmark_warp import MEAN_FACE
from fsgan_core.stages.appearance_map import build_appearance_map
from fsgan_core.stages.face_view import FaceView

LANDMARKS = (MEAN_FACE * 128).astype(np.float32)


def view(yaw_deg: float = 0.0, shift: float = 0.0, origin: str = "photographed") -> FaceView:
    """A grey face with a bright mark on its nose."""
    picture = np.full((128, 128, 3), -0.2, np.float32)
    nose = LANDMARKS[54] + shift
    cv2.circle(picture, (round(nose[0]), round(nose[1])), 5, (0.9, 0.9, 0.9), -1)
    return FaceView(picture, LANDMARKS + shift, np.array([yaw_deg, 0, 0], np.float32), 1, origin)  # type: ignore[arg-type]


def face() -> np.ndarray:
    mask = np.zeros((128, 128), np.float32)
    cv2.fillConvexPoly(mask, cv2.convexHull(LANDMARKS).astype(np.int32), 1.0)
    return mask


def brightest(picture: np.ndarray) -> np.ndarray:
    y, x = np.unravel_index(cv2.GaussianBlur(picture.mean(-1), (0, 0), 2).argmax(), picture.shape[:2])
    return np.array([x + 0.5, y + 0.5])


@pytest.mark.parametrize("method", ["classical", "plain"])
def test_the_nose_of_the_source_lands_on_the_nose_of_the_plate(method: str) -> None:
    target = np.full((128, 128, 3), -0.4, np.float32)
    make = classical_warp if method == "classical" else plain_paste
    made = make(view(shift=6.0), target, LANDMARKS, face())
    assert brightest(made) == pytest.approx(LANDMARKS[54], abs=1.5)


@pytest.mark.parametrize("method", ["classical", "plain"])
def test_outside_the_face_the_plate_stays(method: str) -> None:
    target = np.random.default_rng(0).uniform(-0.5, 0.5, (128, 128, 3)).astype(np.float32)
    make = classical_warp if method == "classical" else plain_paste
    made = make(view(), target, LANDMARKS, face())
    # the Poisson clone rounds to 8 bits inside the mask alone
    assert np.allclose(made[face() == 0], target[face() == 0], atol=1e-6)


def test_poisson_takes_the_plates_colour_and_a_paste_does_not() -> None:
    target = np.full((128, 128, 3), 0.5, np.float32)
    cheek = tuple((LANDMARKS[10] * 0.6 + LANDMARKS[54] * 0.4).astype(int)[::-1])
    warped, pasted = classical_warp(view(), target, LANDMARKS, face()), plain_paste(view(), target, LANDMARKS, face())
    assert warped[cheek].mean() == pytest.approx(0.5, abs=0.1)
    assert pasted[cheek].mean() == pytest.approx(-0.2, abs=0.05)


def test_empty_mask_is_the_plate() -> None:
    target = np.zeros((128, 128, 3), np.float32)
    assert np.allclose(classical_warp(view(), target, LANDMARKS, np.zeros((128, 128))), target, atol=1e-6)


def test_nearest_view_is_a_photographed_one() -> None:
    views = [view(0), view(20), view(-18, origin="flipped")]
    assert nearest_view(build_appearance_map(views), np.array([-20, 0, 0])).pose[0] == 0
    assert nearest_view(build_appearance_map(views), np.array([15, 0, 0])).pose[0] == 20
