"""Reading the authors' released .pth files: tensors out of a pickle, and nothing else out of it.

The only place where `torch.load` is called, always with `weights_only`: a file that holds program code is refused, not
run. The `arch` string of the files, which the authors' own loader evaluates, is not looked at.
"""

from __future__ import annotations

import pickle
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy._core.multiarray import scalar as numpy_scalar
from torch import Tensor

from fsgan_core.errors import WeightsError
from fsgan_core.weights.provided_networks import ONNX, YuNet

LARGEST_FILE = 3 * 2**30
"""The largest file of the release is a VGG of 0.8 GiB; one with the state of its optimiser is three times that."""
MOST_TENSORS = 20_000

_SCALARS: list[Any] = [
    (numpy_scalar, "numpy.core.multiarray.scalar"),
    (numpy_scalar, "numpy._core.multiarray.scalar"),
    np.dtype, np.dtypes.Float64DType, np.dtypes.Float32DType, np.dtypes.Int64DType,
]  # fmt: skip
"""What NumPy numbers are made of: the trainers store their best loss as one."""


def read_released(path: Path) -> dict[str, Tensor]:
    """The tensors of a released file, in float32 on the CPU, by the names that the authors gave them.

    Both layouts are read: a bare state_dict, and a dict with `state_dict` among the trainer's own entries.

    Raises:
        WeightsError: It is missing, too large, damaged, holds program code, or holds no tensors.
    """
    _check_size(path)
    try:
        with torch.serialization.safe_globals(_SCALARS):
            stored = torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        if "Weights only load failed" in str(error) and "GLOBAL" in str(error):
            raise WeightsError(
                "this file holds more than weights: program code that loading it would run. It was not run; "
                "download the file again from its authors, or do not trust it",
                path=str(path),
            ) from error
        raise _unreadable(path) from error
    except (RuntimeError, EOFError, OSError, ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
        raise _unreadable(path) from error
    entries = stored.get("state_dict", stored) if isinstance(stored, Mapping) else None
    if not isinstance(entries, Mapping) or not entries or not all(isinstance(v, Tensor) for v in entries.values()):
        raise WeightsError("this file holds no network: no dict of tensors was found in it", path=str(path))
    return _plain(path, {str(name): value for name, value in entries.items()})


def read_onnx(path: Path) -> dict[str, Tensor]:
    """An ONNX file as one tensor of its bytes, which OpenCV has found to be a network that it can run.

    Raises:
        WeightsError: It is missing, too large, or no such network.
    """
    _check_size(path)
    content = torch.from_numpy(np.fromfile(path, np.uint8))
    network = YuNet()
    network.load_state_dict({ONNX: content})
    try:
        network.open()
    except cv2.error as error:
        raise WeightsError("this is no whole ONNX file of a detector; download it again", path=str(path)) from error
    return {ONNX.removeprefix("net."): content}


def _check_size(path: Path) -> None:
    """Refuse what is no file, and what is or would unpack to more than any released file."""
    if not path.is_file():
        raise WeightsError("this file does not exist; name the .pth files of the release", path=str(path))
    size = path.stat().st_size
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            size = max(size, sum(entry.file_size for entry in archive.infolist()))
    if size > LARGEST_FILE:
        raise WeightsError(
            f"this file unpacks to {size / 2**30:.1f} GiB, more than any released file does",
            path=str(path),
        )


def _plain(path: Path, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """The tensors in float32, contiguous, without the prefix that DataParallel adds.

    Raises:
        WeightsError: They are too many, too large for their file, or not all finite numbers.
    """
    # A tensor may claim any shape over one stored number.
    claimed = sum(4 * value.numel() for value in tensors.values())
    if len(tensors) > MOST_TENSORS or claimed > LARGEST_FILE:
        raise WeightsError("this file claims more numbers than any released network has", path=str(path))
    prefix = "module." if all(name.startswith("module.") for name in tensors) else ""
    plain = {}
    for name, value in tensors.items():
        number = value.detach().float() if value.is_floating_point() else value.detach().long()
        if not torch.isfinite(number).all():
            raise WeightsError(f"this file is damaged: {name} is not all numbers", path=str(path))
        plain[name.removeprefix(prefix)] = number.contiguous()
    return plain


def _unreadable(path: Path) -> WeightsError:
    return WeightsError(
        "this is no whole PyTorch weight file (cut off, or something else); download it again", path=str(path)
    )
