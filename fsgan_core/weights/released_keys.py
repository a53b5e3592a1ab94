"""From the names in the authors' released files to ours: fixed rules, one table a network.

The order of the entries plays no part. What a table does not name is an error, except what inference never uses.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from torch import Tensor

Rules = tuple[tuple[str, str], ...]

_BN = r"(weight|bias|running_mean|running_var|num_batches_tracked)"

_SKIP_LEVEL: Rules = (
    (r"down_block\.model\.1\.weight", r"down.0.0.weight"),
    (rf"down_block\.model\.2\.{_BN}", r"down.0.1.\1"),
    (r"down_block\.model\.5\.weight", r"down.1.0.weight"),
    (rf"down_block\.model\.6\.{_BN}", r"down.1.1.\1"),
    (r"up_block\.model\.1\.weight", r"up.conv.0.weight"),
    (rf"up_block\.model\.2\.{_BN}", r"up.conv.1.\1"),
    (r"flat_block\.model\.(\d+)\.model\.1\.weight", r"blocks.\1.first.0.weight"),
    (rf"flat_block\.model\.(\d+)\.model\.2\.{_BN}", r"blocks.\1.first.1.\2"),
    (r"flat_block\.model\.(\d+)\.model\.5\.weight", r"blocks.\1.second.0.weight"),
    (rf"flat_block\.model\.(\d+)\.model\.6\.{_BN}", r"blocks.\1.second.1.\2"),
)
"""One level of the generator; index 0 and 4 of its Sequentials are paddings, 3 is a ReLU."""

_GENERATOR_ENDS: Rules = (
    (r"base\.in_conv\.1\.weight", r"net.base.in_conv.weight"),
    (rf"base\.in_conv\.2\.{_BN}", r"net.base.in_conv.norm.\1"),
    (r"base\.out_conv1?\.1\.weight", r"net.base.out_conv.weight"),
    (r"enhancer1\.in_conv\.1\.weight", r"net.in_conv.weight"),
    (rf"enhancer1\.in_conv\.2\.{_BN}", r"net.in_conv.norm.\1"),
    (r"enhancer1\.out_conv1?\.1\.weight", r"net.out_conv.weight"),
    # The second head of v1 is a segmentation that only its training used.
    (r"(base|enhancer1)\.out_conv2\.1\.weight", ""),
)


def _levels() -> Rules:
    places = [("base.inner", "net.base.inner"), ("base.inner.submodule", "net.base.inner.deeper")]
    places += [("base.inner.submodule.submodule", "net.base.inner.deeper.deeper"), ("enhancer1", "net")]
    return tuple(
        (rf"{re.escape(theirs)}\.{name}", f"{ours}.{new}") for theirs, ours in places for name, new in _SKIP_LEVEL
    )


GENERATOR: Rules = (*_GENERATOR_ENDS, *_levels())

SEGMENTATION: Rules = (
    *((rf"{name}\.conv1\.0\.(weight|bias)", rf"encoders.{i}.0.\1") for i, name in enumerate(
        ("conv1", "conv2", "conv3", "conv4", "center"))),
    *((rf"{name}\.conv1\.1\.{_BN}", rf"encoders.{i}.1.\1") for i, name in enumerate(
        ("conv1", "conv2", "conv3", "conv4", "center"))),
    *((rf"{name}\.conv2\.0\.(weight|bias)", rf"encoders.{i}.3.\1") for i, name in enumerate(
        ("conv1", "conv2", "conv3", "conv4", "center"))),
    *((rf"{name}\.conv2\.1\.{_BN}", rf"encoders.{i}.4.\1") for i, name in enumerate(
        ("conv1", "conv2", "conv3", "conv4", "center"))),
    *((rf"up_concat{4 - i}\.conv\.conv1\.0\.(weight|bias)", rf"decoders.{i}.0.\1") for i in range(4)),
    *((rf"up_concat{4 - i}\.conv\.conv2\.0\.(weight|bias)", rf"decoders.{i}.2.\1") for i in range(4)),
    *((rf"up_concat{4 - i}\.conv1d\.(weight|bias)", rf"reduces.{i}.\1") for i in range(4)),
    (r"final\.(weight|bias)", r"final.\1"),
)  # fmt: skip

_BOTTLENECK: Rules = tuple(
    rule
    for k in (1, 2, 3)
    for rule in (
        (rf"conv{k}\.weight", rf"body.{3 * (k - 1)}.weight"),
        (rf"bn{k}\.{_BN}", rf"body.{3 * (k - 1) + 1}.\1"),
    )
) + ((r"downsample\.0\.weight", r"skip.0.weight"), (rf"downsample\.1\.{_BN}", r"skip.1.\1"))


def _in_blocks(theirs: str, ours: str, rules: Rules) -> Rules:
    """The rules of one block, for each block of a series; the patterns' groups move up by one."""
    moved = [(name, re.sub(r"\\(\d)", lambda m: rf"\{int(m[1]) + 1}", new)) for name, new in rules]
    return tuple((rf"{theirs}\.(\d+)\.{name}", rf"{ours}.\1.{new}") for name, new in moved)


_CONV_OR_BN = rf"(\d+)\.{_BN}"

LANDMARKS: Rules = (
    (r"conv1\.weight", r"stem.0.weight"), (rf"bn1\.{_BN}", r"stem.1.\1"),
    (r"conv2\.weight", r"stem.3.weight"), (rf"bn2\.{_BN}", r"stem.4.\1"),
    *_in_blocks("layer1", "layer1", _BOTTLENECK),
    *((rf"transition{t + 1}\.{p}\.{_CONV_OR_BN}", rf"transitions.{t}.paths.{p}.\1.\2")
      for t in range(3) for p in range(t + 1)),
    # The branch that is new at a transition is wrapped once more.
    *((rf"transition{t + 1}\.{t + 1}\.0\.{_CONV_OR_BN}", rf"transitions.{t}.paths.{t + 1}.\1.\2") for t in range(3)),
    *((rf"stage{s + 2}\.(\d+)\.branches\.(\d+)\.(\d+)\.{name}", rf"stages.{s}.\1.branches.\2.\3.body.{new}")
      for s in range(3)
      for name, new in ((r"conv1\.weight", r"0.weight"), (rf"bn1\.{_BN}", r"1.\4"),
                        (r"conv2\.weight", r"3.weight"), (rf"bn2\.{_BN}", r"4.\4"))),
    *((rf"stage{s + 2}\.(\d+)\.fuse_layers\.{i}\.{j}\.{_CONV_OR_BN}", rf"stages.{s}.\1.fuses.{i}.{j}.\2.\3")
      for s in range(3) for i in range(4) for j in range(i + 1, 4)),
    # From a finer branch there are several strided units, each a Sequential of 3 (the last of 2) layers.
    *((rf"stage{s + 2}\.(\d+)\.fuse_layers\.{i}\.{j}\.{k}\.{part}\.{_BN}",
       rf"stages.{s}.\1.fuses.{i}.{j}.{3 * k + part}.\2")
      for s in range(3) for i in range(4) for j in range(i) for k in range(i - j) for part in (0, 1)),
    (rf"head\.{_CONV_OR_BN}", r"head.\1.\2"),
)  # fmt: skip

POSE: Rules = (
    (r"conv1\.weight", r"stem.0.weight"), (rf"bn1\.{_BN}", r"stem.1.\1"),
    *(rule for k in range(4) for rule in _in_blocks(f"layer{k + 1}", f"layers.{k}", _BOTTLENECK)),
    *((rf"fc_{angle}\.(weight|bias)", rf"heads.{k}.\1") for k, angle in enumerate(("yaw", "pitch", "roll"))),
    (r"fc_finetune\.(weight|bias)", ""),
)  # fmt: skip

FEATURES: Rules = (
    (rf"features\.{_CONV_OR_BN}", r"features.\1.\2"),
    (r"classifier\.([03])\.(weight|bias)", r"classifier.\1.\2"),
    # The people (or attributes) of its own data set.
    (r"classifier\.6\.(weight|bias)", ""),
)


def generator_tensors(tensors: Mapping[str, Tensor], pictures: int) -> dict[str, Tensor]:
    """A generator's tensors by our names, the input convolutions divided into picture and landmark channels.

    Args:
        tensors: By the authors' names.
        pictures: Input channels that are no heatmap.

    Raises:
        KeyError: A name is not known.
    """
    ours = rename(tensors, GENERATOR)
    for place in ("net.base.in_conv", "net.in_conv"):
        weight = ours.pop(f"{place}.weight")
        ours[f"{place}.picture.weight"] = weight[:, :pictures].contiguous()
        if weight.shape[1] > pictures:
            ours[f"{place}.landmarks.weight"] = weight[:, pictures:].contiguous()
    return ours


def rename(tensors: Mapping[str, Tensor], rules: Rules) -> dict[str, Tensor]:
    """The tensors by our names; a rule that gives "" leaves its tensor out.

    Raises:
        KeyError: No rule knows a name.
    """
    new_name = _renamer(rules)
    renamed = {new_name(name): tensor for name, tensor in tensors.items()}
    renamed.pop("", None)
    return renamed


def _renamer(rules: Rules) -> Callable[[str], str]:
    patterns = [(re.compile(pattern), new) for pattern, new in rules]

    def new_name(name: str) -> str:
        for pattern, new in patterns:
            match = pattern.fullmatch(name)
            if match:
                return match.expand(new)
        raise KeyError(name)

    return new_name
