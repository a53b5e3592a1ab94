"""The tensors of the released files, name and shape, in their order: rules that reproduce the documented lists."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import torch
from torch import Tensor

Layout = list[tuple[str, tuple[int, ...]]]

LISTS = {
    "Gr_2222": (152, "465e17fed0607d7323346f090c76485f7282fe773478a11e4e67e3285b37c608"),
    "Gc_2222": (152, "7b6b6c3835c109217b0e0dbffc97ef69979078655500cc18792a19f4a643e941"),
    "Gb_2222": (152, "0c007c9221710db8b6c317cd02ab6dacb2444148af4fa9adebfdb2784d685575"),
    "Gr_split_2222": (154, "820a2d108344f5697aff110fbe7e14c07bd30b9be0bac0c8ab18d67d4a7613dd"),
    "Gr_v1_split_2023": (142, "dfc610645b7ddd44096986886d6de0884cf6f271599186fcb8e63e4ff9f420e6"),
    "Gs_unet02": (96, "13344aa1ed71a85631548aad4929108eb1f69e9f8046490b480d749d4320a29f"),
    "HRNet_w18": (1839, "8f1295640c763bc340114ae52f88d51ed4cec54a538ad8e3c3fe49c89730bf61"),
    "Hopenet": (326, "95f9fecc804d990f7b9efded62cb0896335c2f5bc14800a14d20b5a32c01f609"),
    "VGG19bn_full_9131": (118, "b8164d28c618bef25ca87631226fc9ac59c5c085eb24c119992c562be96ce7ae"),
}
"""Documented list to its number of entries and the SHA-256 of its text, one `name shape` a line."""


def documented(name: str) -> Layout:
    """One of the documented lists."""
    return {
        "Gr_2222": lambda: generator(101), "Gc_2222": lambda: generator(4), "Gb_2222": lambda: generator(7),
        "Gr_split_2222": lambda: generator(101, heads=2),
        "Gr_v1_split_2023": lambda: generator(71, flat=(2, 0, 2, 3), heads=2),
        "Gs_unet02": unet, "HRNet_w18": hrnet, "Hopenet": hopenet, "VGG19bn_full_9131": vgg,
    }[name]()  # fmt: skip


def digest(layout: Layout) -> str:
    """SHA-256 of the list as text."""
    return hashlib.sha256("".join(f"{name} {shape}\n" for name, shape in layout).encode()).hexdigest()


def generator(in_nc: int, ngf: int = 128, flat: tuple[int, int, int, int] = (2, 2, 2, 2), heads: int = 1) -> Layout:
    """MultiScaleResUNet: base at half resolution, one enhancer."""
    w = [ngf, 2 * ngf, 4 * ngf, 8 * ngf]

    def unit(prefix: str, index: int, a: int, b: int, k: int = 3) -> Layout:
        return [(f"{prefix}.{index}.weight", (b, a, k, k)), *bn(f"{prefix}.{index + 1}", b)]

    def out(prefix: str, a: int) -> Layout:
        names = ["out_conv"] if heads == 1 else [f"out_conv{k + 1}" for k in range(heads)]
        return [(f"{prefix}.{name}.1.weight", (3, a, 7, 7)) for name in names]

    def flats(prefix: str, count: int, a: int) -> Layout:
        return _joined(unit(f"{prefix}.flat_block.model.{k}.model", i, a, a) for k in range(count) for i in (1, 5))

    def level(prefix: str, depth: int) -> Layout:
        if depth == 3:
            return flats(prefix, flat[3], w[3])
        a, b = w[depth], w[depth + 1]
        return [
            *level(f"{prefix}.submodule", depth + 1),
            *unit(f"{prefix}.down_block.model", 1, a, b), *unit(f"{prefix}.down_block.model", 5, b, b),
            *unit(f"{prefix}.up_block.model", 1, b, a), *flats(prefix, flat[depth], a),
        ]  # fmt: skip

    return [
        *unit("base.in_conv", 1, in_nc, w[1], 7), *out("base", w[1]), *level("base.inner", 1),
        *unit("enhancer1.in_conv", 1, in_nc, w[0], 7), *unit("enhancer1.up_block.model", 1, w[1], w[0]),
        *flats("enhancer1", flat[0], w[0]), *out("enhancer1", w[0]),
    ]  # fmt: skip


def unet(first: int = 64) -> Layout:
    """simple_unet_02."""
    w = [first * 2**k for k in range(5)]
    layout: Layout = []
    for name, a, b in zip(("conv1", "conv2", "conv3", "conv4", "center"), [3, *w[:-1]], w, strict=True):
        for part, c in (("conv1", a), ("conv2", b)):
            layout += [*biased(f"{name}.{part}.0", (b, c, 3, 3)), *bn(f"{name}.{part}.1", b)]
    for k in (4, 3, 2, 1):
        a, b = w[k], w[k - 1]
        layout += [
            *biased(f"up_concat{k}.conv.conv1.0", (b, a, 3, 3)),
            *biased(f"up_concat{k}.conv.conv2.0", (b, b, 3, 3)),
        ]
        layout += biased(f"up_concat{k}.conv1d", (b, a, 1, 1))
    return layout + biased("final", (3, w[0], 1, 1))


def hrnet(width: int = 18, stem: int = 64, modules: tuple[int, int, int] = (1, 4, 3), blocks: int = 4) -> Layout:
    """HRNet-W18 for 98 landmarks."""
    w = [width * 2**k for k in range(4)]
    layout = [*conv_bn("conv1", "bn1", 3, stem, 3), *conv_bn("conv2", "bn2", stem, stem, 3)]
    layout += bottlenecks("layer1", stem, stem, 4)
    for stage, count in zip((2, 3, 4), modules, strict=True):
        if stage == 2:
            layout += conv_bn("transition1.0.0", "transition1.0.1", 4 * stem, w[0], 3)
            layout += conv_bn("transition1.1.0.0", "transition1.1.0.1", 4 * stem, w[1], 3)
        else:
            new = f"transition{stage - 1}.{stage - 1}.0"
            layout += conv_bn(f"{new}.0", f"{new}.1", w[stage - 2], w[stage - 1], 3)
        for m in range(count):
            layout += _fuse_module(f"stage{stage}.{m}", w[:stage], blocks)
    total = sum(w)
    return [
        *layout,
        *biased("head.0", (total, total, 1, 1)),
        *bn("head.1", total),
        *biased("head.3", (98, total, 1, 1)),
    ]


def hopenet(first: int = 64, depths: tuple[int, ...] = (3, 4, 6, 3)) -> Layout:
    """A ResNet-50 with three heads of 66 bins and one that nothing uses."""
    layout, previous = [*conv_bn("conv1", "bn1", 3, first, 7)], first
    for k, depth in enumerate(depths):
        layout += bottlenecks(f"layer{k + 1}", previous, first * 2**k, depth)
        previous = 4 * first * 2**k
    for angle in ("yaw", "pitch", "roll"):
        layout += biased(f"fc_{angle}", (66, previous))
    return layout + biased("fc_finetune", (3, previous + 3))


def vgg(first: int = 64, hidden: int = 4096, outputs: int = 9131) -> Layout:
    """VGG-19 with batch normalisation for 256 px pictures."""
    layout: Layout = []
    index, previous = 0, 3
    for width, depth in zip((first, 2 * first, 4 * first, 8 * first, 8 * first), (2, 2, 4, 4, 4), strict=True):
        for _ in range(depth):
            layout += [*biased(f"features.{index}", (width, previous, 3, 3)), *bn(f"features.{index + 1}", width)]
            index, previous = index + 3, width
        index += 1
    for k, (a, b) in {0: (previous * 64, hidden), 3: (hidden, hidden), 6: (hidden, outputs)}.items():
        layout += biased(f"classifier.{k}", (b, a))
    return layout


def random_tensors(layout: Layout, seed: int = 0) -> dict[str, Tensor]:
    """Weights that keep a signal alive through the network, and batch norms far from the identity."""
    rng = torch.Generator().manual_seed(seed)
    tensors: dict[str, Tensor] = {}
    for name, shape in layout:
        if name.endswith("num_batches_tracked"):
            tensors[name] = torch.tensor(7)
        elif name.endswith("running_var") or (name.endswith("weight") and len(shape) == 1):
            tensors[name] = 0.5 + torch.rand(shape, generator=rng)
        elif len(shape) == 1:
            tensors[name] = 0.1 * torch.randn(shape, generator=rng)
        else:
            tensors[name] = torch.randn(shape, generator=rng) * (1.6 / torch.tensor(shape[1:]).prod()) ** 0.5
    return tensors


def bn(name: str, width: int) -> Layout:
    """A batch normalisation."""
    fields = ("weight", "bias", "running_mean", "running_var")
    return [*((f"{name}.{field}", (width,)) for field in fields), (f"{name}.num_batches_tracked", ())]


def biased(name: str, shape: tuple[int, ...]) -> Layout:
    """A convolution or linear layer with its bias."""
    return [(f"{name}.weight", shape), (f"{name}.bias", shape[:1])]


def conv_bn(conv: str, norm: str, a: int, b: int, k: int) -> Layout:
    """A convolution without bias and its batch normalisation."""
    return [(f"{conv}.weight", (b, a, k, k)), *bn(norm, b)]


def bottlenecks(name: str, in_channels: int, width: int, count: int) -> Layout:
    """Bottlenecks of a ResNet, the first with a projected skip."""
    layout: Layout = []
    for k in range(count):
        a = in_channels if k == 0 else 4 * width
        sizes = ((a, width, 1), (width, width, 3), (width, 4 * width, 1))
        for i, (c, d, side) in enumerate(sizes, 1):
            layout += conv_bn(f"{name}.{k}.conv{i}", f"{name}.{k}.bn{i}", c, d, side)
        if k == 0:
            layout += conv_bn(f"{name}.0.downsample.0", f"{name}.0.downsample.1", a, 4 * width, 1)
    return layout


def _fuse_module(name: str, widths: list[int], blocks: int) -> Layout:
    layout: Layout = []
    for branch, width in enumerate(widths):
        for block in range(blocks):
            at = f"{name}.branches.{branch}.{block}"
            layout += [
                *conv_bn(f"{at}.conv1", f"{at}.bn1", width, width, 3),
                *conv_bn(f"{at}.conv2", f"{at}.bn2", width, width, 3),
            ]
    for i, goal in enumerate(widths):
        for j, source in enumerate(widths):
            at = f"{name}.fuse_layers.{i}.{j}"
            if j > i:
                layout += conv_bn(f"{at}.0", f"{at}.1", source, goal, 1)
            for k in range(i - j):
                layout += conv_bn(f"{at}.{k}.0", f"{at}.{k}.1", source, goal if k == i - j - 1 else source, 3)
    return layout


def _joined(parts: Iterable[Layout]) -> Layout:
    return [entry for part in parts for entry in part]
