"""The face detector: one small fully convolutional network that knows faces of 16 to 48 px.

It is run over a picture pyramid.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

STRIDE = 8
UNIT_PX = 28.0
"""Geometric mean of the face sizes that one pyramid level finds; box sizes are predicted in powers of e around it."""


class FaceDetector(nn.Module):
    """Score and face box for every 8 x 8 px cell of one pyramid level."""

    def __init__(self, widths: tuple[int, int, int]) -> None:
        super().__init__()
        a, b, c = widths
        self.trunk = nn.Sequential(
            *_unit(3, a, stride=2),
            *_unit(a, b, stride=2),
            *_unit(b, b),
            *_unit(b, c, stride=2),
            *_unit(c, c),
            *_unit(c, c, dilation=2),
            *_unit(c, c),
            *_unit(c, c, dilation=2),
            *_unit(c, c),
        )
        self.head = nn.Conv2d(c, 4, 1)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Faces of one level.

        Args:
            x: (B, 3, H, W) in [-1, 1], H and W divisible by 16.

        Returns:
            logits (B, H/8, W/8), and square boxes (B, 4, H/8, W/8) x0 y0 x1 y1 in px of x.
        """
        raw = self.head(self.trunk(x)).float()
        height, width = raw.shape[2:]
        centre_x = (torch.arange(width, device=x.device) + 0.5) * STRIDE + raw[:, 1] * STRIDE
        centre_y = (torch.arange(height, device=x.device)[:, None] + 0.5) * STRIDE + raw[:, 2] * STRIDE
        half = UNIT_PX / 2 * torch.exp(raw[:, 3].clamp(-3, 3))
        return raw[:, 0], torch.stack([centre_x - half, centre_y - half, centre_x + half, centre_y + half], 1)


def _unit(in_channels: int, out_channels: int, stride: int = 1, dilation: int = 1) -> list[nn.Module]:
    conv = nn.Conv2d(in_channels, out_channels, 3, stride, dilation, dilation, bias=False)
    return [conv, nn.BatchNorm2d(out_channels), nn.ReLU(inplace=True)]
