"""Face features for the perceptual loss (eq. 3) and an identity embedding.

A VGG trained on face identity and attributes.
"""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn

from fsgan_core.networks.conv_block import run_convolutions


class FaceFeatures(nn.Module):
    """A VGG of five scales with batch normalisation; VGG-19 layout for `paper`, narrow and shallow for `compact`."""

    def __init__(self, widths: tuple[int, ...], depths: tuple[int, ...], embedding: int, attributes: int) -> None:
        super().__init__()
        self.stages = nn.ModuleList()
        previous = 3
        for width, depth in zip(widths, depths, strict=True):
            layers: list[nn.Module] = []
            for _ in range(depth):
                convolution = nn.Conv2d(previous, width, 3, 1, 1, bias=False)
                layers += [convolution, nn.BatchNorm2d(width), nn.ReLU(inplace=True)]
                previous = width
            self.stages.append(nn.Sequential(*layers))
        self.embedding = nn.Linear(previous * 16, embedding)
        self.attributes = nn.Linear(previous * 16, attributes)

    def forward(self, x: Tensor) -> list[Tensor]:
        """(B, 3, S, S) in [-1, 1] -> one feature map a scale, finest first."""
        maps = []
        for index, stage in enumerate(self.stages):
            assert isinstance(stage, nn.Sequential)
            x = run_convolutions(stage, F.max_pool2d(x, 2) if index else x)
            maps.append(x)
        return maps

    def embed(self, x: Tensor) -> Tensor:
        """(B, 3, S, S) -> (B, E) identity embedding of length 1; computed at 128 px."""
        return F.normalize(self.embedding(self.pooled(x)).float(), dim=1)

    def pooled(self, x: Tensor) -> Tensor:
        """(B, 3, S, S) -> (B, C * 16): the last features of the 128 px picture on a 4 x 4 grid."""
        if x.shape[-1] != 128:
            x = F.interpolate(x, size=(128, 128), mode="bilinear", antialias=True)
        return F.adaptive_avg_pool2d(self(x)[-1].float(), 4).flatten(1)
