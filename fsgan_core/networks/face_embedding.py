"""Small networks that say who a face is, or what expression it has, whatever its colour and light.

Not part of a pack that swaps: what measures a result must not be what made it (Nirkin et al. 2022, section 5.1).
"""

from __future__ import annotations

import functools

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from fsgan_core.networks.conv_block import ConvUnit, residual_blocks

ALIGNED_PX = 96
"""Side of the aligned face that these networks see."""


class FaceEmbedding(nn.Module):
    """An aligned face as a vector of length 1.

    Args:
        widths: Channels after each halving of the side.
        blocks: Residual blocks at each of those scales.
        embedding: Length of the vector.
        attributes: Outputs of a head that only training uses; 0 for none.
    """

    def __init__(self, widths: tuple[int, ...], blocks: tuple[int, ...], embedding: int, attributes: int = 0) -> None:
        super().__init__()
        scales: list[nn.Module] = []
        previous = 1
        for width, count in zip(widths, blocks, strict=True):
            scales += [ConvUnit(previous, width, stride=2, padding="zeros"), residual_blocks(width, count, "zeros")]
            previous = width
        self.scales = nn.Sequential(*scales)
        side = ALIGNED_PX // 2 ** len(widths)
        # As in MobileFaceNet: one weight for each place, because an aligned face has its parts in their places.
        self.places = nn.Conv2d(previous, previous, side, groups=previous, bias=False)
        self.norm = nn.BatchNorm1d(previous)
        self.embedding = nn.Linear(previous, embedding)
        self.attributes = nn.Linear(previous, attributes) if attributes else None

    def forward(self, x: Tensor) -> Tensor:
        """(B, 3, 96, 96) in [-1, 1], aligned (`face.aligned_face`) -> (B, E) of length 1."""
        return F.normalize(self.embedding(self.pooled(x)).float(), dim=1)

    def pooled(self, x: Tensor) -> Tensor:
        """(B, 3, 96, 96) -> (B, C), before the embedding."""
        return self.norm(self.places(self.scales(without_colour(x))).flatten(1))


def without_colour(x: Tensor) -> Tensor:
    """Grey inside the oval of the face, of mean 0 and deviation 1; 0 outside.

    Skin tone, white balance and exposure are gone before the network looks: a swap takes those from the plate.

    Args:
        x: (B, 3, S, S) in [-1, 1].

    Returns:
        (B, 1, S, S) float32.
    """
    oval = _oval(x.shape[-1]).to(x.device)
    grey = x.float().mean(1, keepdim=True)
    share = oval.sum()
    mean = (grey * oval).sum((2, 3), keepdim=True) / share
    deviation = ((grey - mean).square() * oval).sum((2, 3), keepdim=True).div(share).sqrt()
    return (grey - mean) / deviation.clamp_min(0.02) * oval


@functools.lru_cache(maxsize=2)
def _oval(size: int) -> Tensor:
    """(S, S): 1 on the face, soft at the edge, 0 in the corners, where hair and background are."""
    step = (torch.arange(size) + 0.5) / size * 2 - 1
    radius = torch.hypot(step / 0.94, step[:, None] / 1.0)
    return ((1 - radius) * 8).clamp(0, 1)
