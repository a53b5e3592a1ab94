"""The networks on their device, and the device's failures as sentences."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch

from fsgan_core.errors import EngineError
from fsgan_core.job.settings import AnalyzeSettings
from fsgan_core.weights.load import Pack, choose_device, load_pack, pack_folder
from fsgan_core.weights.provided_pack import with_provided
from fsgan_core.weights.providers import Provided, choose_provided

MOST_WORKERS = 4
"""Frames worked on at once; each needs up to a quarter of a gigabyte at 2K."""
_PACKS_OWN = AnalyzeSettings()
_MEMORY_ADVICE = "close other programs that use it, or run with device cpu"


def open_engine(weights: str = "compact", device: str = "auto", analyze: AnalyzeSettings = _PACKS_OWN) -> Pack:
    """A weight pack on the device, ready to run.

    Args:
        weights: Name of a bundled pack, or the folder of one.
        device: "auto" (the GPU if there is one), "cuda" or "cpu".
        analyze: Names the detector and the landmarks of other projects that take the place of the pack's.

    Raises:
        WeightsError: The pack, or what takes a network's place in it, is missing, damaged or does not fit.
        EngineError: There is no such device, or the networks do not fit into its memory.
    """
    provided = choose_provided(analyze.detector, analyze.landmarks_by)
    with device_errors():
        if _kept is None:
            return with_provided(load_pack(weights, device), provided)
        return _kept.pack(weights, choose_device(device), provided)


def keep_packs(most: int = 2) -> None:
    """From now on weight packs stay loaded, for a process that runs job after job; a second call changes nothing.

    Args:
        most: How many; the one not used for longest goes first.
    """
    global _kept
    _kept = _kept or KeptPacks(most)


class KeptPacks:
    """Packs in memory, known by their folder, device and the state of their files: a changed pack is read again."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._packs: OrderedDict[tuple[object, ...], Pack] = OrderedDict()

    def pack(self, weights: str, device: str, provided: Sequence[Provided] = ()) -> Pack:
        """As load_pack and with_provided, at once where nothing changed since the last time."""
        folder = pack_folder(weights)
        files = sorted((path.name, path.stat().st_size, path.stat().st_mtime_ns) for path in folder.iterdir())
        key = (str(folder.resolve()), device, tuple(files), tuple(provided))
        if key not in self._packs:
            self._packs[key] = with_provided(load_pack(weights, device), provided)
        self._packs.move_to_end(key)
        while len(self._packs) > self._most:
            self._packs.popitem(last=False)
        return self._packs[key]


_kept: KeptPacks | None = None
"""None: every job reads its weights anew."""


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
