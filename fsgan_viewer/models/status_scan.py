"""What the engine says of every frame of a result, read from the headers by a thread of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable

from fsgan_core.errors import FsganError
from fsgan_viewer.models.frame_source import FrameSource

_BATCH = 50


class StatusScan:
    """One look at the headers of some frames.

    Args:
        source: Whose.
        frames: Which.
        on_found: Called from the thread with (frame to status, frame to the sentence of an error), a batch at a time.
    """

    def __init__(
        self,
        source: FrameSource,
        frames: Iterable[int],
        on_found: Callable[[dict[int, str], dict[int, str]], None],
    ) -> None:
        self._source, self._frames, self._on_found = source, tuple(frames), on_found
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._scan, name="statuses", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End it; what was found so far was told."""
        self._stopped.set()
        self._thread.join()

    def wait(self) -> None:
        """Until all is told."""
        self._thread.join()

    def _scan(self) -> None:
        found: dict[int, str] = {}
        broken: dict[int, str] = {}
        for index, frame in enumerate(self._frames):
            if self._stopped.is_set():
                return
            try:
                found[frame] = self._source.status(frame)
            except FsganError as error:
                broken[frame] = str(error)
            if index % _BATCH == _BATCH - 1:
                self._on_found(found, broken)
                found, broken = {}, {}
        if found or broken:
            self._on_found(found, broken)
