"""Landmarks as heatmaps and back with sub-pixel accuracy (section 3.5.2), and a convolution that skips their zeros.

A heatmap channel is zero outside a disc of 0.039 of the side. A k x k convolution over 98 of them therefore touches a
few per cent of the pixels: `LandmarkConv` computes it there and nowhere else. The released code spends a fifth of G_r
on those zeros.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from fsgan_core.networks.conv_block import Padding

SUPPORT = 0.8
"""t of eq. 14."""
RADIUS = math.sqrt(2.0) * (1.0 - SUPPORT ** (1.0 / 8.0))
"""Radius of a heatmap's disc in sides of the picture."""


def heatmaps_to_points(heatmaps: Tensor) -> Tensor:
    """The landmark of each heatmap channel: the expectation over its upper half (Nirkin et al. 2022, eq. 12).

    The paper leaves out the division by the sum, without which eq. 12 is no coordinate.

    Args:
        heatmaps: (B, L, H, W), any range.

    Returns:
        (B, L, 2) x, y in [0, 1] of the side. A flat channel gives the centre.
    """
    low = heatmaps.amin((2, 3), keepdim=True)
    span = heatmaps.amax((2, 3), keepdim=True) - low
    weight = (heatmaps - low) / span.clamp_min(1e-6)
    weight = torch.where((weight < 0.5) & (span > 1e-6), torch.zeros_like(weight), weight.clamp_min(1e-6))
    weight = weight / weight.sum((2, 3), keepdim=True)
    height, width = heatmaps.shape[2:]
    x = (_steps(0, width, weight) + 0.5) / width
    y = (_steps(0, height, weight) + 0.5) / height
    return torch.stack([(weight.sum(2) * x).sum(-1), (weight.sum(3) * y).sum(-1)], -1)


def points_to_heatmaps(points: Tensor, size: tuple[int, int]) -> Tensor:
    """One heatmap a landmark: a disc with its sub-pixel centre at the point (eq. 13, 14; t = 0.8).

    Args:
        points: (B, L, 2) x, y in [0, 1] of the side.
        size: height, width, px.

    Returns:
        (B, L, height, width) in [0, 1].
    """
    height, width = size
    x = (_steps(0, width, points) + 0.5) / width
    y = (_steps(0, height, points) + 0.5) / height
    distance = torch.hypot(x - points[..., 0:1, None], y[:, None] - points[..., 1:2, None])
    return disc(distance)


def disc(distance: Tensor) -> Tensor:
    """The value of a heatmap at a distance (in sides) from its landmark: eq. 13 and 14."""
    nearness = (1.0 - distance / math.sqrt(2.0)).clamp_min(0.0)  # eq. 13
    return ((nearness**8 - SUPPORT) / (1.0 - SUPPORT)).clamp_min(0.0)  # eq. 14


class LandmarkConv(nn.Module):
    """A k x k convolution over the heatmaps of L landmarks, exact, computed on the discs only.

    Same weights and result as `nn.Conv2d(L, C, k, padding=k // 2, bias=False, padding_mode=padding)` on
    `points_to_heatmaps`. Cost: L patches of about (0.078 S + 2k)^2 px, against S^2.
    """

    def __init__(self, landmarks: int, out_channels: int, kernel: int = 7, padding: Padding = "zeros") -> None:
        super().__init__()
        self.kernel = kernel
        self.padding = padding
        self.weight = nn.Parameter(torch.empty(out_channels, landmarks, kernel, kernel).normal_(0.0, 0.02))

    def forward(self, points: Tensor, size: int) -> Tensor:
        """(B, L, 2) points in [0, 1] -> (B, C, size, size)."""
        batch, landmarks, _ = points.shape
        reach = math.ceil(RADIUS * size) + 1 + self.kernel // 2
        side = 2 * reach + 1
        scaled = points.float() * size
        base = scaled.detach().floor().clamp(-4 * size, 4 * size)
        patches = self._heat_patches(scaled, base, reach, size)
        columns = patches.unfold(2, self.kernel, 1).unfold(3, self.kernel, 1)  # (B, L, side, side, k, k)
        columns = columns.permute(1, 0, 2, 3, 4, 5).reshape(landmarks, batch * side * side, -1).type_as(self.weight)
        values = torch.bmm(columns, self.weight.permute(1, 2, 3, 0).reshape(landmarks, self.kernel**2, -1))
        values = values.view(landmarks, batch, side * side, -1).transpose(0, 1)
        return self._add_at(values, base, reach, size)

    def _heat_patches(self, scaled: Tensor, base: Tensor, reach: int, size: int) -> Tensor:
        """(B, L, Q, Q): heat around each point with room for the kernel; outside the picture as `padding` says."""
        border = self.kernel // 2
        half = reach + border
        pixel = base[..., None] + _steps(-half, half + 1, scaled)  # (B, L, 2, Q)
        known, beyond = pixel, 0
        if self.padding == "reflect":
            # A pixel beyond the edge shows the heat of its mirror image, as far as the kernel looks.
            known, beyond = (size - 1) - ((size - 1) - pixel.abs()).abs(), border
        delta = (known + 0.5 - scaled[..., None]) / size
        heat = disc(torch.hypot(delta[:, :, 0, None, :], delta[:, :, 1, :, None]))
        inside = ((pixel >= -beyond) & (pixel < size + beyond)).to(heat.dtype)
        return heat * inside[:, :, 0, None, :] * inside[:, :, 1, :, None]

    def _add_at(self, values: Tensor, base: Tensor, reach: int, size: int) -> Tensor:
        """Sum (B, L, P*P, C) patches into a (B, C, size, size) picture at their places."""
        batch, landmarks, _, channels = values.shape
        corner = base.long()
        pixel = corner[..., None] + _steps(-reach, reach + 1, corner)  # (B, L, 2, P)
        inside = (pixel >= 0) & (pixel < size)
        index = pixel[:, :, 1, :, None] * size + pixel[:, :, 0, None, :]
        index = index + _steps(0, batch, corner)[:, None, None, None] * size * size
        keep = (inside[:, :, 1, :, None] & inside[:, :, 0, None, :]).reshape(-1)
        flat = values.reshape(-1, channels)[keep]
        canvas = flat.new_zeros(batch * size * size, channels)
        canvas = canvas.index_add(0, index.reshape(-1)[keep], flat)
        return canvas.view(batch, size, size, channels).permute(0, 3, 1, 2)


def _steps(first: int, end: int, like: Tensor) -> Tensor:
    """first, first + 1, ..., end - 1 in the type and on the device of `like`; a trace must not keep the device."""
    if torch.jit.is_tracing():
        return torch.arange(first, end).type_as(like)
    return torch.arange(first, end, device=like.device, dtype=like.dtype)
