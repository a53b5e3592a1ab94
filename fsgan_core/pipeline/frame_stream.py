"""Frames through read, work and write with all three at once, in order, and with only a few frames in memory."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

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
) -> Iterator[Done]:
    """What `write` gives back for each frame, in order, when the frame is written.

    One thread reads ahead, the calling thread works, a few threads write: at most six frames exist at once, however
    long the shot. An error of any step comes out at its frame's turn, after the frames before it are written. Closing
    the iterator starts nothing new and waits for what is being written.

    Args:
        numbers: Frame numbers, in the order wanted.
        read: Frame number to frame; always called from one and the same thread.
        work: Frame to result; called from the calling thread.
        write: Result to what is handed out.

    Yields:
        One value of `write` per number.
    """
    with ThreadPoolExecutor(1, "read") as reader, ThreadPoolExecutor(WRITERS, "write") as writer:
        waiting = iter(numbers)
        reads = deque(reader.submit(read, number) for number in islice(waiting, READ_AHEAD))
        writes: deque[Future[Done]] = deque()
        try:
            while reads:
                try:
                    made = work(reads.popleft().result())
                except Exception:
                    yield from _finished(writes, 0)
                    raise
                reads.extend(reader.submit(read, number) for number in islice(waiting, 1))
                writes.append(writer.submit(write, made))
                del made
                yield from _finished(writes, WRITERS)
            yield from _finished(writes, 0)
        finally:
            for waiting_read in reads:
                waiting_read.cancel()
            for waiting_write in writes:
                waiting_write.cancel()


def _finished(writes: deque[Future[Done]], most_open: int) -> Iterator[Done]:
    """The results of the oldest writes: those that are done, and those to wait for until at most `most_open` remain."""
    while writes and (len(writes) > most_open or writes[0].done()):
        yield writes.popleft().result()
