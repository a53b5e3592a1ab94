"""The mean of two runs of one network, mostly a little better than either (Wortsman et al. 2022)."""

from __future__ import annotations

from pathlib import Path

import torch

from fsgan_core.errors import WeightsError
from fsgan_core.weights.save import write_tensors
from fsgan_core.weights.weight_file import read_weight_file


def average_networks(first: Path, second: Path, share: float, out: Path) -> str:
    """Write (1 - share) * first + share * second, weight by weight, in half precision.

    Means only something where one run went on from the other, or both from a third. What is no weight (counters) is
    that of the second.

    Args:
        first: .safetensors file of a network.
        second: Another of the same role and size.
        share: Of the second, 0 to 1.
        out: The file to write; none of the two.

    Returns:
        The role.

    Raises:
        WeightsError: A file cannot be read, the two are no runs of one network, or one would be overwritten.
    """
    if out.resolve() in (first.resolve(), second.resolve()):
        raise WeightsError("this file is one of the two to be averaged; write to another", path=str(out))
    (old, header), (new, other_header) = read_weight_file(first), read_weight_file(second)
    shapes, other_shapes = ({key: value.shape for key, value in tensors.items()} for tensors in (old, new))
    if header != other_header or shapes != other_shapes:
        raise WeightsError(f"this is no run of the network in {first}: role, size or layers differ", path=str(second))
    mean = {
        key: torch.lerp(old[key].float(), value.float(), share).half() if value.is_floating_point() else value
        for key, value in new.items()
    }
    write_tensors(out, mean, header.get("role", ""), header.get("size", "compact"))
    return header.get("role", "")
