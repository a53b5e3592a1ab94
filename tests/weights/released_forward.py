"""The released networks computed a second time, by functions on their own tensors, from their description alone.

Nothing here knows our modules. Pictures are (B, C, S, S) in [-1, 1].
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

Weights = dict[str, Tensor]


def generator(w: Weights, fine: Tensor, half: Tensor, flat: tuple[int, ...], head: str = "out_conv") -> Tensor:
    """Base at half resolution, enhancer at the full one (layer order 1 to 8 of the description)."""
    x = _unit(w, "base.in_conv", 1, half, 7)
    down1 = _level_down(w, "base.inner", x)
    down2 = _level_down(w, "base.inner.submodule", down1)
    deepest = _flat(w, "base.inner.submodule.submodule", flat[3], down2)
    up2 = _flat(w, "base.inner.submodule", flat[2], down1 + _up(w, "base.inner.submodule", deepest))
    base = _flat(w, "base.inner", flat[1], x + _up(w, "base.inner", up2))
    x = _unit(w, "enhancer1.in_conv", 1, fine, 7) + _up(w, "enhancer1", base)
    x = _flat(w, "enhancer1", flat[0], x)
    return torch.tanh(F.conv2d(F.pad(x, (3, 3, 3, 3), mode="reflect"), w[f"enhancer1.{head}.1.weight"]))


def heatmaps(points: Tensor, size: int) -> Tensor:
    """(B, L, 2) in [0, 1] -> (B, L, size, size): h = 1 - |q - p| / sqrt 2, max((h^8 - 0.8) / 0.2, 0)."""
    at = (torch.arange(size) + 0.5) / size
    square = (at[None, None, None, :] - points[..., 0, None, None]) ** 2
    square = square + (at[None, None, :, None] - points[..., 1, None, None]) ** 2
    return (((1 - square.sqrt() / 2**0.5) ** 8 - 0.8) / 0.2).clamp_min(0)


def unet(w: Weights, x: Tensor) -> Tensor:
    """simple_unet_02."""
    skips = []
    for name in ("conv1", "conv2", "conv3", "conv4", "center"):
        for part in ("conv1", "conv2"):
            x = F.conv2d(x, w[f"{name}.{part}.0.weight"], w[f"{name}.{part}.0.bias"], padding=1)
            x = F.relu(_bn(w, f"{name}.{part}.1", x))
        skips.append(x)
        x = F.max_pool2d(x, 2)
    x = skips.pop()
    for k in (4, 3, 2, 1):
        x = F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=True)
        x = F.conv2d(x, w[f"up_concat{k}.conv1d.weight"], w[f"up_concat{k}.conv1d.bias"])
        x = torch.cat([skips.pop(), x], 1)
        for part in ("conv1", "conv2"):
            name = f"up_concat{k}.conv.{part}.0"
            x = F.relu(F.conv2d(x, w[f"{name}.weight"], w[f"{name}.bias"], padding=1))
    return F.conv2d(x, w["final.weight"], w["final.bias"])


def hrnet(w: Weights, x: Tensor, modules: tuple[int, int, int], blocks: int) -> Tensor:
    """HRNet on a picture in [-1, 1], which it is fed with ImageNet's statistics."""
    mean, deviation = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
    x = ((x / 2 + 0.5) - mean[:, None, None]) / deviation[:, None, None]
    for k in (1, 2):
        x = F.relu(_bn(w, f"bn{k}", F.conv2d(x, w[f"conv{k}.weight"], stride=2, padding=1)))
    for k in range(4):
        x = _bottleneck(w, f"layer1.{k}", x)
    xs = [_conv_bn(w, "transition1.0", x).relu(), _conv_bn(w, "transition1.1.0", x, 2).relu()]
    for stage, count in zip((2, 3, 4), modules, strict=True):
        if stage > 2:
            xs.append(_conv_bn(w, f"transition{stage - 1}.{stage - 1}.0", xs[-1], 2).relu())
        for m in range(count):
            xs = _fuse(w, f"stage{stage}.{m}", xs, blocks)
    side = xs[0].shape[-1]
    x = torch.cat([xs[0], *(F.interpolate(y, (side, side), mode="bilinear", align_corners=False) for y in xs[1:])], 1)
    x = F.relu(_bn(w, "head.1", F.conv2d(x, w["head.0.weight"], w["head.0.bias"])))
    return F.conv2d(x, w["head.3.weight"], w["head.3.bias"])


def hopenet(w: Weights, x: Tensor, depths: tuple[int, ...]) -> Tensor:
    """(B, 3) degrees yaw, pitch, roll in the release's signs, of a picture of 224 px."""
    x = F.relu(_bn(w, "bn1", F.conv2d(x, w["conv1.weight"], stride=2, padding=3)))
    x = F.max_pool2d(x, 3, 2, 1)
    for layer, depth in enumerate(depths):
        for k in range(depth):
            x = _bottleneck(w, f"layer{layer + 1}.{k}", x, 2 if layer and not k else 1)
    x = F.avg_pool2d(x, 7).flatten(1)
    angles = []
    for name in ("yaw", "pitch", "roll"):
        share = F.softmax(F.linear(x, w[f"fc_{name}.weight"], w[f"fc_{name}.bias"]), 1)
        angles.append((share * torch.arange(66.0)).sum(1) * 3 - 99)
    return torch.stack(angles, 1)


def vgg_taps(w: Weights, x: Tensor) -> list[Tensor]:
    """What the released loss compares: relu1_1, pool1, relu2_2, conv3_3 before its norm, relu4_1."""
    taps, index = [], 0
    for depth in (2, 2, 4, 4):
        for _ in range(depth):
            raw = F.conv2d(x, w[f"features.{index}.weight"], w[f"features.{index}.bias"], padding=1)
            x = F.relu(_bn(w, f"features.{index + 1}", raw))
            taps.append((index, raw, x))
            index += 3
        x = F.max_pool2d(x, 2)
        taps.append((index, x, x))
        index += 1
    by_index = {i: (raw, out) for i, raw, out in taps}
    return [by_index[0][1], by_index[6][0], by_index[10][1], by_index[20][0], by_index[27][1]]


def vgg_embedding(w: Weights, x: Tensor) -> Tensor:
    """The second hidden layer of the classifier, of a picture of 256 px."""
    index = 0
    for depth in (2, 2, 4, 4, 4):
        for _ in range(depth):
            x = F.conv2d(x, w[f"features.{index}.weight"], w[f"features.{index}.bias"], padding=1)
            x = F.relu(_bn(w, f"features.{index + 1}", x))
            index += 3
        x = F.max_pool2d(x, 2)
        index += 1
    x = x.flatten(1)
    for k in (0, 3):
        x = F.relu(F.linear(x, w[f"classifier.{k}.weight"], w[f"classifier.{k}.bias"]))
    return x / x.norm(dim=1, keepdim=True)


def _bn(w: Weights, name: str, x: Tensor) -> Tensor:
    scale = w[f"{name}.weight"] / (w[f"{name}.running_var"] + 1e-5).sqrt()
    shift = w[f"{name}.bias"] - w[f"{name}.running_mean"] * scale
    return x * scale[:, None, None] + shift[:, None, None]


def _unit(w: Weights, prefix: str, index: int, x: Tensor, k: int = 3, stride: int = 1, relu: bool = True) -> Tensor:
    p = k // 2
    x = F.conv2d(F.pad(x, (p, p, p, p), mode="reflect"), w[f"{prefix}.{index}.weight"], stride=stride)
    x = _bn(w, f"{prefix}.{index + 1}", x)
    return F.relu(x) if relu else x


def _level_down(w: Weights, level: str, x: Tensor) -> Tensor:
    name = f"{level}.down_block.model"
    return _unit(w, name, 5, _unit(w, name, 1, x, stride=2))


def _up(w: Weights, level: str, x: Tensor) -> Tensor:
    x = F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)
    return _unit(w, f"{level}.up_block.model", 1, x)


def _flat(w: Weights, level: str, count: int, x: Tensor) -> Tensor:
    for k in range(count):
        name = f"{level}.flat_block.model.{k}.model"
        x = F.relu(x + _unit(w, name, 5, _unit(w, name, 1, x), relu=False))
    return x


def _conv_bn(w: Weights, name: str, x: Tensor, stride: int = 1) -> Tensor:
    weight = w[f"{name}.0.weight"]
    return _bn(w, f"{name}.1", F.conv2d(x, weight, stride=stride, padding=weight.shape[-1] // 2))


def _bottleneck(w: Weights, name: str, x: Tensor, stride: int = 1) -> Tensor:
    y = F.relu(_bn(w, f"{name}.bn1", F.conv2d(x, w[f"{name}.conv1.weight"])))
    y = F.relu(_bn(w, f"{name}.bn2", F.conv2d(y, w[f"{name}.conv2.weight"], stride=stride, padding=1)))
    y = _bn(w, f"{name}.bn3", F.conv2d(y, w[f"{name}.conv3.weight"]))
    if f"{name}.downsample.0.weight" in w:
        x = _bn(w, f"{name}.downsample.1", F.conv2d(x, w[f"{name}.downsample.0.weight"], stride=stride))
    return F.relu(x + y)


def _fuse(w: Weights, name: str, xs: list[Tensor], blocks: int) -> list[Tensor]:
    for branch in range(len(xs)):
        for block in range(blocks):
            at, y = f"{name}.branches.{branch}.{block}", xs[branch]
            y = F.relu(_bn(w, f"{at}.bn1", F.conv2d(y, w[f"{at}.conv1.weight"], padding=1)))
            y = _bn(w, f"{at}.bn2", F.conv2d(y, w[f"{at}.conv2.weight"], padding=1))
            xs[branch] = F.relu(xs[branch] + y)
    fused = []
    for i, own in enumerate(xs):
        total = 0
        for j, x in enumerate(xs):
            at = f"{name}.fuse_layers.{i}.{j}"
            if j > i:
                x = F.interpolate(_conv_bn(w, at, x), own.shape[2:], mode="bilinear", align_corners=False)
            for k in range(i - j):
                x = _conv_bn(w, f"{at}.{k}", x, 2)
                x = x if k == i - j - 1 else F.relu(x)
            total = total + x
        fused.append(F.relu(total))
    return fused
