"""A seam is steepness that the plate did not have."""

from __future__ import annotations

import numpy as np

from fsgan_core.evaluation.seam import seam_visibility


def ramp_matte() -> np.ndarray:
    return np.broadcast_to(np.clip(np.linspace(-1, 2, 48), 0, 1), (16, 48))


def test_an_untouched_plate_has_no_seam() -> None:
    plate = np.random.default_rng(0).random((16, 48, 3))
    assert seam_visibility(plate, plate, ramp_matte()) == 0


def test_a_colour_step_shows_and_a_larger_one_shows_more() -> None:
    plate = np.full((16, 48, 3), 0.4)
    seams = [seam_visibility(plate + offset * ramp_matte()[..., None], plate, ramp_matte()) for offset in (0.1, 0.3)]
    assert 0 < seams[0] < seams[1]


def test_no_matte_has_no_seam() -> None:
    assert seam_visibility(np.ones((4, 4, 3)), np.zeros((4, 4, 3)), np.zeros((4, 4))) == 0
