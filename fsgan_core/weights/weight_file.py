"""The numbers of a .safetensors file, unchecked against any network."""

from __future__ import annotations

from pathlib import Path

from safetensors import SafetensorError, safe_open
from torch import Tensor

from fsgan_core.errors import WeightsError


def read_weight_file(path: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    """The tensors of a .safetensors file by name, as they are stored, and its header.

    Raises:
        WeightsError: It is missing or damaged.
    """
    try:
        with safe_open(str(path), "pt") as stored:
            header = stored.metadata() or {}
            return {key: stored.get_tensor(key) for key in stored.keys()}, header  # noqa: SIM118
    except (OSError, SafetensorError) as error:
        raise WeightsError(f"this weight file cannot be read ({error})", path=str(path)) from error
