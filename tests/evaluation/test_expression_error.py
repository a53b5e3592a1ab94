"""Expression error is a distance in pixels."""

from __future__ import annotations

import numpy as np

from fsgan_core.evaluation.expression_error import landmark_error_px


def test_landmark_error_is_the_mean_distance() -> None:
    plate = np.zeros((2, 98, 2))
    result = plate + np.array([3.0, 4.0])
    result[1, 49:] = 0
    np.testing.assert_allclose(landmark_error_px(result, plate), [5, 2.5])
