"""The networks on their device, and the device's failures as sentences."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from fsgan_core.errors import EngineError
from fsgan_core.weights.load import Pack, load_pack

MOST_WORKERS = 4
"""Frames worked on at once; each needs up to a quarter of a gigabyte at 2K."""
_MEMORY_ADVICE = "close other programs that use it, or run with device cpu"


def open_engine(weights: str = "compact", device: str = "auto") -> Pack:
    """A weight pack on the device, ready to run.

    Args:
        weights: Name of a bundled pack, or the folder of one.
        device: "auto" (the GPU if there is one), "cuda" or "cpu".

    Raises:
        WeightsError: The pack is missing, damaged or does not fit.
        EngineError: There is no such device, or the networks do not fit into its memory.
    """
    with device_errors():
        return load_pack(weights, device)


@contextmanager
def frame_workers(device: str) -> Iterator[int]:
    """How many frames to work on at once. While the block is open, torch uses one thread for each.

    On the CPU, frames side by side are faster than one frame on all cores, whose threads wait for each other; and what
    one thread computes does not depend on how many cores a machine has, so that a farm gives the bits of a laptop.

    Args:
        device: "cpu" or "cuda", where one frame at a time keeps the GPU busy.
    """
    threads = torch.get_num_threads()
    if device != "cpu":
        yield 1
        return
    torch.set_num_threads(1)
    try:
        yield min(threads, MOST_WORKERS)
    finally:
        torch.set_num_threads(threads)


@contextmanager
def device_errors(frame: int | None = None) -> Iterator[None]:
    """Turns what torch says about a failing device into an EngineError that names the frame and what to do.

    Raises:
        EngineError: Memory has run out, or the GPU or its driver failed.
    """
    try:
        yield
    except (torch.OutOfMemoryError, MemoryError) as error:
        raise EngineError(f"out of memory: {_MEMORY_ADVICE}", frame=frame) from error
    except torch.AcceleratorError as error:
        first_line = str(error).splitlines()[0]
        raise EngineError(
            f"the GPU failed ({first_line}). Run again; if it stays, run with device cpu", frame=frame
        ) from error
