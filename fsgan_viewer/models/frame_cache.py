"""Pictures kept in memory up to a number of bytes; the one that was not asked for longest goes first."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar

Kept = TypeVar("Kept")


class FrameCache(Generic[Kept]):
    """A cache that several threads may use.

    Args:
        most_bytes: What it may hold. One thing larger than that is not kept.
    """

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._kept: OrderedDict[Hashable, tuple[Kept, int]] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> Kept | None:
        """What is kept under a key, or None."""
        with self._lock:
            found = self._kept.get(key)
            if found is None:
                return None
            self._kept.move_to_end(key)
            return found[0]

    def put(self, key: Hashable, value: Kept, size_bytes: int) -> None:
        """Keep a value, and let go of the oldest ones that no longer fit beside it."""
        with self._lock:
            self._drop(key)
            if size_bytes > self._most_bytes:
                return
            self._kept[key] = (value, size_bytes)
            self._bytes += size_bytes
            while self._bytes > self._most_bytes:
                self._drop(next(iter(self._kept)))

    def drop_where(self, is_stale: Callable[[Any], bool]) -> None:
        """Let go of everything whose key is stale."""
        with self._lock:
            for key in [key for key in self._kept if is_stale(key)]:
                self._drop(key)

    def clear(self) -> None:
        """Keep nothing."""
        with self._lock:
            self._kept.clear()
            self._bytes = 0

    @property
    def size_bytes(self) -> int:
        """What it holds."""
        return self._bytes

    def __contains__(self, key: Hashable) -> bool:
        """Whether something is kept under a key; asking does not count as use."""
        with self._lock:
            return key in self._kept

    def __len__(self) -> int:
        """How many things it holds."""
        return len(self._kept)

    def _drop(self, key: Hashable) -> None:
        found = self._kept.pop(key, None)
        if found is not None:
            self._bytes -= found[1]
