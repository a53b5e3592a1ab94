"""The convolution units that the generators share: conv unit, down, up, residual block.

`padding` is "reflect" in the paper's size, as in the released code, and "zeros" in the compact one: reflection costs a
copy of every feature map, which was half the time of a training step on a CPU.
"""

from __future__ import annotations

from typing import Literal, cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

Padding = Literal["zeros", "reflect"]
"""How a convolution continues a picture beyond its border."""


class ConvUnit(nn.Sequential):
    """k x k convolution without bias, batch normalisation, ReLU."""

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel: int = 3,
        stride: int = 1,
        relu: bool = True,
        padding: Padding = "reflect",
    ) -> None:
        layers: list[nn.Module] = [
            nn.Conv2d(in_channels, out_channels, kernel, stride, kernel // 2, bias=False, padding_mode=padding),
            nn.BatchNorm2d(out_channels),
        ]
        if relu:
            layers.append(nn.ReLU(inplace=True))
        super().__init__(*layers)

    def forward(self, x: Tensor) -> Tensor:
        """(B, in, H, W) -> (B, out, H', W')."""
        return run_convolutions(self, x)


def run_convolutions(layers: nn.Sequential, x: Tensor) -> Tensor:
    """The layers in series, but a convolution and the fixed statistics after it are one: a pass less over the map.

    Args:
        layers: A convolution before batch normalisation has no bias and is padded by the same width on all sides.
        x: (B, in, H, W).
    """
    waiting = list(layers)
    while waiting:
        layer = waiting.pop(0)
        after = waiting[0] if waiting else None
        if isinstance(layer, nn.Conv2d) and isinstance(after, nn.BatchNorm2d):
            x = _normalised_convolution(layer, after, x)
            del waiting[0]
        else:
            x = layer(x)
    return x


def _normalised_convolution(conv: nn.Conv2d, norm: nn.BatchNorm2d, x: Tensor) -> Tensor:
    if norm.training or norm.running_var is None or norm.running_mean is None:
        return cast(Tensor, norm(conv(x)))
    scale = norm.weight * torch.rsqrt(norm.running_var + norm.eps)
    weight, bias = conv.weight * scale.reshape(-1, 1, 1, 1), norm.bias - norm.running_mean * scale
    around = conv.kernel_size[0] // 2
    if conv.padding_mode == "zeros":
        return F.conv2d(x, weight, bias, conv.stride, around)
    return F.conv2d(F.pad(x, (around,) * 4, conv.padding_mode), weight, bias, conv.stride)


class Down(nn.Sequential):
    """Half the resolution: a 3x3 conv unit of stride 2, then one of stride 1."""

    def __init__(self, in_channels: int, out_channels: int, padding: Padding = "reflect") -> None:
        first = ConvUnit(in_channels, out_channels, stride=2, padding=padding)
        super().__init__(first, ConvUnit(out_channels, out_channels, padding=padding))


class Up(nn.Module):
    """Twice the resolution: bilinear (align_corners False), then a 3x3 conv unit."""

    def __init__(self, in_channels: int, out_channels: int, padding: Padding = "reflect") -> None:
        super().__init__()
        self.conv = ConvUnit(in_channels, out_channels, padding=padding)

    def forward(self, x: Tensor) -> Tensor:
        """(B, in, H, W) -> (B, out, 2H, 2W)."""
        return self.conv(F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False))


class ResidualBlock(nn.Module):
    """x + two 3x3 convolutions, then ReLU.

    The paper calls them bottleneck blocks; the released code has two full-width 3x3 convolutions, and so have we.
    """

    def __init__(self, channels: int, padding: Padding = "reflect") -> None:
        super().__init__()
        self.first = ConvUnit(channels, channels, padding=padding)
        self.second = ConvUnit(channels, channels, relu=False, padding=padding)

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, H, W) -> the same shape."""
        return torch.relu(x + self.second(self.first(x)))


def residual_blocks(channels: int, count: int, padding: Padding = "reflect") -> nn.Sequential:
    """`count` residual blocks in series; none is the identity."""
    return nn.Sequential(*(ResidualBlock(channels, padding) for _ in range(count)))
