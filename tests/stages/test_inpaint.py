"""Inpainting: what G_c is shown, and where the result says that it invented."""

from __future__ import annotations

import numpy as np
from torch import Tensor, nn

from fsgan_core.geometry.landmark_warp import MEAN_FACE
from fsgan_core.stages.inpaint import inpaint

SIZE = 32
LANDMARKS = (MEAN_FACE * SIZE).astype(np.float32)


class Recorder(nn.Module):
    """G_c that paints 0.5 everywhere and remembers its inputs."""

    def forward(self, face: Tensor, points: Tensor, mask: Tensor) -> Tensor:
        self.face, self.points, self.mask = (x.numpy().copy() for x in (face, points, mask))
        return face * 0 + 0.5


def half_and_three_quarters() -> tuple[np.ndarray, np.ndarray]:
    """Reenacted face in the left half, target face in the left three quarters."""
    reenacted, target = np.zeros((2, SIZE, SIZE), np.float32)
    reenacted[:, : SIZE // 2] = 1
    target[:, : SIZE * 3 // 4] = 1
    return reenacted, target


def test_the_network_sees_the_face_without_background_the_landmarks_and_the_mask() -> None:
    reenacted_face, target_face = half_and_three_quarters()
    picture = np.full((SIZE, SIZE, 3), 0.25, np.float32)
    network = Recorder()
    inpaint(picture, reenacted_face, LANDMARKS, target_face, network)
    np.testing.assert_array_equal(network.face[0, :, :, : SIZE // 2], 0.25)
    np.testing.assert_array_equal(network.face[0, :, :, SIZE // 2 :], -1)
    np.testing.assert_array_equal(network.mask[0, 0], target_face)
    np.testing.assert_allclose(network.points[0], MEAN_FACE, atol=1e-6)


def test_the_result_covers_the_mask_of_the_plate_and_nothing_else() -> None:
    reenacted_face, target_face = half_and_three_quarters()
    completed = inpaint(np.zeros((SIZE, SIZE, 3), np.float32), reenacted_face, LANDMARKS, target_face, Recorder())
    np.testing.assert_array_equal(completed.picture[:, : SIZE * 3 // 4], 0.5)
    np.testing.assert_array_equal(completed.picture[:, SIZE * 3 // 4 :], -1)


def test_invented_is_the_plates_face_that_the_source_did_not_show() -> None:
    reenacted_face, target_face = half_and_three_quarters()
    completed = inpaint(np.zeros((SIZE, SIZE, 3), np.float32), reenacted_face, LANDMARKS, target_face, Recorder())
    np.testing.assert_array_equal(completed.invented, target_face - reenacted_face)


def test_empty_masks_give_finite_pictures() -> None:
    empty = np.zeros((SIZE, SIZE), np.float32)
    completed = inpaint(np.zeros((SIZE, SIZE, 3), np.float32), empty, LANDMARKS, empty, Recorder())
    assert np.isfinite(completed.picture).all()
    assert completed.invented.max() == 0
