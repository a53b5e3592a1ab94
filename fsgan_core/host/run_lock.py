"""One writer an output: a lock of the operating system, which goes with the process that holds it, however it ends."""

from __future__ import annotations

import json
import os
import sys
import time
from dataclasses import asdict, dataclass
from typing import IO, Optional

from fsgan_core.errors import OutputError

_LOCKED_BYTE = 1 << 20
"""On Windows a locked byte cannot be read; this one lies behind what is written."""

_PATIENCE_S = 2.0
"""A host that looks whether the lock is free holds it for a moment."""


@dataclass(frozen=True)
class LockHolder:
    """Who writes to an output.

    Args:
        run: Name of the run's folder.
        pid: Of the engine's process.
        machine: Its host name.
        user: Who started it.
        started: Seconds since 1970.
        served: Whether the process is `fsgan serve`, which goes on to the next job.
    """

    run: str
    pid: int
    machine: str
    user: str
    started: float
    served: bool = False

    def sentence(self) -> str:
        """Such as `by ann on seat7 (process 4711) since 14:05`."""
        clock = time.strftime("%H:%M", time.localtime(self.started))
        return f"by {self.user} on {self.machine} (process {self.pid}) since {clock}"


class RunLock:
    """The lock file of one output.

    Args:
        path: The file; its folder exists.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self._stream: Optional[IO[bytes]] = None

    def acquire(self, holder: LockHolder, patience_s: float = _PATIENCE_S) -> None:
        """Take the lock until `release` or the end of the process.

        Args:
            holder: Who we are, for the message that the next one gets.
            patience_s: How long to wait for one who only looks.

        Raises:
            OutputError: Another process holds it, or the file cannot be written.
        """
        deadline = time.monotonic() + patience_s
        while not self._try():
            if time.monotonic() > deadline:
                raise busy_error(os.path.dirname(self.path), self.holder())
            time.sleep(0.05)
        assert self._stream is not None
        self._stream.seek(0)
        self._stream.truncate()
        self._stream.write(json.dumps(asdict(holder)).encode("utf-8"))
        self._stream.flush()

    def release(self) -> None:
        """Give the lock back; harmless where it is not held."""
        if self._stream is not None:
            _unlock(self._stream)
            self._stream.close()
            self._stream = None

    def is_held(self) -> bool:
        """Whether some process, this one included, holds it."""
        if self._stream is not None:
            return True
        if not os.path.exists(self.path):
            return False
        try:
            free = self._try()
        except OutputError:
            return False
        self.release()
        return not free

    def holder(self) -> Optional[LockHolder]:
        """Who holds the lock, or held it last; None where that cannot be read."""
        try:
            with open(self.path, "rb") as stream:
                return LockHolder(**json.loads(stream.read(1 << 16).decode("utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def _try(self) -> bool:
        """Take the lock if it is free.

        Raises:
            OutputError: The file cannot be opened for writing.
        """
        try:
            stream = os.fdopen(os.open(self.path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o666), "r+b")
        except OSError as problem:
            raise OutputError(
                f"The folder of the output may not be written to ({problem.strerror}). Choose another output or change "
                "its permissions.",
                path=self.path,
            ) from problem
        if _lock(stream):
            self._stream = stream
            return True
        stream.close()
        return False


def busy_error(folder: str, holder: Optional[LockHolder]) -> OutputError:
    """The sentence for the second of two renders to one output."""
    who = f" {holder.sentence()}" if holder is not None else ""
    return OutputError(
        f"This output is being rendered{who}. Wait for it, cancel it, or choose another output; nothing was changed.",
        path=folder,
    )


if sys.platform == "win32":
    import msvcrt

    def _lock(stream: IO[bytes]) -> bool:
        stream.seek(_LOCKED_BYTE)
        try:
            msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _unlock(stream: IO[bytes]) -> None:
        stream.seek(_LOCKED_BYTE)
        try:
            msvcrt.locking(stream.fileno(), msvcrt.LK_UNLCK, 1)
        except OSError:
            return
else:
    import fcntl

    def _lock(stream: IO[bytes]) -> bool:
        try:
            fcntl.flock(stream.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

    def _unlock(stream: IO[bytes]) -> None:
        fcntl.flock(stream.fileno(), fcntl.LOCK_UN)
