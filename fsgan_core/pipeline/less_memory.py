"""When the GPU's memory runs out: the views of a frame one after another, then the CPU if the job allows it.

`device: auto` allows the CPU, `device: cuda` does not. Whatever is done instead of what was asked for is told once,
and stands in the attributes `fsgan/device` and `fsgan/device_note` of every frame that was made so.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from typing import Any, TypeVar

import torch

from fsgan_core.errors import EngineError
from fsgan_core.job.progress import Progress
from fsgan_core.networks.inference import one_sample_at_a_time
from fsgan_core.pipeline.layered_frame import LayeredFrame
from fsgan_core.weights.load import Pack

Made = TypeVar("Made")

ONE_BY_ONE = "out of memory: one view at a time"
ON_CPU = "out of GPU memory: made on the CPU"


class LessMemory:
    """Makes frames, each with as much memory as there is; once a frame needed less, all that follow take less.

    Args:
        pack: The networks asked for.
        requested: The job's `device`.
        open_cpu: Gives the same networks on the CPU.
        progress: Hears what is done instead.
    """

    def __init__(self, pack: Pack, requested: str, open_cpu: Callable[[], Pack], progress: Progress) -> None:
        self._pack = pack
        self._requested = requested
        self._open_cpu = open_cpu
        self._progress = progress
        self._note = ""
        self._lock = threading.Lock()

    def make(self, frame: Callable[[Pack], LayeredFrame]) -> LayeredFrame:
        """The frame that `frame` makes with a pack.

        Raises:
            EngineError: There is not enough memory for the least that is allowed.
            FsganError: Whatever `frame` raises.
        """
        while True:
            pack, note = self._pack, self._note
            try:
                with one_sample_at_a_time() if note else nullcontext():
                    layered = frame(pack)
            except EngineError as error:
                if not is_out_of_memory(error):
                    raise
                self._take_less(note, error)
                continue
            if not note:
                return layered
            told = {"fsgan/device": pack.device, "fsgan/device_note": f"{note}; {self._requested} was asked for"}
            return replace(layered, attributes={**layered.attributes, **told})

    def _take_less(self, note: str, error: EngineError) -> None:
        """The next smaller way, unless another thread has found it meanwhile."""
        with self._lock:
            if self._note != note:
                return
            free_gpu_memory()
            if not note:
                self._note = ONE_BY_ONE
            elif note == ONE_BY_ONE and may_use_cpu(self._requested, self._pack):
                self._pack = self._open_cpu()
                self._note = ON_CPU
            else:
                raise no_smaller_way(error, self._requested) from error
            where = f"frame {error.frame}: " if error.frame is not None else ""
            self._progress.warn(f"{where}{self._note}; device {self._requested} was asked for")


def with_pack_or_cpu(
    work: Callable[[Pack], Made], pack: Pack, requested: str, open_cpu: Callable[[], Pack], progress: Progress
) -> Made:
    """What `work` gives for a pack, or for the same networks on the CPU where GPU memory runs out and the job allows.

    Raises:
        EngineError: Memory ran out and the CPU is not allowed, or not enough either.
    """
    try:
        return work(pack)
    except EngineError as error:
        if not is_out_of_memory(error) or not may_use_cpu(requested, pack):
            raise
        free_gpu_memory()
        progress.warn(f"{ON_CPU}; device {requested} was asked for")
        return work(open_cpu())


def is_out_of_memory(error: EngineError) -> bool:
    """Whether memory was the matter."""
    return isinstance(error.__cause__, (torch.OutOfMemoryError, MemoryError))


def may_use_cpu(requested: str, pack: Any) -> bool:
    """Whether the job leaves the device to us, and there is another one."""
    return requested == "auto" and pack.device != "cpu"


def no_smaller_way(error: EngineError, requested: str) -> EngineError:
    """The last word on a frame that needs more memory than there is."""
    advice = "Close other programs that use the GPU, or set device to auto, which allows the CPU" if (
        requested == "cuda"
    ) else "Close other programs, or use a machine with more memory"
    return EngineError(f"out of memory, also with one view at a time. {advice}.", frame=error.frame)


def free_gpu_memory() -> None:
    """Give back what torch keeps for later."""
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
