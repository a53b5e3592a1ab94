"""Training state on disk: networks, averages and optimisers as safetensors, written whole or not at all."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from fsgan_core.errors import WeightsError


def save_checkpoint(
    path: Path,
    networks: Mapping[str, nn.Module],
    optimizers: Mapping[str, torch.optim.Optimizer],
    counters: Mapping[str, float],
) -> None:
    """Write everything a run needs to go on, by a temporary name and a rename."""
    tensors: dict[str, Tensor] = {}
    for name, network in networks.items():
        tensors.update(
            {f"net.{name}.{key}": value.detach().clone().contiguous() for key, value in network.state_dict().items()}
        )
    for name, optimizer in optimizers.items():
        for index, state in optimizer.state_dict()["state"].items():
            for key, value in state.items():
                tensors[f"opt.{name}.{index}.{key}"] = torch.as_tensor(value).detach().clone().contiguous()
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".partial")
    save_file(tensors, str(temporary), {"counters": json.dumps(dict(counters))})
    os.replace(temporary, path)


def load_checkpoint(
    path: Path, networks: Mapping[str, nn.Module], optimizers: Mapping[str, torch.optim.Optimizer]
) -> dict[str, float]:
    """Put a checkpoint's state into the networks and optimisers.

    Returns:
        The counters it was saved with.

    Raises:
        WeightsError: The file is damaged or belongs to other networks.
    """
    try:
        with safe_open(str(path), "pt") as stored:
            tensors = {key: stored.get_tensor(key) for key in stored.keys()}  # noqa: SIM118
            counters: dict[str, float] = json.loads(stored.metadata()["counters"])
        for name, network in networks.items():
            prefix = f"net.{name}."
            network.load_state_dict({k[len(prefix) :]: v for k, v in tensors.items() if k.startswith(prefix)})
    except (OSError, SafetensorError, RuntimeError, KeyError, TypeError, ValueError) as error:
        raise WeightsError(
            f"the checkpoint cannot be used ({error}); delete it to start again", path=str(path)
        ) from error
    for name, optimizer in optimizers.items():
        prefix = f"opt.{name}."
        state: dict[int, dict[str, Tensor]] = {}
        for key, value in tensors.items():
            if key.startswith(prefix):
                index, field = key[len(prefix) :].split(".", 1)
                state.setdefault(int(index), {})[field] = value
        whole = optimizer.state_dict()
        whole["state"] = state
        optimizer.load_state_dict(whole)
    return counters
