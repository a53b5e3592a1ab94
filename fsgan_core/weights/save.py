"""Writing networks: safetensors in half precision, whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import nn

TRAINING_ONLY = ("attributes.",)
"""Parameters that no inference uses: the attribute heads of the face features and of the expression embedding."""


def save_network(path: Path, network: nn.Module, role: str, size: str) -> Path:
    """Write a network's weights in half precision.

    Args:
        path: The .safetensors file.
        network: In any mode.
        role: Its role, written into the file's header.
        size: "compact" or "paper", likewise.

    Returns:
        `path`.
    """
    tensors = {}
    for key, value in network.state_dict().items():
        if role in ("features", "expression") and key.startswith(TRAINING_ONLY):
            continue
        half = value.half() if value.dtype == torch.float32 else value
        tensors[key] = half.detach().cpu().contiguous().clone()
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".partial")
    save_file(tensors, str(temporary), {"role": role, "size": size})
    os.replace(temporary, path)
    return path
