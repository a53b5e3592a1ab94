"""G_s: face and hair segmentation, a U-Net with bilinear upsampling (section 3.4)."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

LEAST_SHARE = 1e-6
"""Of a class, so that its logarithm is a number."""


class SegmentationUNet(nn.Module):
    """U-Net of five scales: background, face, hair.

    As in the released code: zero padding, batch normalisation in the encoder, none in the decoder, bilinear with
    corners aligned.

    Args:
        widths: Channels at the five scales.
        input_size: Side at which the network works, px, divisible by 16; other pictures are resampled to it, the logits
            back.
        mirrored: Whether it looks a second time, at the mirror image, unless in training: the mean of both errs less.
    """

    def __init__(
        self, widths: tuple[int, int, int, int, int], input_size: int = 256, mirrored: bool = False
    ) -> None:
        super().__init__()
        self.input_size, self.mirrored = input_size, mirrored
        ins = (3, *widths[:-1])
        self.encoders = nn.ModuleList(_encoder(a, b) for a, b in zip(ins, widths, strict=True))
        pairs = list(zip(widths[:0:-1], widths[-2::-1], strict=True))
        self.reduces = nn.ModuleList(nn.Conv2d(deep, skip, 1) for deep, skip in pairs)
        self.decoders = nn.ModuleList(_decoder(2 * skip, skip) for _, skip in pairs)
        self.final = nn.Conv2d(widths[0], 3, 1)

    def forward(self, x: Tensor) -> Tensor:
        """(B, 3, S, S) in [-1, 1] -> logits (B, 3, S, S): background, face, hair."""
        side = x.shape[-1]
        if side != self.input_size:
            x = F.interpolate(x, size=(self.input_size, self.input_size), mode="bilinear", antialias=True)
        logits = self._look(x)
        if self.mirrored and not self.training:
            both = logits.softmax(1) + self._look(x.flip(3)).flip(3).softmax(1)
            logits = (both / 2).clamp_min(LEAST_SHARE).log()
        if side != self.input_size:
            logits = F.interpolate(logits, size=(side, side), mode="bilinear", align_corners=False)
        return logits

    def _look(self, x: Tensor) -> Tensor:
        skips = []
        for index, encoder in enumerate(self.encoders):
            x = encoder(F.max_pool2d(x, 2) if index else x)
            skips.append(x)
        for reduce, decoder, skip in zip(self.reduces, self.decoders, skips[-2::-1], strict=True):
            up = F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=True)
            x = decoder(torch.cat([skip, reduce(up)], 1))
        logits: Tensor = self.final(x)
        return logits.float()


def _encoder(in_channels: int, out_channels: int) -> nn.Sequential:
    layers: list[nn.Module] = []
    for channels in (in_channels, out_channels):
        layers += [nn.Conv2d(channels, out_channels, 3, 1, 1), nn.BatchNorm2d(out_channels), nn.ReLU(inplace=True)]
    return nn.Sequential(*layers)


def _decoder(in_channels: int, out_channels: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(in_channels, out_channels, 3, 1, 1),
        nn.ReLU(inplace=True),
        nn.Conv2d(out_channels, out_channels, 3, 1, 1),
        nn.ReLU(inplace=True),
    )
