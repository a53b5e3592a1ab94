"""The networks of the authors' release, rebuilt from the shapes of their tensors alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from torch import nn

from fsgan_core.errors import WeightsError
from fsgan_core.networks.face_generators import BlendingGenerator, InpaintingGenerator, ReenactmentGenerator
from fsgan_core.networks.face_vgg import DEPTHS, FaceVgg
from fsgan_core.networks.generator import GeneratorSize
from fsgan_core.networks.hopenet import Hopenet
from fsgan_core.networks.landmark_hrnet import HRNetSize, LandmarkHRNet
from fsgan_core.networks.segmentation_unet import SegmentationUNet

RELEASED = "released"
"""The size of these networks in the headers of their files."""

Shapes = Mapping[str, tuple[int, ...]]


def build_released(role: str, shapes: Shapes) -> nn.Module:
    """The network that has these tensors, with untrained weights.

    Args:
        role: Of the pack.
        shapes: By our names.

    Raises:
        WeightsError: The release has no such network, or a tensor that tells its size is missing.
    """
    builder = _BUILDERS.get(role)
    if builder is None:
        raise WeightsError(f"the authors released no {role} network; there are {', '.join(_BUILDERS)}")
    try:
        return builder(shapes)
    except (KeyError, ValueError, IndexError) as error:
        raise WeightsError(f"this is not the released {role} network ({error} is missing or misshapen)") from error


def _generator_size(shapes: Shapes, gaussian_half: bool) -> GeneratorSize:
    levels = ("net.base.inner", "net.base.inner.deeper", "net.base.inner.deeper.deeper")
    fine, half = (shapes[f"{place}.picture.weight"][0] for place in ("net.in_conv", "net.base.in_conv"))
    quarter, eighth = (shapes[f"{level}.down.1.0.weight"][0] for level in levels[:2])
    blocks = _count(shapes, "net.blocks"), *(_count(shapes, f"{level}.blocks") for level in levels)
    return GeneratorSize(
        (fine, half, quarter, eighth), (blocks[0], blocks[1], blocks[2], blocks[3]),
        fine_landmarks=True, residual=False, gaussian_half=gaussian_half,
    )  # fmt: skip


def _reenactment(shapes: Shapes) -> nn.Module:
    landmarks = shapes["net.base.in_conv.landmarks.weight"][1]
    return ReenactmentGenerator(_generator_size(shapes, gaussian_half=True), False, landmarks)


def _inpainting(shapes: Shapes) -> nn.Module:
    return InpaintingGenerator(_generator_size(shapes, gaussian_half=False), landmarks=0, flip=False)


def _blending(shapes: Shapes) -> nn.Module:
    return BlendingGenerator(_generator_size(shapes, gaussian_half=False))


def _segmentation(shapes: Shapes) -> nn.Module:
    a, b, c, d, e = (shapes[f"encoders.{k}.0.weight"][0] for k in range(5))
    return SegmentationUNet((a, b, c, d, e))


def _landmarks(shapes: Shapes) -> nn.Module:
    a, b, c, d = (shapes[f"stages.2.0.branches.{k}.0.body.0.weight"][0] for k in range(4))
    modules = (_count(shapes, "stages.0"), _count(shapes, "stages.1"), _count(shapes, "stages.2"))
    blocks = _count(shapes, "stages.0.0.branches.0")
    size = HRNetSize(
        (a, b, c, d), modules, blocks, shapes["stem.0.weight"][0], _count(shapes, "layer1"), 256, imagenet_input=True
    )
    return LandmarkHRNet(size, shapes["head.3.weight"][0])


def _pose(shapes: Shapes) -> nn.Module:
    widths = tuple(shapes[f"layers.{k}.0.body.0.weight"][0] for k in range(4))
    return Hopenet(shapes["stem.0.weight"][0], widths, tuple(_count(shapes, f"layers.{k}") for k in range(4)))


def _features(shapes: Shapes) -> nn.Module:
    firsts, index = [], 0
    for depth in DEPTHS:
        firsts.append(index)
        index += 3 * depth + 1  # convolution, norm, ReLU each, then the pooling
    widths = tuple(shapes[f"features.{first}.weight"][0] for first in firsts)
    return FaceVgg(widths, (shapes["classifier.0.weight"][0], shapes["classifier.3.weight"][0]))


def _count(shapes: Shapes, series: str) -> int:
    """How many modules of a series have tensors."""
    return len({name[len(series) + 1 :].split(".")[0] for name in shapes if name.startswith(series + ".")})


_BUILDERS: dict[str, Callable[[Shapes], nn.Module]] = {
    "reenactment": _reenactment,
    "inpainting": _inpainting,
    "blending": _blending,
    "segmentation": _segmentation,
    "landmarks": _landmarks,
    "pose": _pose,
    "features": _features,
}
