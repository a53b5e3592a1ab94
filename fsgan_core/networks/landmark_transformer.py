"""T: the landmarks of a face turned to another pose (section 3.5.1), without 3D."""

from __future__ import annotations

import torch
from torch import Tensor, nn

POSE_SCALE_DEG = 60.0


class LandmarkTransformer(nn.Module):
    """12 linear layers, batch normalisation and ReLU after each but the last: {p1, theta} -> p2.

    The last layer gives offsets from the input points: where the paper's layer would have to learn the identity, ours
    starts there.
    """

    def __init__(self, landmarks: int = 98, width: int = 256, layers: int = 12) -> None:
        super().__init__()
        self.landmarks = landmarks
        sizes = [2 * landmarks + 3] + [width] * (layers - 1)
        units: list[nn.Module] = []
        for a, b in zip(sizes[:-1], sizes[1:], strict=True):
            units += [nn.Linear(a, b), nn.BatchNorm1d(b), nn.ReLU(inplace=True)]
        self.body = nn.Sequential(*units)
        self.final = nn.Linear(width, 2 * landmarks)

    def forward(self, points: Tensor, pose_deg: Tensor) -> Tensor:
        """The same face and expression at that pose.

        (B, L, 2) in [0, 1] of the crop and (B, 3) degrees -> (B, L, 2).
        """
        flat = points.flatten(1)
        x = torch.cat([(flat - 0.5) * 4, pose_deg / POSE_SCALE_DEG], 1)
        return points + self.final(self.body(x)).view(-1, self.landmarks, 2) * 0.1
