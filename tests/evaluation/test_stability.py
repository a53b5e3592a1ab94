"""Flicker and wobble are zero for steady motion, and not for unsteady."""

from __future__ import annotations

import numpy as np
import pytest

from fsgan_core.evaluation.stability import FlickerMeter, landmark_wobble_px


def flicker_of(values: list[float], frames: list[int] | None = None) -> float:
    meter = FlickerMeter()
    for frame, value in zip(frames or range(len(values)), values, strict=True):
        meter.add(frame, np.full((8, 8, 3), value), np.ones((8, 8)))
    return meter.flicker


def test_a_steady_fade_does_not_flicker() -> None:
    assert flicker_of([0.1, 0.2, 0.3, 0.4]) == pytest.approx(0, abs=1e-4)


def test_alternating_frames_flicker() -> None:
    assert flicker_of([0.5, 0.6, 0.5, 0.6]) == pytest.approx(0.2 * 255, rel=1e-4)


def test_flicker_outside_the_face_does_not_count() -> None:
    meter = FlickerMeter()
    matte = np.zeros((8, 8))
    matte[:4] = 1
    for frame in range(5):
        crop = np.zeros((8, 8, 3))
        crop[4:] = frame % 2
        meter.add(frame, crop, matte)
    assert meter.flicker == 0


def test_a_gap_in_the_frames_is_no_flicker() -> None:
    assert flicker_of([0.1, 0.1, 0.1, 0.9, 0.9, 0.9], [1, 2, 3, 50, 51, 52]) == pytest.approx(0, abs=1e-4)


def test_two_frames_are_too_few_to_say() -> None:
    assert np.isnan(flicker_of([0.1, 0.2]))
    assert np.isnan(landmark_wobble_px(np.zeros((2, 98, 2)), np.arange(2)))


def test_wobble_of_uniform_motion_is_zero_and_of_a_zigzag_is_not() -> None:
    frames = np.arange(6)
    moving = np.broadcast_to((frames * 2.0)[:, None, None], (6, 98, 2))
    assert landmark_wobble_px(moving, frames) == pytest.approx(0)
    zigzag = np.zeros((6, 98, 2))
    zigzag[::2, :, 0] = 1
    assert landmark_wobble_px(zigzag, frames) == pytest.approx(2)
