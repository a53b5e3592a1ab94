"""Expression error is a distance in pixels."""

from __future__ import annotations

import numpy as np

from fsgan_core.evaluation.expression_error import eye_error, landmark_error_px
from fsgan_core.geometry.landmark_warp import MEAN_FACE


def test_landmark_error_is_the_mean_distance() -> None:
    plate = np.zeros((2, 98, 2))
    result = plate + np.array([3.0, 4.0])
    result[1, 49:] = 0
    np.testing.assert_allclose(landmark_error_px(result, plate), [5, 2.5])


def test_eye_error_sees_lids_alone() -> None:
    plate = np.stack([MEAN_FACE * 256] * 3)
    result = plate.copy()
    result[1, [61, 62, 63]] = result[1, [67, 66, 65]]  # one eye shut
    result[1, [69, 70, 71]] = result[1, [75, 74, 73]]  # and the other
    result[2, 76:96] += (0, 9)
    still, shut, talking = eye_error(result, plate)
    assert still == 0 and talking == 0
    assert 0.15 < shut < 0.35
    assert np.allclose(eye_error(result[1] * 2 + 7, plate[1]), shut)
