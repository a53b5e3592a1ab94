"""Blending: what G_b is shown."""

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
    blended = blend(np.full_like(target, -0.5), target, left_face(), network)
    np.testing.assert_array_equal(blended.transpose(2, 0, 1), network.transfer[0])
    np.testing.assert_array_equal(network.transfer[0, :, :, : SIZE // 2], -0.5)
    np.testing.assert_array_equal(network.transfer[0, :, :, SIZE // 2 :], 0.25)
    np.testing.assert_array_equal(network.mask[0, 0], left_face() > 0.5)
