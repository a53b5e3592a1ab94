import numpy as np

from fsgan_core.training.synthesis.head_camera import FIT_DISTANCE_CM, FIT_ORIGIN, project_fitted


def test_fitted_origin_lies_on_the_optical_axis() -> None:
    points = np.array([FIT_ORIGIN, FIT_ORIGIN + [7, 0, 0], FIT_ORIGIN + [0, 7, 0]])
    x, y, depth = project_fitted(points, np.eye(3), np.array([700.0, 190, 200])).T
    np.testing.assert_allclose(depth, FIT_DISTANCE_CM)
    np.testing.assert_allclose(x, [190, 260, 190])
    np.testing.assert_allclose(y, [200, 200, 130])
