"""Landmarks taken apart and put together: what T gets wrong everywhere cancels, and an expression fits another face."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from fsgan_core.geometry.landmark_warp import MEAN_FACE
from fsgan_core.stages.expression_sliders import slide_expression
from fsgan_core.stages.landmark_mix import (
    BROWS,
    MOUTH,
    change_at_pose,
    expression_of,
    eye_distance,
    fit_person,
    frontal_landmarks,
    moved_parts,
    resting_landmarks,
    with_expression,
)
from fsgan_core.stages.pose_landmarks import rotate_landmarks

SIZE = 256
FACE = (MEAN_FACE * SIZE).astype(np.float32)
OPEN = slide_expression(FACE, {"jaw": 0.8})


class BiasedTransformer(nn.Module):
    """T that squeezes a turned face and always puts it 5 px too low."""

    def forward(self, points: Tensor, pose_deg: Tensor) -> Tensor:
        squeeze = torch.cos(torch.deg2rad(pose_deg[:, 0]))[:, None]
        x = (points[..., 0] - 0.5) * squeeze + 0.5
        return torch.stack([x, points[..., 1] + 5 / SIZE], -1)


def test_frontal_is_upright() -> None:
    tilted = rotate_landmarks(FACE, 25, SIZE)
    front = frontal_landmarks(tilted[None], np.array([[0, 0, 25]], np.float32), SIZE, BiasedTransformer())[0]
    np.testing.assert_allclose(front, FACE + [0, 5], atol=1e-3)


def test_rest_is_found_where_the_mouth_is_closed() -> None:
    rng = np.random.default_rng(3)
    played = [slide_expression(FACE, {"jaw": jaw}) for jaw in (0.9, 0.5, 0.0, 0.7, 0.0, 0.3, 0.8, 0.6)]
    # The crop trembles by some px; a resting face does not.
    shaken = np.stack([points + rng.normal(0, 3, 2).astype(np.float32) for points in played])
    resting = resting_landmarks(shaken)
    apart = resting - FACE
    assert np.ptp(apart, axis=0).max() < 0.01


def test_an_expression_comes_back_as_it_was() -> None:
    again = with_expression(FACE, expression_of(OPEN, FACE))
    np.testing.assert_allclose(again, OPEN, atol=1e-3)


def test_an_expression_fits_a_face_of_another_size_and_place() -> None:
    small = FACE * 0.7 + np.array([30, 10], np.float32)
    worn = with_expression(small, expression_of(OPEN, FACE))
    np.testing.assert_allclose(worn - small, (OPEN - FACE) * 0.7, atol=1e-3)
    assert eye_distance(small[None])[0] == pytest.approx(0.7 * eye_distance(FACE[None])[0])


def test_a_person_laid_over_another_keeps_their_shape() -> None:
    wide = (FACE - 128) * [1.4, 1.0] * 0.5 + 60
    fitted = fit_person(wide, FACE)
    assert eye_distance(fitted[None])[0] == pytest.approx(eye_distance(FACE[None])[0], rel=1e-5)
    np.testing.assert_allclose(fitted[53] - FACE[53], 0, atol=3)


def test_no_change_is_none_at_any_pose_and_the_error_of_t_cancels() -> None:
    pose = np.array([40.0, 5.0, 20.0], np.float32)
    assert np.abs(change_at_pose(FACE, FACE, pose, SIZE, BiasedTransformer())).max() < 1e-4
    change = change_at_pose(FACE, OPEN, pose, SIZE, BiasedTransformer())
    # The jaw's way down, tilted with the head.
    expected = rotate_landmarks((OPEN - FACE) + SIZE / 2, 20, SIZE) - SIZE / 2
    np.testing.assert_allclose(change, expected, atol=1e-3)


def test_only_the_parts_asked_for_move_and_the_jaw_fades_to_the_ears() -> None:
    change = np.ones((98, 2), np.float32)
    moved = moved_parts(FACE, change, MOUTH) - FACE
    assert moved[[0, 3, 32, 29, 40, 60, 97]].max() == 0
    np.testing.assert_allclose(moved[[16, 80, 94]], 1, atol=1e-4)
    assert (np.diff(moved[3:10, 0]) > 0).all()
    assert np.flatnonzero((moved_parts(FACE, change, BROWS) - FACE).any(1)).tolist() == list(BROWS)
