"""The multi-scale patch discriminator of pix2pixHD (eq. 6): one PatchGAN a resolution."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn


class PatchDiscriminator(nn.Module):
    """`scales` PatchGANs, on the picture and on halves of it."""

    def __init__(self, width: int, scales: int = 2, in_channels: int = 3) -> None:
        super().__init__()
        self.nets = nn.ModuleList(_patch_gan(in_channels, width) for _ in range(scales))

    def forward(self, x: Tensor) -> list[Tensor]:
        """(B, 3, S, S) in [-1, 1] -> one map of logits (B, 1, h, w) a scale, finest first."""
        outputs = []
        for index, net in enumerate(self.nets):
            if index:
                x = F.avg_pool2d(x, 3, 2, 1, count_include_pad=False)
            outputs.append(net(x).float())
        return outputs


def _patch_gan(in_channels: int, width: int) -> nn.Sequential:
    layers: list[nn.Module] = [nn.Conv2d(in_channels, width, 4, 2, 2), nn.LeakyReLU(0.2)]
    for a, b, stride in ((1, 2, 2), (2, 4, 2), (4, 8, 1)):
        layers += [nn.Conv2d(a * width, b * width, 4, stride, 2), nn.BatchNorm2d(b * width), nn.LeakyReLU(0.2)]
    return nn.Sequential(*layers, nn.Conv2d(8 * width, 1, 4, 1, 2))
