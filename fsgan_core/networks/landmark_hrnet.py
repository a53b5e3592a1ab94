"""The landmark network: a high-resolution network (HRNet) with 98 heatmaps at a quarter of the input (section 3.1)."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from fsgan_core.networks.eye_refiner import EyeRefiner
from fsgan_core.networks.landmark_heatmap import heatmaps_to_points


@dataclass(frozen=True)
class HRNetSize:
    """How wide and deep the network is.

    Attributes:
        widths: Channels of the four branches.
        modules: Modules in stages 2 to 4.
        blocks: Basic blocks a branch.
        stem: Channels of the stem.
        bottlenecks: Of stage 1.
        input_size: Side of the input, px.
        imagenet_input: Whether colours are scaled as for networks that began with ImageNet (the released one).
        eyes: Whether lids and pupils get a second look (`eye_refiner`).
    """

    widths: tuple[int, int, int, int]
    modules: tuple[int, int, int]
    blocks: int
    stem: int
    bottlenecks: int
    input_size: int
    imagenet_input: bool = False
    eyes: bool = False


IMAGENET_MEAN, IMAGENET_DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


class LandmarkHRNet(nn.Module):
    """98 heatmaps of a face crop; `points` turns them into points."""

    def __init__(self, size: HRNetSize, landmarks: int = 98) -> None:
        super().__init__()
        self.input_size = size.input_size
        self.imagenet_input = size.imagenet_input
        self.stem = nn.Sequential(*_unit(3, size.stem, stride=2), *_unit(size.stem, size.stem, stride=2))
        widest = size.stem * 4
        blocks = [Bottleneck(size.stem, size.stem)] + [
            Bottleneck(widest, size.stem) for _ in range(size.bottlenecks - 1)
        ]
        self.layer1 = nn.Sequential(*blocks)
        self.transitions = nn.ModuleList()
        self.stages = nn.ModuleList()
        previous: tuple[int, ...] = (widest,)
        for count, modules in zip((2, 3, 4), size.modules, strict=True):
            widths = size.widths[:count]
            self.transitions.append(Transition(previous, widths))
            self.stages.append(nn.Sequential(*(FuseModule(widths, size.blocks) for _ in range(modules))))
            previous = widths
        total = sum(size.widths)
        self.eyes = EyeRefiner() if size.eyes else None
        self.head = nn.Sequential(
            nn.Conv2d(total, total, 1), nn.BatchNorm2d(total), nn.ReLU(inplace=True), nn.Conv2d(total, landmarks, 1)
        )

    def forward(self, x: Tensor) -> Tensor:
        """(B, 3, S, S) in [-1, 1] -> raw heatmaps (B, 98, side, side), side a quarter of `input_size`."""
        if x.shape[-1] != self.input_size:
            x = F.interpolate(x, size=(self.input_size, self.input_size), mode="bilinear", antialias=True)
        if self.imagenet_input:
            x = from_imagenet(x)
        branches = [self.layer1(self.stem(x))]
        for transition, stage in zip(self.transitions, self.stages, strict=True):
            branches = stage(transition(branches))
        size = branches[0].shape[2:]
        ups = [branches[0]] + [F.interpolate(b, size=size, mode="bilinear", align_corners=False) for b in branches[1:]]
        return self.head(torch.cat(ups, 1)).float()


    def points(self, x: Tensor, heatmaps: Tensor) -> Tensor:
        """The landmarks of heatmaps: eq. 12, and a second look at the eyes where the network has one.

        Args:
            x: (B, 3, S, S) in [-1, 1], the picture at its full size.
            heatmaps: (B, 98, H, W) that `forward` made of it.

        Returns:
            (B, 98, 2) in [0, 1] of the side.
        """
        points = heatmaps_to_points(heatmaps)
        return points if self.eyes is None else self.eyes(x, points)


def from_imagenet(x: Tensor) -> Tensor:
    """(B, 3, H, W) in [-1, 1] -> the same picture with ImageNet's mean 0 and deviation 1 a channel."""
    mean, deviation = (x.new_tensor(values)[:, None, None] for values in (IMAGENET_MEAN, IMAGENET_DEVIATION))
    return ((x + 1) / 2 - mean) / deviation


class Transition(nn.Module):
    """From n branches to n or n + 1: a 3x3 unit where the width changes, a strided one for the new branch."""

    def __init__(self, before: tuple[int, ...], after: tuple[int, ...]) -> None:
        super().__init__()
        self.paths = nn.ModuleList()
        for index, width in enumerate(after):
            if index < len(before):
                same = before[index] == width
                self.paths.append(nn.Identity() if same else nn.Sequential(*_unit(before[index], width)))
            else:
                self.paths.append(nn.Sequential(*_unit(before[-1], width, stride=2)))

    def forward(self, branches: list[Tensor]) -> list[Tensor]:
        """Branches from fine to coarse, (B, C_i, S / 2^i, S / 2^i)."""
        return [path(branches[min(index, len(branches) - 1)]) for index, path in enumerate(self.paths)]


class FuseModule(nn.Module):
    """Basic blocks on every branch, then every branch gets the sum of all, resampled."""

    def __init__(self, widths: tuple[int, ...], blocks: int) -> None:
        super().__init__()
        self.branches = nn.ModuleList(nn.Sequential(*(BasicBlock(w) for _ in range(blocks))) for w in widths)
        self.fuses = nn.ModuleList(
            nn.ModuleList(_resample(widths[source], width, source - goal) for source in range(len(widths)))
            for goal, width in enumerate(widths)
        )

    def forward(self, branches: list[Tensor]) -> list[Tensor]:
        """As `Transition.forward`."""
        branches = [blocks(x) for blocks, x in zip(self.branches, branches, strict=True)]
        fused = []
        for fuse, own in zip(self.fuses, branches, strict=True):
            assert isinstance(fuse, nn.ModuleList)
            parts = []
            for path, x in zip(fuse, branches, strict=True):
                y = path(x)
                if y.shape[2:] != own.shape[2:]:
                    y = F.interpolate(y, size=own.shape[2:], mode="bilinear", align_corners=False)
                parts.append(y)
            fused.append(torch.relu(functools.reduce(torch.add, parts)))
        return fused


class BasicBlock(nn.Module):
    """x + two 3x3 convolutions, ReLU."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.body = nn.Sequential(*_unit(width, width), *_unit(width, width)[:-1])

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, H, W) -> the same shape."""
        return torch.relu(x + self.body(x))


class Bottleneck(nn.Module):
    """1x1 to `width`, 3x3 of the stride, 1x1 to 4 `width`, with a projected skip where the shape changes."""

    def __init__(self, in_channels: int, width: int, stride: int = 1) -> None:
        super().__init__()
        out = 4 * width
        middle = _unit(width, width, stride=stride)
        self.body = nn.Sequential(*_unit(in_channels, width, 1), *middle, *_unit(width, out, 1)[:-1])
        same = in_channels == out and stride == 1
        self.skip = nn.Identity() if same else nn.Sequential(*_unit(in_channels, out, 1, stride)[:-1])

    def forward(self, x: Tensor) -> Tensor:
        """(B, in, H, W) -> (B, 4 width, H / stride, W / stride)."""
        return torch.relu(self.skip(x) + self.body(x))


def _unit(in_channels: int, out_channels: int, kernel: int = 3, stride: int = 1) -> list[nn.Module]:
    return [
        nn.Conv2d(in_channels, out_channels, kernel, stride, kernel // 2, bias=False),
        nn.BatchNorm2d(out_channels, momentum=0.05),
        nn.ReLU(inplace=True),
    ]


def _resample(in_channels: int, out_channels: int, levels: int) -> nn.Module:
    """From a branch to another: 1x1 when it is coarser (levels > 0), strided 3x3 units when it is finer."""
    if levels == 0:
        return nn.Identity()
    if levels > 0:
        return nn.Sequential(*_unit(in_channels, out_channels, 1)[:-1])
    layers: list[nn.Module] = []
    for step in range(-levels):
        last = step == -levels - 1
        units = _unit(in_channels, out_channels if last else in_channels, stride=2)
        layers += units[:-1] if last else units
    return nn.Sequential(*layers)
