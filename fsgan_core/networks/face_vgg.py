"""The VGG-19 of the authors' release, trained on face identity: features for the perceptual loss, and an embedding."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn

DEPTHS = (2, 2, 4, 4, 4)
"""Convolutions at each of the five scales of a VGG-19."""
INPUT_PX = 256
_TAPS = (2, 6, 12, 20, 29)
"""Layers whose output the released loss compares. It cuts at the places of a VGG-19 without normalisation, and two of
the maps are overwritten by the in-place ReLU that follows: these are the layers that it comes to."""


class FaceVgg(nn.Module):
    """VGG-19 with batch normalisation, layers numbered as in torchvision.

    Args:
        widths: Channels at the five scales.
        hidden: Widths of the two hidden linear layers, the second of which is the embedding.
    """

    def __init__(self, widths: tuple[int, ...], hidden: tuple[int, int]) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        previous = 3
        for width, depth in zip(widths, DEPTHS, strict=True):
            for _ in range(depth):
                layers += [nn.Conv2d(previous, width, 3, 1, 1), nn.BatchNorm2d(width), nn.ReLU()]
                previous = width
            layers.append(nn.MaxPool2d(2))
        self.features = nn.Sequential(*layers)
        places = (INPUT_PX // 2 ** len(widths)) ** 2
        self.classifier = nn.Sequential(
            nn.Linear(previous * places, hidden[0]), nn.ReLU(), nn.Dropout(), nn.Linear(*hidden), nn.ReLU()
        )

    def forward(self, x: Tensor) -> list[Tensor]:
        """(B, 3, S, S) in [-1, 1] -> five feature maps, finest first: what the perceptual loss compares (eq. 3)."""
        maps = []
        for index in range(_TAPS[-1] + 1):
            x = self.features[index](x)
            if index in _TAPS:
                maps.append(x)
        return maps

    def embed(self, x: Tensor) -> Tensor:
        """(B, 3, S, S) -> (B, E) identity embedding of length 1; computed at 256 px."""
        if x.shape[-1] != INPUT_PX:
            x = F.interpolate(x, size=(INPUT_PX, INPUT_PX), mode="bilinear", antialias=True)
        return F.normalize(self.classifier(self.features(x).flatten(1)).float(), dim=1)
