"""The same work on many people, in this process or spread over several."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import TypeVar

import cv2

from fsgan_core.errors import EngineError

Result = TypeVar("Result")


def work_through(work: Callable[[str], Result], names: Sequence[str], workers: int) -> Iterator[tuple[str, Result]]:
    """Each name with what `work` gave for it, as they are done.

    Args:
        work: What to do. Several workers get it sent, so for them it is a module's function or a partial of one.
        names: Of whom.
        workers: Processes; 1 works in this one, in order.

    Raises:
        EngineError: A worker died.
    """
    if workers == 1:
        for name in names:
            yield name, work(name)
        return
    count = min(workers, len(names))
    with ProcessPoolExecutor(count, mp_context=get_context("spawn"), initializer=_start_worker) as pool:
        futures = {pool.submit(work, name): name for name in names}
        try:
            for future in as_completed(futures):
                yield futures[future], future.result()
        except BrokenProcessPool as error:
            sentence = "A worker stopped without a word, perhaps for lack of memory. Use fewer --workers."
            raise EngineError(sentence) from error
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _start_worker() -> None:
    """One thread a worker; the user's interrupt is for the process that hands out the work."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    cv2.setNumThreads(1)
