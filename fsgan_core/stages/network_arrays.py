"""Arrays of the stages as the networks' tensors and back: the only place of the stages that knows both layouts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor


def pictures_to_tensor(pictures: Sequence[np.ndarray], device: torch.device) -> Tensor:
    """B pictures or masks (S, S, C) or (S, S) as one (B, C, S, S) float32 tensor."""
    stack = np.stack([picture if picture.ndim == 3 else picture[..., None] for picture in pictures])
    return torch.from_numpy(np.ascontiguousarray(stack.transpose(0, 3, 1, 2), np.float32)).to(device)


def rows_to_tensor(rows: Sequence[np.ndarray], device: torch.device) -> Tensor:
    """B arrays of one shape (landmarks, poses) as one (B, ...) float32 tensor."""
    return torch.from_numpy(np.stack(rows).astype(np.float32)).to(device)


def tensor_to_pictures(tensor: Tensor) -> np.ndarray:
    """(B, C, S, S) as (B, S, S, C) float32."""
    return np.ascontiguousarray(tensor.float().cpu().numpy().transpose(0, 2, 3, 1))
