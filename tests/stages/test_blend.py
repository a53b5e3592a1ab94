"""Blending: what G_b is shown, and what goes round it."""

from __future__ import annotations

import numpy as np
from torch import Tensor, nn

from fsgan_core.stages.blend import blend

SIZE = 16


class Recorder(nn.Module):
    """G_b that gives back the transfer and remembers its inputs."""

    def forward(self, transfer: Tensor, target: Tensor, mask: Tensor) -> Tensor:
        self.transfer, self.target, self.mask = (x.numpy().copy() for x in (transfer, target, mask))
        return transfer


def left_face() -> np.ndarray:
    face = np.zeros((SIZE, SIZE), np.float32)
    face[:, : SIZE // 2] = 0.9
    return face


def test_the_transfer_is_the_completed_face_in_the_target() -> None:
    network = Recorder()
    target = np.full((SIZE, SIZE, 3), 0.25, np.float32)
    blend(np.full_like(target, -0.5), target, left_face(), network)
    np.testing.assert_array_equal(network.transfer[0, :, :, : SIZE // 2], -0.5)
    np.testing.assert_array_equal(network.transfer[0, :, :, SIZE // 2 :], 0.25)
    np.testing.assert_array_equal(network.mask[0, 0], left_face() > 0.5)


def test_superwhite_and_negative_values_go_round_the_network() -> None:
    network = Recorder()
    target = np.zeros((SIZE, SIZE, 3), np.float32)
    target[0, -1], target[1, -1] = 1.75, -1.5
    blended = blend(np.zeros_like(target), target, left_face(), network)
    assert np.abs(network.target).max() <= 1
    np.testing.assert_allclose(blended[0, -1], 1.75, atol=1e-6)
    np.testing.assert_allclose(blended[1, -1], -1.5, atol=1e-6)
