"""The generators of section 3.2.

`Global(n1, n2, n3)` is a residual U-Net with summed skips, `Enhancer(G, n)` goes around it.

One code, two sizes. `paper` has the paper's widths and a tanh output. `compact` is narrow, takes landmarks at half
resolution only and adds its output to a picture that is already near to what is wanted (the warped view, the known
face, the transfer): it starts as the identity. G_r first moves that picture a little (`shifts`): 98 landmarks do not
say where all of the skin goes. (A learned gate between picture and output was tried and rejected: it closes before the
network has learned anything.)
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from fsgan_core.networks.conv_block import Down, Padding, Up, residual_blocks
from fsgan_core.networks.landmark_heatmap import LandmarkConv

MOST_SHIFT = 1 / 16
"""Of the side: how far a pixel is moved at most."""
SHIFT_SLOWNESS = 4.0
"""The convolution's output is divided by this: one step of Adam moves all its weights, and must not move pixels far."""


@dataclass(frozen=True)
class GeneratorSize:
    """Widths and depths of an Enhancer(Global(n1, n2, n3), n).

    Attributes:
        widths: Channels at full, half, quarter and eighth resolution.
        blocks: Residual blocks at the same four places: n, n1, n2, n3.
        fine_landmarks: Whether the full-resolution input also gets heatmaps (paper) or only the half-resolution one.
        residual: Whether the output is a change of an input picture (compact) or a plain tanh (paper).
        shifts: Whether that picture is first moved, pixel by pixel, by up to a sixteenth of its side.
        gaussian_half: Whether the half-resolution picture is made by a 5x5 Gaussian (OpenCV's pyrDown, what the
            released G_r was fed) or by a 3x3 mean.
    """

    widths: tuple[int, int, int, int]
    blocks: tuple[int, int, int, int]
    fine_landmarks: bool
    residual: bool
    shifts: bool = False
    gaussian_half: bool = False

    @property
    def padding(self) -> Padding:
        """Padding mode of the convolutions; see `conv_block`."""
        return "zeros" if self.residual else "reflect"


class InputConv(nn.Module):
    """The 7x7 input unit over picture channels and heatmap channels, the latter computed sparsely."""

    def __init__(self, picture_channels: int, landmarks: int, out_channels: int, padding: Padding) -> None:
        super().__init__()
        self.picture = nn.Conv2d(picture_channels, out_channels, 7, 1, 3, bias=False, padding_mode=padding)
        self.landmarks = LandmarkConv(landmarks, out_channels, padding=padding) if landmarks else None
        self.norm = nn.BatchNorm2d(out_channels)

    def forward(self, picture: Tensor, points: Tensor | None) -> Tensor:
        """(B, C, S, S) and (B, L, 2) in [0, 1] -> (B, out, S, S)."""
        x = self.picture(picture)
        if self.landmarks is not None and points is not None:
            x = x + self.landmarks(points, picture.shape[-1]).type_as(x)
        return torch.relu(self.norm(x))


class Skip(nn.Module):
    """One scale of the global generator: blocks( x + up(deeper(down(x))) ); the deepest is blocks alone."""

    def __init__(self, widths: tuple[int, ...], blocks: tuple[int, ...], padding: Padding) -> None:
        super().__init__()
        self.deeper = Skip(widths[1:], blocks[1:], padding) if len(widths) > 1 else None
        if self.deeper is not None:
            self.down = Down(widths[0], widths[1], padding)
            self.up = Up(widths[1], widths[0], padding)
        self.blocks = residual_blocks(widths[0], blocks[0], padding)

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, H, W) -> the same shape."""
        if self.deeper is not None:
            x = x + self.up(self.deeper(self.down(x)))
        return self.blocks(x)


class Global(nn.Module):
    """The global generator Global(n1, n2, n3): features at half resolution.

    It has an output of its own for the 128 px stage.
    """

    def __init__(self, picture_channels: int, landmarks: int, size: GeneratorSize) -> None:
        super().__init__()
        self.in_conv = InputConv(picture_channels, landmarks, size.widths[1], size.padding)
        self.inner = Skip(size.widths[1:], size.blocks[1:], size.padding)
        self.out_conv = output_conv(size.widths[1], size.padding)

    def forward(self, picture: Tensor, points: Tensor | None) -> Tensor:
        """(B, C, S, S) -> features (B, width, S, S)."""
        return self.inner(self.in_conv(picture, points))


class Enhancer(nn.Module):
    """The enhancer Enhancer(Global(n1, n2, n3), n) (eq. 1, 2): pictures at two resolutions in, one picture out."""

    def __init__(self, picture_channels: int, landmarks: int, size: GeneratorSize) -> None:
        super().__init__()
        self.size = size
        self.base = Global(picture_channels, landmarks, size)
        self.in_conv = InputConv(
            picture_channels, landmarks if size.fine_landmarks else 0, size.widths[0], size.padding
        )
        self.up = Up(size.widths[1], size.widths[0], size.padding)
        self.blocks = residual_blocks(size.widths[0], size.blocks[0], size.padding)
        self.out_conv = output_conv(size.widths[0], size.padding)
        # From the features at half resolution: what lies off does so by patches, not by pixels.
        self.shift_conv = nn.Conv2d(size.widths[1], 2, 3, 1, 1, bias=False) if size.shifts else None

    def forward(self, picture: Tensor, points: Tensor | None, passed: Tensor, stage: str = "full") -> Tensor:
        """The generated picture.

        Args:
            picture: (B, C, S, S) in [-1, 1].
            points: (B, L, 2) in [0, 1], or None.
            passed: (B, 3, S, S), the picture that a residual output changes.
            stage: "full"; "base" runs the global generator alone (progressive training at 128 px).

        Returns:
            (B, 3, S, S) in [-1, 1].
        """
        return self.picture_and_shifts(picture, points, passed, stage)[0]

    def picture_and_shifts(
        self, picture: Tensor, points: Tensor | None, passed: Tensor, stage: str = "full"
    ) -> tuple[Tensor, Tensor | None]:
        """As `forward`, and how `passed` was moved: `shifts` (B, 2, S/2, S/2) of `moved`; None where it is not."""
        if stage == "base":
            features = self.base(picture, points)
            x = self.base.out_conv(features)
        else:
            half = gaussian_half(picture) if self.size.gaussian_half else mean_half(picture)
            features = self.base(half, points)
            x = self.out_conv(self.blocks(self.in_conv(picture, points) + self.up(features)))
        if self.shift_conv is None:
            return self._output(x, passed), None
        shifts = MOST_SHIFT * torch.tanh(self.shift_conv(features).float() / SHIFT_SLOWNESS)
        return self._output(x, moved(passed, shifts)), shifts

    def _output(self, x: Tensor, passed: Tensor) -> Tensor:
        x = x.float()
        if not self.size.residual:
            return torch.tanh(x)
        changed = passed + x
        return changed if self.training else changed.clamp(-1, 1)


def moved(picture: Tensor, shifts: Tensor) -> Tensor:
    """A picture whose pixels come from a little way off.

    Args:
        picture: (B, C, S, S).
        shifts: (B, 2, s, s) x and y of where each pixel comes from, minus its own place, in sides of the picture.

    Returns:
        (B, C, S, S) float32; bicubic, the border repeated.
    """
    side = picture.shape[-1]
    if shifts.shape[-1] != side:
        shifts = F.interpolate(shifts.float(), size=(side, side), mode="bilinear", align_corners=False)
    centres = (torch.arange(side, device=picture.device, dtype=torch.float32) + 0.5) * (2 / side) - 1
    x = centres[None, None, :] + 2 * shifts[:, 0].float()
    y = centres[None, :, None] + 2 * shifts[:, 1].float()
    grid = torch.stack([x, y], -1)
    return F.grid_sample(picture.float(), grid, mode="bicubic", padding_mode="border", align_corners=False)


def mean_half(picture: Tensor) -> Tensor:
    """(B, C, S, S) -> (B, C, S/2, S/2): the mean of 3x3 pixels, those outside left out."""
    return F.avg_pool2d(picture, 3, 2, 1, count_include_pad=False)


def gaussian_half(picture: Tensor) -> Tensor:
    """(B, C, S, S) -> (B, C, S/2, S/2) as OpenCV's pyrDown: every second pixel of a 5x5 blur."""
    channels = picture.shape[1]
    taps = torch.tensor([1.0, 4.0, 6.0, 4.0, 1.0], device=picture.device, dtype=picture.dtype) / 16
    kernel = (taps[:, None] * taps).expand(channels, 1, 5, 5)
    return F.conv2d(F.pad(picture, (2, 2, 2, 2), mode="reflect"), kernel, stride=2, groups=channels)


def output_conv(in_channels: int, padding: Padding) -> nn.Conv2d:
    """The 7x7 output convolution, without norm or activation."""
    return nn.Conv2d(in_channels, 3, 7, 1, 3, bias=False, padding_mode=padding)
