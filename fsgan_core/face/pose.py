"""Which way a face looks.

Angles in degrees, as the viewer of the picture sees them:

    yaw   > 0   the nose points to the right of the picture
    pitch > 0   the nose points up
    roll  > 0   the head tilts clockwise in the picture

Mirroring the picture changes the sign of yaw and roll.
"""

from __future__ import annotations

import numpy as np
from torch import nn

from fsgan_core.face.network_input import network_input
from fsgan_core.networks.inference import infer


def estimate_pose(crop: np.ndarray, network: nn.Module) -> np.ndarray:
    """The pose of the face in a crop.

    Args:
        crop: (S, S, 3) scene-linear; NaN and Inf allowed.
        network: The pack's pose network.

    Returns:
        (3,) float32 degrees yaw, pitch, roll.
    """
    return infer(network, network_input(crop, network))[0].cpu().numpy().astype(np.float32)
