"""Smoothing over time: stills stay, noise shrinks, motion is not delayed, runs do not mix."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fsgan_core.geometry.box import box_centres, box_sizes
from fsgan_core.geometry.eye_opening import EYES, eye_opening
from fsgan_core.geometry.landmark_warp import MEAN_FACE
from fsgan_core.geometry.smoothing import (
    FACE_PARTS,
    by_segment,
    departure_weight,
    frame_steps,
    landmark_noise,
    motion_weight,
    running_mean,
    running_parabola,
    smooth_boxes,
    smooth_landmarks,
)


def still_boxes(count: int, noise_px: float, seed: int = 0) -> np.ndarray:
    boxes = np.tile([100.0, 120.0, 200.0, 220.0], (count, 1))
    return boxes + np.random.default_rng(seed).normal(0, noise_px, (count, 4))


def test_mean_of_known_values() -> None:
    np.testing.assert_allclose(running_mean(np.array([0.0, 3, 0, 3, 0, 3]), 3)[1:-1], [1, 2, 1, 2])


def test_even_window_counts_as_one_more() -> None:
    values = np.random.default_rng(0).random(20)
    np.testing.assert_array_equal(running_mean(values, 4), running_mean(values, 5))


@given(st.integers(1, 40), st.integers(1, 60), st.floats(-5, 5), st.floats(-100, 100))
def test_even_motion_stays_where_it_is_also_at_the_ends(count: int, frames: int, speed: float, start: float) -> None:
    line = start + speed * np.arange(count)
    np.testing.assert_allclose(running_mean(line, frames), line, atol=1e-8)


def test_mean_of_many_columns_equals_each_alone() -> None:
    values = np.random.default_rng(0).random((15, 3, 2))
    np.testing.assert_allclose(running_mean(values, 7)[:, 1, 1], running_mean(values[:, 1, 1], 7))


@pytest.mark.parametrize("count", [1, 2, 3])
def test_short_runs_work(count: int) -> None:
    boxes = still_boxes(count, 1.0)
    assert np.isfinite(smooth_boxes(boxes, 25, 51)).all()
    points = np.random.default_rng(0).uniform(0, 256, (count, 98, 2))
    assert np.isfinite(smooth_landmarks(points, 7, 256)).all()
    if count == 1:
        np.testing.assert_allclose(smooth_boxes(boxes, 25, 51), boxes, rtol=1e-6)
        np.testing.assert_allclose(smooth_landmarks(points, 7, 256), points, rtol=1e-6)


def test_noise_on_a_still_face_shrinks() -> None:
    boxes = still_boxes(200, 1.0)
    smoothed = smooth_boxes(boxes, 25, 51)
    inner = slice(30, -30)
    # 25 averaged samples carry a fifth of the noise; the motion that noise pretends lets a little through.
    assert box_centres(smoothed)[inner].std(0).max() < 0.35 * box_centres(boxes)[inner].std(0).min()
    assert box_sizes(smoothed)[inner].std(0).max() < 0.25 * box_sizes(boxes)[inner].std(0).min()


def test_fast_face_is_not_delayed() -> None:
    x = np.where(np.arange(80) < 40, 0.0, (np.arange(80) - 40) * 5.0)
    boxes = np.stack([x, np.zeros(80), x + 100, np.full(80, 100.0)], 1)
    smoothed = smooth_boxes(boxes, 25, 51)
    np.testing.assert_allclose(smoothed[55:, 0], boxes[55:, 0], atol=1e-4)


def test_a_nod_stays_in_the_crop() -> None:
    y = 100 + 25 * np.sin(np.arange(60) * 2 * np.pi / 12)
    boxes = np.stack([np.full(60, 100.0), y, np.full(60, 200.0), y + 100], 1)
    smoothed = smooth_boxes(boxes, 25, 51)
    # A crop leaves an eighth of the box on every side; the average alone would be off by a quarter.
    assert np.abs(smoothed[:, 1] - boxes[:, 1]).max() < 5


def test_a_lean_towards_the_camera_stays_in_the_crop() -> None:
    side = np.interp(np.arange(80), [0, 34, 46, 80], [100, 100, 150, 150])
    boxes = np.stack([-side / 2, -side / 2, side / 2, side / 2], 1)
    assert np.abs(box_sizes(smooth_boxes(boxes, 25, 51))[:, 0] / side - 1).max() < 0.06


def test_a_blink_keeps_its_depth_and_a_trembling_lid_is_steadied() -> None:
    lid = np.zeros(40)
    lid[15:22] = 8 * np.array([0.007, 0.11, 0.58, 1.0, 0.58, 0.11, 0.007])
    noise = np.random.default_rng(0).normal(0, 0.25, (40, 98, 2))
    points = np.tile(np.random.default_rng(1).uniform(50, 200, (1, 98, 2)), (40, 1, 1)) + noise
    still = points.copy()
    points[:, 61:64, 1] += lid[:, None]
    moved = smooth_landmarks(points, 7, 256)[:, 61:64, 1] - smooth_landmarks(still, 7, 256)[:, 61:64, 1]
    assert moved.mean(1).max() > 0.95 * 8
    assert (
        np.diff(smooth_landmarks(still, 7, 256)[5:-5, 60:68], axis=0).std()
        < 0.4 * np.diff(still[5:-5, 60:68], axis=0).std()
    )


def test_a_blink_of_three_frames_is_as_shut_as_it_was() -> None:
    head = 12 * np.sin(np.arange(40) / 6)[:, None, None] * np.array([1.0, 0.3])
    points = MEAN_FACE * 256 + head + np.random.default_rng(0).normal(0, 0.12, (40, 98, 2))
    for frame, share in ((14, 0.2), (15, 0.65), (16, 1.0), (17, 0.65), (18, 0.2)):
        for lids in (pair for _, _, pairs in EYES for pair in pairs):
            points[frame, lids[0]] += share * (points[frame, lids[1]] - points[frame, lids[0]])
    before, after = eye_opening(points), eye_opening(smooth_landmarks(points, 7, 256))
    assert before[16] < 0.02
    assert np.abs(after - before)[13:20].max() < 0.015
    open_eyes = np.r_[3:12, 21:37]
    assert np.diff(after[open_eyes]).std() < 0.7 * np.diff(before[open_eyes]).std()


def test_the_noise_of_landmarks_is_found_under_motion() -> None:
    rng = np.random.default_rng(0)
    head = 30 * np.sin(np.arange(60) / 12)[:, None, None]
    points = rng.uniform(50, 200, (1, 98, 2)) + head + rng.normal(0, 1.5, (60, 98, 2))
    assert landmark_noise(points) == pytest.approx(1.5, rel=0.15)
    assert landmark_noise(points[:2]) == 0


def test_shaky_landmarks_are_not_taken_for_a_lively_face() -> None:
    rng = np.random.default_rng(0)
    shaky = rng.uniform(50, 200, (1, 98, 2)) + rng.normal(0, 2.0, (60, 98, 2))
    smoothed = smooth_landmarks(shaky, 7, 256)
    # Seven averaged samples leave 0.38 of the noise; the motion that it pretends lets some more through.
    assert smoothed[5:-5].std(0).mean() < 0.55 * shaky[5:-5].std(0).mean()


def test_departure_counts_from_noise_to_expression() -> None:
    values = np.array([[[0.0, 0]], [[0.002, 0]], [[0.004, 0]], [[0, 0.02]]])
    np.testing.assert_allclose(departure_weight(values, np.zeros_like(values), (0.002, 0.006)), [0, 0, 0.5, 1])


def test_a_moving_part_loses_its_trembling_and_not_its_motion() -> None:
    """A lip that speeds up and slows down; the jaw stands still."""
    rng = np.random.default_rng(0)
    true = np.tile(rng.uniform(50, 200, (1, 98, 2)), (60, 1, 1))
    true[:, FACE_PARTS["lower lip"], 1] += 20 * np.sin(np.arange(60) / 5)[:, None]
    points = true + rng.normal(0, 0.6, true.shape)
    smoothed = smooth_landmarks(points, 7, 256)
    inner = slice(5, -5)

    def error(found: np.ndarray, part: str) -> float:
        return float((found - true)[inner][:, FACE_PARTS[part]].std())

    assert error(smoothed, "lower lip") < 0.8 * error(points, "lower lip")
    assert error(smoothed, "jaw") < 0.55 * error(points, "jaw")


def test_a_parabola_is_its_own_curve_and_short_runs_stay() -> None:
    time = np.arange(12.0)
    values = np.stack([3 + time, 0.5 * time**2], -1)
    np.testing.assert_allclose(running_parabola(values, 7), values, atol=1e-9)
    noisy = values[:4] + [[0.3, 0], [0, 0.1], [0.2, 0], [0, 0.4]]
    np.testing.assert_array_equal(running_parabola(noisy, 7), noisy)
    for count in (5, 6, 7):
        assert np.isfinite(running_parabola(values[:count], 25)).all()


def test_the_parts_hold_every_landmark_once() -> None:
    members = sorted(index for part in FACE_PARTS.values() for index in part)
    assert members == list(range(98))


def test_weight_grows_with_motion_up_to_one() -> None:
    np.testing.assert_allclose(motion_weight(np.array([0, 0.005, 0.01, 1.0])), [0, 0.5, 1, 1])


def test_steps_of_one_frame_are_zero() -> None:
    assert frame_steps(np.ones((1, 2))).tolist() == [[0, 0]]
    assert frame_steps(np.array([1.0, 3.0, 4.0])).tolist() == [2, 2, 1]


def test_runs_do_not_mix() -> None:
    values = np.concatenate([np.zeros(10), np.full(10, 100.0)])
    smoothed = by_segment(lambda part: running_mean(part, 9), values, np.repeat([0, 1], 10))
    np.testing.assert_allclose(smoothed, values, atol=1e-9)
    assert by_segment(lambda part: running_mean(part, 9), np.zeros((0, 2)), np.zeros(0, int)).shape == (0, 2)
