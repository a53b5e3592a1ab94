"""The pack's per-frame networks as Nuke's Inference node wants them: one picture in, one out, knobs as attributes.

Everything here has to be understood by torch.jit.script, which is why annotations are not postponed. The networks
themselves are traced: their loops over modules cannot be scripted, and at the one size that they work at there is
nothing in them that a trace could freeze wrongly. Around them, what depends on the picture's size or on a knob is
scripted. Weights stay parameters, so that the node may move them to its GPU and halve them; arithmetic on light is
always done in 32 bits.
"""

import torch
from torch import Tensor, nn

from fsgan_core.networks.landmark_hrnet import LandmarkHRNet

CROP_SIDE = 256
"""Side at which the engine works, px; a picture of this size goes in unchanged."""


def to_square(picture: Tensor, side: int) -> Tensor:
    """(1, C, H, W) of any size on a square of `side` px: filled up at its edges, averaged where it shrinks."""
    height, width = picture.shape[2], picture.shape[3]
    largest = max(height, width)
    if height != width:
        top, left = (largest - height) // 2, (largest - width) // 2
        rows = (torch.arange(largest, device=picture.device) - top).clamp(0, height - 1)
        columns = (torch.arange(largest, device=picture.device) - left).clamp(0, width - 1)
        picture = picture.index_select(2, rows).index_select(3, columns)
    return resized(picture, side)


def from_square(picture: Tensor, height: int, width: int) -> Tensor:
    """The inverse of `to_square`: the part of the square that the picture of `height` x `width` px is."""
    largest = max(height, width)
    picture = resized(picture, largest)
    top, left = (largest - height) // 2, (largest - width) // 2
    return picture[:, :, top : top + height, left : left + width]


def resized(picture: Tensor, side: int) -> Tensor:
    """A square picture at another size. The operators are called directly: older torch has them, too."""
    if picture.shape[3] == side:
        return picture
    if picture.shape[3] > side:
        return torch.ops.aten._upsample_bilinear2d_aa(picture, [side, side], False, None, None)
    return torch.ops.aten.upsample_bilinear2d(picture, [side, side], False, None, None)


def seen(light: Tensor) -> Tensor:
    """Scene-linear light as networks see it: NaN black, cut to 0..1, sRGB curve, [-1, 1] (`color.network_encoding`)."""
    cut = torch.nan_to_num(light, 0.0, 1.0, 0.0).clamp(0.0, 1.0)
    code = torch.where(cut < 0.0031308, cut * 12.92, 1.0 + 1.055 * (cut ** (1.0 / 2.4) - 1.0))
    return code * 2.0 - 1.0


def shown(code: Tensor) -> Tensor:
    """The inverse of `seen`, for [-1, 1]."""
    half = ((code + 1.0) * 0.5).clamp(0.0, 1.0)
    return torch.where(half < 0.0031308 * 12.92, half / 12.92, ((half + 0.055) / 1.055) ** 2.4)


class SegmentFace(nn.Module):
    """R G B of a face crop in; face, hair, background, and the matte that is chosen out."""

    depth: Tensor

    def __init__(self, network: nn.Module, network_side: int) -> None:
        super().__init__()
        self.network = network
        self.network_side: int = network_side
        self.register_buffer("depth", torch.zeros(1))
        # Knobs.
        self.matte: int = 0
        self.gain: float = 1.0

    def forward(self, x: Tensor) -> Tensor:
        """(1, 3, H, W) scene-linear -> (1, 4, H, W) in [0, 1]."""
        square = to_square(seen(x[:, 0:3].float()), 256)
        logits = self.network(resized(square, self.network_side).type_as(self.depth)).float()
        classes = from_square(torch.softmax(resized(logits, 256), 1), x.shape[2], x.shape[3])
        background, face, hair = classes[:, 0:1], classes[:, 1:2], classes[:, 2:3]
        chosen = face
        if self.matte == 1:
            chosen = hair
        if self.matte == 2:
            chosen = face + hair
        chosen = ((chosen - 0.5) * self.gain + 0.5).clamp(0.0, 1.0)
        return torch.cat([face, hair, background, chosen], 1).type_as(x).contiguous()


class InpaintFace(nn.Module):
    """A face with its matte, and the plate with the matte of its face in; the face completed to the plate's out."""

    depth: Tensor

    def __init__(self, network: nn.Module, landmarks: nn.Module) -> None:
        super().__init__()
        self.network = network
        self.landmarks = landmarks
        self.register_buffer("depth", torch.zeros(1))
        # Knobs.
        self.threshold: float = 0.5
        self.only_invented: int = 0

    def forward(self, x: Tensor) -> Tensor:
        """(1, 8, H, W): face R G B, its matte, plate R G B, its face -> (1, 4, H, W): R G B, what was invented."""
        height, width = x.shape[2], x.shape[3]
        square = to_square(torch.cat([seen(x[:, 0:3].float()), seen(x[:, 4:7].float())], 1), 256)
        mattes = to_square(torch.cat([x[:, 3:4], x[:, 7:8]], 1).float(), 256)
        known, wanted = mattes[:, 0:1] >= self.threshold, mattes[:, 1:2] >= self.threshold
        face = torch.where(known, square[:, 0:3], torch.full_like(square[:, 0:3], -1.0))
        points = self.landmarks(square[:, 3:6].type_as(self.depth))
        made = self.network(face.type_as(self.depth), points.type_as(self.depth), wanted.type_as(self.depth)).float()
        invented = mattes[:, 1:2] * (1.0 - mattes[:, 0:1])
        shows = wanted
        if self.only_invented == 1:
            shows = wanted & ~known
        light = shown(made) * shows.float()
        out = from_square(torch.cat([light, invented], 1), height, width)
        return out.type_as(x).contiguous()


class BlendFace(nn.Module):
    """A face with its matte and the plate in; the face in the plate's light out."""

    depth: Tensor

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network
        self.register_buffer("depth", torch.zeros(1))
        # Knobs.
        self.strength: float = 1.0
        self.threshold: float = 0.5
        self.keep_highlights: int = 1

    def forward(self, x: Tensor) -> Tensor:
        """(1, 7, H, W): face R G B, its matte, plate R G B -> (1, 4, H, W): R G B, the matte."""
        height, width = x.shape[2], x.shape[3]
        plate_light = torch.nan_to_num(x[:, 4:7].float(), 0.0, 65504.0, -65504.0)
        square = to_square(torch.cat([seen(x[:, 0:3].float()), seen(plate_light)], 1), 256)
        mask = to_square(x[:, 3:4].float(), 256) >= self.threshold
        target = square[:, 3:6]
        transfer = torch.where(mask, square[:, 0:3], target)
        depth = self.depth
        made = self.network(transfer.type_as(depth), target.type_as(depth), mask.type_as(depth)).float()
        light = shown(transfer + (made - transfer) * self.strength)
        light = from_square(light, height, width)
        if self.keep_highlights == 1:
            light = light + (plate_light - plate_light.clamp(0.0, 1.0))
        return torch.cat([light, x[:, 3:4].float()], 1).type_as(x).contiguous()


class FindPoints(nn.Module):
    """The landmark network with what makes points of its heatmaps behind it: a picture in, 98 points out."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        assert isinstance(network, LandmarkHRNet)
        self.network = network

    def forward(self, picture: Tensor) -> Tensor:
        """(1, 3, S, S) in [-1, 1] -> (1, 98, 2) in [0, 1]."""
        return self.network.points(picture, self.network(picture))
