"""The second look at both eyes: lids and pupils, for which the heatmaps of a whole face are too coarse.

On the 32 x 32 heatmaps of the compact landmark network an open eye is one cell high, so a blink moves its lids by less
than the network can tell. Here each eye is cut out, laid level at one size, and its nine points are corrected.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

LEFT_EYE = (60, 61, 62, 63, 64, 65, 66, 67, 96)
RIGHT_EYE = (72, 71, 70, 69, 68, 75, 74, 73, 97)
"""WFLW points of the eye on the picture's left, and of the other in the order of its mirror image: outer corner, upper
lid, inner corner, lower lid, pupil."""
INNER = 4
UPPER_LID, LOWER_LID = (1, 2, 3), (7, 6, 5)
"""Positions in `LEFT_EYE`; the points of each pair face each other."""
PATCH_PX = 64
REACH = 1.0
"""A patch shows so many eye widths to each side of the eye's middle."""
LOOKS = 2
"""Each eye is looked at again from where the first look put it: of shut eyes 94 % were seen shut instead of 87."""
LEAST_WIDTH = 0.04
"""An eye narrower than this share of the picture's side is seen edge on, and left as it was found."""


class EyeRefiner(nn.Module):
    """Small patches of both eyes -> corrections of their points. Untrained it corrects nothing."""

    def __init__(self, widths: tuple[int, int, int, int] = (12, 20, 32, 48), hidden: int = 64) -> None:
        super().__init__()
        self.orders: Tensor
        self.register_buffer("orders", torch.tensor([LEFT_EYE, RIGHT_EYE]), persistent=False)
        layers: list[nn.Module] = []
        before = 3
        for k, width in enumerate((*widths, widths[-1])):
            layers += [*_unit(before, width, 1 if k == 0 else 2)]
            if 0 < k < len(widths):
                layers += _unit(width, width, 1)
            before = width
        self.body = nn.Sequential(*layers)
        side = PATCH_PX // 2 ** len(widths)
        self.hidden = nn.Linear(widths[-1] * side * side + 2 * len(LEFT_EYE), hidden)
        self.final = nn.Linear(hidden, 2 * len(LEFT_EYE))
        nn.init.zeros_(self.final.weight)
        nn.init.zeros_(self.final.bias)

    def correct(self, patches: Tensor, found: Tensor) -> Tensor:
        """The points of eyes, seen in their patches.

        Args:
            patches: (B, 3, 64, 64) in [-1, 1], of `eye_frames`; right eyes mirrored.
            found: (B, 9, 2) the points as found so far, in eye widths from the middle of the patch.

        Returns:
            (B, 9, 2) likewise, corrected.
        """
        seen = torch.cat([self.body(patches).flatten(1), found.flatten(1)], 1)
        return found + self.final(torch.relu(self.hidden(seen))).view(found.shape)

    def forward(self, pictures: Tensor, points: Tensor) -> Tensor:
        """The landmarks with both eyes corrected.

        Args:
            pictures: (B, 3, S, S) in [-1, 1].
            points: (B, 98, 2) in [0, 1] of the side.

        Returns:
            (B, 98, 2) likewise.
        """
        refined = points.float()
        for order in self.orders.repeat(LOOKS, 1):
            here = refined.index_select(1, order)
            origin, axes = eye_frames(here)
            local = torch.linalg.solve(axes, (here - origin[:, None]).transpose(1, 2)).transpose(1, 2)
            patches = F.grid_sample(
                pictures.float(), _grid(origin, axes), mode="bilinear", padding_mode="border", align_corners=False
            )
            corrected = self.correct(patches, local).float() @ axes.transpose(1, 2) + origin[:, None]
            wide = (axes[:, :, 0].norm(dim=1) >= LEAST_WIDTH)[:, None, None]
            refined = refined.index_copy(1, order, torch.where(wide, corrected, here))
        return refined


def eye_frames(eyes: Tensor) -> tuple[Tensor, Tensor]:
    """Where each eye lies: the coordinates in which the outer corner is at (-0.5, 0) and the inner one at (0.5, 0).

    Args:
        eyes: (B, 9, 2) in the order of `LEFT_EYE`, y down, any unit.

    Returns:
        (B, 2) the middle between the corners, and (B, 2, 2) whose columns are one eye width inwards and one down.
    """
    outer, inner = eyes[:, 0], eyes[:, INNER]
    across = inner - outer
    width = across.norm(dim=1, keepdim=True).clamp_min(1e-4)
    across = torch.where(width > 1e-4, across, torch.cat([width, width * 0], 1))
    # Down is a quarter turn from an axis that points right; the right eye's points left.
    side = (across[:, :1] >= 0).type_as(across) * 2 - 1
    down = torch.stack([-across[:, 1], across[:, 0]], 1) * side
    return (outer + inner) / 2, torch.stack([across, down], 2)


def _grid(origin: Tensor, axes: Tensor) -> Tensor:
    """(B, 64, 64, 2) places of the patch's pixels for `grid_sample`; the unit of origin and axes is the side."""
    batch = origin.shape[0]
    steps = ((torch.arange(PATCH_PX).type_as(origin) + 0.5) / PATCH_PX * 2 - 1) * REACH
    local = torch.stack([steps[None, :].expand(PATCH_PX, -1), steps[:, None].expand(-1, PATCH_PX)], -1)
    places = local.reshape(1, -1, 2) @ axes.transpose(1, 2) + origin[:, None]
    return places.view(batch, PATCH_PX, PATCH_PX, 2) * 2 - 1


def _unit(in_channels: int, out_channels: int, stride: int) -> list[nn.Module]:
    return [
        nn.Conv2d(in_channels, out_channels, 3, stride, 1, bias=False),
        nn.BatchNorm2d(out_channels, momentum=0.05),
        nn.ReLU(inplace=True),
    ]
