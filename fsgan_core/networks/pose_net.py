"""Head pose without landmarks: a residual network with 66 bins of 3 degrees an angle, read as an expectation."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

BINS = 66
BIN_DEG = 3.0
"""Bins cover [-99, 99] degrees."""


class PoseNet(nn.Module):
    """Yaw, pitch, roll of a face crop."""

    def __init__(self, widths: tuple[int, int, int, int], blocks: int, input_size: int = 128) -> None:
        super().__init__()
        self.input_size = input_size
        layers: list[nn.Module] = [*_unit(3, widths[0], stride=2)]
        previous = widths[0]
        for width in widths:
            layers.append(PoseBlock(previous, width, stride=2))
            layers += [PoseBlock(width, width, stride=1) for _ in range(blocks - 1)]
            previous = width
        self.trunk = nn.Sequential(*layers)
        self.heads = nn.Linear(previous, 3 * BINS)

    def forward(self, x: Tensor) -> Tensor:
        """(B, 3, S, S) in [-1, 1] -> (B, 3) degrees yaw, pitch, roll."""
        probabilities = self.bin_logits(x).softmax(-1)
        centres = (torch.arange(BINS, device=x.device) + 0.5) * BIN_DEG - BINS * BIN_DEG / 2
        return (probabilities * centres).sum(-1)

    def bin_logits(self, x: Tensor) -> Tensor:
        """(B, 3, S, S) -> (B, 3, 66) logits."""
        if x.shape[-1] != self.input_size:
            x = F.interpolate(x, size=(self.input_size, self.input_size), mode="bilinear", antialias=True)
        return self.heads(self.trunk(x).float().mean((2, 3))).float().view(-1, 3, BINS)


class PoseBlock(nn.Module):
    """Two 3x3 units with a projected skip."""

    def __init__(self, in_channels: int, out_channels: int, stride: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            *_unit(in_channels, out_channels, stride=stride), *_unit(out_channels, out_channels)[:-1]
        )
        same = stride == 1 and in_channels == out_channels
        self.skip = (
            nn.Identity() if same else nn.Sequential(nn.AvgPool2d(stride), *_unit(in_channels, out_channels, 1)[:-1])
        )

    def forward(self, x: Tensor) -> Tensor:
        """(B, in, H, W) -> (B, out, H / stride, W / stride)."""
        return torch.relu(self.skip(x) + self.body(x))


def _unit(in_channels: int, out_channels: int, kernel: int = 3, stride: int = 1) -> list[nn.Module]:
    conv = nn.Conv2d(in_channels, out_channels, kernel, stride, kernel // 2, bias=False)
    return [conv, nn.BatchNorm2d(out_channels), nn.ReLU(inplace=True)]
