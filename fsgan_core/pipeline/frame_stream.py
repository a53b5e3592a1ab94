"""Frames through read, work and write with all three at once, in order, and with only a few frames in memory."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import Any, TypeVar

from fsgan_core.pipeline.free_memory import EVERY_FRAMES, trim_memory

Read = TypeVar("Read")
Made = TypeVar("Made")
Done = TypeVar("Done")

READ_AHEAD = 2
"""Frames read before their turn."""
WRITERS = 2
"""Frames written at once."""


def stream_frames(
    numbers: Sequence[int],
    read: Callable[[int], Read],
    work: Callable[[Read], Made],
    write: Callable[[Made], Done],
    workers: int = 1,
) -> Iterator[Done]:
    """What `write` gives back for each frame, in order, when the frame is written.

    One thread reads ahead, one or more work, a few write: at most five frames and one per worker exist at once, however
    long the shot. An error of any step comes out at its frame's turn, after the frames before it are written. Closing
    the iterator starts nothing new and waits for what is being worked on and written.

    Args:
        numbers: Frame numbers, in the order wanted.
        read: Frame number to frame; always called from one and the same thread.
        work: Frame to result; called in order from the calling thread, or by several workers from threads of theirs.
        write: Result to what is handed out.
        workers: How many frames are worked on at once.

    Yields:
        One value of `write` per number.
    """
    with (
        ThreadPoolExecutor(1, "read") as reader,
        ThreadPoolExecutor(workers, "work") as worker,
        ThreadPoolExecutor(WRITERS, "write") as writer,
    ):
        waiting = iter(numbers)
        reads = deque(reader.submit(read, number) for number in islice(waiting, READ_AHEAD))
        works: deque[Future[Made]] = deque()
        writes: deque[Future[Done]] = deque()
        streamed = 0
        try:
            while reads or works:
                while workers > 1 and reads and len(works) < workers:
                    works.append(worker.submit(_after, work, reads.popleft()))
                    reads.extend(reader.submit(read, number) for number in islice(waiting, 1))
                try:
                    made = works.popleft().result() if works else work(reads.popleft().result())
                except Exception:
                    yield from _finished(writes, 0)
                    raise
                if workers == 1:
                    reads.extend(reader.submit(read, number) for number in islice(waiting, 1))
                writes.append(writer.submit(write, made))
                del made
                streamed += 1
                if streamed % EVERY_FRAMES == 0:
                    trim_memory()
                yield from _finished(writes, WRITERS)
            yield from _finished(writes, 0)
        finally:
            for futures in (reads, works, writes):
                _cancel(futures)


def _after(work: Callable[[Read], Made], read: Future[Read]) -> Made:
    return work(read.result())


def _cancel(futures: Iterable[Future[Any]]) -> None:
    """Nothing that has not begun will begin."""
    for future in futures:
        future.cancel()


def _finished(writes: deque[Future[Done]], most_open: int) -> Iterator[Done]:
    """The results of the oldest writes: those that are done, and those to wait for until at most `most_open` remain."""
    while writes and (len(writes) > most_open or writes[0].done()):
        yield writes.popleft().result()
