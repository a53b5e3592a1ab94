"""An adapter: the change of a network as low-rank factors of each layer, small beside its weights."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor, nn

from fsgan_core.errors import WeightsError
from fsgan_core.weights.save import write_tensors
from fsgan_core.weights.weight_file import read_weight_file

_UP, _DOWN, _WHOLE = ".up", ".down", ".delta"

State = Mapping[str, Tensor]


def compress_change(before: State, after: State, rank: int) -> dict[str, Tensor]:
    """The difference of two states of one network, every layer cut to a rank.

    Args:
        before: Parameter name to float tensor; the parent.
        after: The same names.
        rank: Of each layer's change. A layer whose factors would be larger than the change itself is kept whole.

    Returns:
        Half-precision tensors: `NAME.up` (out, r) and `NAME.down` (r, in), or `NAME.delta`; none of unchanged ones.
    """
    stored: dict[str, Tensor] = {}
    for name, old in before.items():
        if not old.dtype.is_floating_point:
            continue
        change = after[name].detach().float().cpu() - old.detach().float().cpu()
        if not bool(change.any()):
            continue
        rows = change.reshape(change.shape[0], -1)
        if rows.ndim == 2 and rank * (rows.shape[0] + rows.shape[1]) < rows.numel():
            # In double precision, so that the factors hardly depend on the library's order of summation.
            up, scale, down = torch.linalg.svd(rows.double(), full_matrices=False)
            root = scale[:rank].sqrt()
            stored[name + _UP] = (up[:, :rank] * root).half().contiguous()
            stored[name + _DOWN] = (root[:, None] * down[:rank]).half().contiguous()
        else:
            stored[name + _WHOLE] = change.half().contiguous()
    return stored


def adapter_bytes(network: nn.Module, rank: int) -> int:
    """How many bytes the adapter of a network has at a rank, at most, without the names of its layers."""
    total = 0
    for parameter in network.parameters():
        rows, numbers = parameter.shape[0] if parameter.ndim else 1, parameter.numel()
        factors = rank * (rows + numbers // rows)
        total += 2 * (factors if parameter.ndim > 1 and factors < numbers else numbers)
    return total


def apply_change(before: State, stored: State) -> dict[str, Tensor]:
    """The parent's state with an adapter added, float32 where it changed.

    Raises:
        WeightsError: The adapter belongs to another network.
    """
    after = dict(before)
    for key, value in stored.items():
        name, _, part = key.rpartition(".")
        if name not in before or part not in ("up", "down", "delta"):
            raise WeightsError(f"this adapter does not fit its parent: {name} is not one of the parent's layers")
        if part == "down":
            continue
        change = value.float()
        if part == "up":
            change = change @ stored[name + _DOWN].float()
        try:
            after[name] = before[name].float() + change.to(before[name].device).reshape(before[name].shape)
        except RuntimeError as error:
            raise WeightsError(f"this adapter does not fit its parent: {name} has another shape") from error
    return after


def save_adapter(path: Path, stored: State, role: str, size: str) -> None:
    """Write an adapter, whole or not at all; the same tensors give the same bytes.

    Raises:
        OutputError: The folder cannot be written or the disk is full.
    """
    write_tensors(path, dict(stored), role, size)


def add_adapter(network: nn.Module, path: Path) -> nn.Module:
    """The network itself, changed by an adapter file.

    Raises:
        WeightsError: It is missing, damaged, or belongs to another network.
    """
    try:
        network.load_state_dict(apply_change(network.state_dict(), read_weight_file(path)[0]))
    except WeightsError as error:
        raise WeightsError(error.message, path=str(path)) from error
    return network
