"""The engine's end of a run folder: holds the lock of the output, writes every event, sees the wish to cancel."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import TextIO

from fsgan_core.errors import JobError, OutputError
from fsgan_core.host.run_folder import RunFolder
from fsgan_core.host.run_lock import RunLock
from fsgan_core.job.progress import LAST_EVENTS, Progress, ProgressEvent, json_lines


class FollowedProgress(Progress):
    """Writes every event to the run folder, and shows it as another progress would.

    The events are for a host that may come back later; where they cannot be written any more, the work goes on.

    Args:
        folder: The run.
        shown: What the terminal sees.
        cancelled_by: As in Progress.

    Raises:
        JobError: The folder is not there.
    """

    def __init__(self, folder: RunFolder, shown: Progress, cancelled_by: Callable[[], int | None]) -> None:
        super().__init__(lambda: cancelled_by() or (signal.SIGTERM.value if folder.is_cancel_asked() else None))
        self._folder = folder
        self._shown = shown
        self._lock: RunLock | None = None
        self._stream: TextIO | None = None
        try:
            self._stream = open(folder.events, "a", encoding="utf-8", newline="\n")  # noqa: SIM115 - until close()
        except OSError as problem:
            raise JobError(f"The run folder cannot be used: {problem.strerror}.", path=folder.path) from problem

    def lock_output(self, served: bool = False) -> None:
        """Be the only one that writes this output, until `close`.

        Args:
            served: Whether this process is `fsgan serve`.

        Raises:
            OutputError: Another render writes it.
        """
        lock = self._folder.lock
        lock.acquire(self._folder.holder(served))
        self._lock = lock

    def show(self, event: ProgressEvent) -> None:
        """Keep the event, and show it. With the last one the output is free: a host may start the next run on it."""
        if self._stream is not None:
            try:
                self._stream.write("".join(line + "\n" for line in json_lines(event)))
                self._stream.flush()
            except OSError:
                self._drop_stream()
        if event.event in LAST_EVENTS:
            self._free_output()
        self._shown.show(event)

    def close(self) -> None:
        """Free the output."""
        self._drop_stream()
        self._free_output()
        self._shown.close()

    def _free_output(self) -> None:
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def _drop_stream(self) -> None:
        stream, self._stream = self._stream, None
        if stream is not None:
            try:
                stream.close()
            except OSError:
                return


def open_run_folder(path: str) -> RunFolder:
    """The run folder that a host has made.

    Raises:
        OutputError: It does not exist.
    """
    if not os.path.isdir(path):
        raise OutputError("There is no such run folder. A host makes it before it starts the engine.", path=path)
    return RunFolder(os.path.abspath(path))
