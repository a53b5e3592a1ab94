"""Hopenet, the pose network of the authors' release: a ResNet-50 with 66 bins an angle, read as an expectation."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from fsgan_core.networks.landmark_hrnet import Bottleneck
from fsgan_core.networks.pose_net import BIN_DEG, BINS

INPUT_PX = 224


class Hopenet(nn.Module):
    """Yaw, pitch, roll of a face crop.

    Args:
        stem: Channels of the first convolution.
        widths: Inner channels of the four layers; their outputs are four times as wide.
        depths: Bottlenecks a layer.
    """

    def __init__(self, stem: int, widths: tuple[int, ...], depths: tuple[int, ...]) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, stem, 7, 2, 3, bias=False), nn.BatchNorm2d(stem), nn.ReLU(inplace=True), nn.MaxPool2d(3, 2, 1)
        )
        self.layers = nn.ModuleList()
        previous = stem
        for index, (width, depth) in enumerate(zip(widths, depths, strict=True)):
            blocks = [Bottleneck(previous, width, stride=2 if index else 1)]
            blocks += [Bottleneck(4 * width, width) for _ in range(depth - 1)]
            self.layers.append(nn.Sequential(*blocks))
            previous = 4 * width
        self.heads = nn.ModuleList(nn.Linear(previous, BINS) for _ in range(3))

    def forward(self, x: Tensor) -> Tensor:
        """(B, 3, S, S) in [-1, 1] -> (B, 3) degrees yaw, pitch, roll in the signs of `face/pose.py`.

        The release counts yaw as positive to the left of the picture, and reads bin k as 3 k - 99 degrees.
        """
        if x.shape[-1] != INPUT_PX:
            x = F.interpolate(x, size=(INPUT_PX, INPUT_PX), mode="bicubic", align_corners=False)
        x = self.stem(x)
        for layer in self.layers:
            x = layer(x)
        pooled = x.float().mean((2, 3))
        probabilities = torch.stack([head(pooled).float() for head in self.heads], 1).softmax(-1)
        bins = torch.arange(BINS, device=x.device) * BIN_DEG - BINS * BIN_DEG / 2
        return (probabilities * bins).sum(-1) * probabilities.new_tensor([-1.0, 1.0, 1.0])
