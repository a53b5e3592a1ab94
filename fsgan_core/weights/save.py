"""Writing networks: safetensors in half precision, whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors.torch import save
from torch import Tensor, nn

from fsgan_core.media.atomic import complete_or_absent

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
    write_tensors(path, tensors, role, size)
    return path


def write_tensors(path: Path, tensors: dict[str, Tensor], role: str, size: str) -> None:
    """Write tensors as the file of a network, as they are.

    Args:
        path: The .safetensors file; complete or absent, its folder made if missing.
        tensors: By name, contiguous, on the CPU.
        role: Into the file's header.
        size: Likewise.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with complete_or_absent(str(path)) as unfinished:
        Path(unfinished).write_bytes(stable_bytes(tensors, {"role": role, "size": size}))


def stable_bytes(tensors: Mapping[str, Tensor], metadata: Mapping[str, str]) -> bytes:
    """The tensors as a safetensors file that is the same every time: the library itself shuffles the metadata.

    Args:
        tensors: Contiguous, on the CPU.
        metadata: For the header.
    """
    content = save(dict(tensors), dict(metadata))
    length = int.from_bytes(content[:8], "little")
    header = json.dumps(json.loads(content[8 : 8 + length]), sort_keys=True, separators=(",", ":")).encode()
    header += b" " * (-len(header) % 8)
    return len(header).to_bytes(8, "little") + header + content[8 + length :]
