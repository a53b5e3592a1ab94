"""One way to run a network.

No gradients, channels last, bfloat16 where the device computes it natively, float32 out.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

import torch
from torch import Tensor, nn

Network = TypeVar("Network", bound=nn.Module)


_one_by_one: ContextVar[bool] = ContextVar("one_by_one", default=False)


@contextmanager
def one_sample_at_a_time() -> Iterator[None]:
    """While the block is open, `infer` runs the samples of a batch one after another: slower, in less memory."""
    token = _one_by_one.set(True)
    try:
        yield
    finally:
        _one_by_one.reset(token)


def infer(module: nn.Module | Any, *inputs: Tensor) -> Any:
    """The module's output for these inputs.

    Args:
        module: A network, or any callable on tensors, in eval mode.
        *inputs: Tensors on the module's device; pictures (B, C, H, W) are laid out channels last.

    Returns:
        What the module returns, in float32.
    """
    if _one_by_one.get() and inputs[0].shape[0] > 1:
        return _joined([infer(module, *(x[k : k + 1] for x in inputs)) for k in range(inputs[0].shape[0])])
    laid_out = [x.contiguous(memory_format=torch.channels_last) if x.dim() == 4 else x for x in inputs]
    device = inputs[0].device.type
    with torch.inference_mode(), torch.autocast(device, torch.bfloat16, enabled=computes_bfloat16(device)):
        return _to_float(module(*laid_out))


def to_device(module: Network, device: str) -> Network:
    """The module itself, moved to a device, its weights laid out channels last as `infer` lays out pictures."""
    move: Callable[..., Network] = module.to  # torch's annotation of `to` leaves memory_format out
    return move(device, memory_format=torch.channels_last)


@functools.lru_cache(maxsize=4)
def computes_bfloat16(device: str) -> bool:
    """Whether the device multiplies bfloat16 natively; where it does not, networks run in float32."""
    if device == "cuda":
        return bool(torch.cuda.is_bf16_supported())
    return device == "cpu" and bool(torch.cpu._is_avx512_bf16_supported())


def _joined(outputs: list[Any]) -> Any:
    """The outputs of single samples as the output of their batch."""
    if isinstance(outputs[0], Tensor):
        return torch.cat(outputs)
    return type(outputs[0])(_joined(list(parts)) for parts in zip(*outputs, strict=True))


def _to_float(output: Any) -> Any:
    if isinstance(output, Tensor):
        return output.float()
    if isinstance(output, (tuple, list)):
        return type(output)(_to_float(part) for part in output)
    return output
