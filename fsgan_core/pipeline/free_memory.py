"""Gives freed memory back to the system, so that a long shot needs no more than a short one.

Frames of about one size are taken and freed by several threads; glibc keeps the holes between what stays. On 2000
frames that made a third more than on 50. Fixed thresholds of mmap help as well, and make every large array slower.
"""

from __future__ import annotations

import ctypes
import functools
import sys
from collections.abc import Callable

EVERY_FRAMES = 16
"""A trim takes about a millisecond."""


def trim_memory() -> None:
    """Give back free pages; does nothing where the C library is another than glibc."""
    trim = _malloc_trim()
    if trim is not None:
        trim(0)


@functools.lru_cache(maxsize=1)
def _malloc_trim() -> Callable[[int], int] | None:
    if not sys.platform.startswith("linux"):
        return None
    return getattr(ctypes.CDLL(None), "malloc_trim", None)
