"""Scene-linear pictures as the analysis networks see them: made finite, encoded, clamped, on the network's device."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from fsgan_core.color.network_encoding import linear_to_network


def visible_range(picture: np.ndarray) -> np.ndarray:
    """The picture without what no network can use: NaN is black, Inf and superwhites are white, negatives are black.

    The plate itself is never changed; this is a copy for looking at.

    Args:
        picture: (H, W, 3) scene-linear, unbounded.

    Returns:
        (H, W, 3) float32 in [0, 1].
    """
    # fmax takes the number where the other operand is NaN.
    return np.minimum(np.fmax(np.asarray(picture, np.float32), 0), 1)


def network_input(picture: np.ndarray, network: nn.Module) -> Tensor:
    """The picture as input of a network.

    Args:
        picture: (H, W, 3) scene-linear; anything, NaN and Inf included.
        network: Decides the device.

    Returns:
        (1, 3, H, W) float32 RGB in [-1, 1].
    """
    encoded = np.clip(linear_to_network(visible_range(picture)), -1, 1).astype(np.float32)
    return torch.from_numpy(np.ascontiguousarray(encoded.transpose(2, 0, 1))[None]).to(device_of(network))


def device_of(network: nn.Module) -> torch.device:
    """Where the network's weights lie; the CPU for one without weights."""
    parameter = next(network.parameters(), None)
    return torch.device("cpu") if parameter is None else parameter.device
