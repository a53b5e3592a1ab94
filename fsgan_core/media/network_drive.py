"""Network drives that come and go: what failed because storage was out of reach is tried again, up to a limit.

A full disk, a missing right or a damaged file is no matter of patience and fails at once.
"""

from __future__ import annotations

import errno
import logging
import os
import time
from collections.abc import Callable, Iterator
from typing import NoReturn, TypeVar

from fsgan_core.errors import FsganError, JobError

Done = TypeVar("Done")

LIMIT_VARIABLE = "FSGAN_RETRY_SECONDS"
DEFAULT_LIMIT_SECONDS = 60.0
"""A server that fails over or a switch that restarts is back within a minute; a farm has its own retries beyond."""
_FIRST_WAIT_SECONDS = 0.25
_LONGEST_WAIT_SECONDS = 8.0

_NAMES = (
    "EIO", "ESTALE", "ETIMEDOUT", "EHOSTDOWN", "EHOSTUNREACH", "ENETDOWN", "ENETUNREACH", "ENETRESET", "ENOTCONN",
    "ECONNRESET", "ECONNABORTED", "ECONNREFUSED", "EREMOTEIO", "ENOLINK", "ESHUTDOWN", "ENXIO", "ENODEV",
)  # fmt: skip
OUT_OF_REACH = frozenset(getattr(errno, name) for name in _NAMES if hasattr(errno, name))
"""What the system says of storage that is gone for now."""

logger = logging.getLogger("fsgan.storage")


class FolderGone(OSError):
    """A folder that was there a moment ago is not: its drive is out of reach."""

    def __init__(self) -> None:
        super().__init__(errno.ESTALE, os.strerror(errno.ESTALE))


def with_patience(action: Callable[[], Done], sleep: Callable[[float], None] = time.sleep) -> Done:
    """What `action` gives, tried again while storage is out of reach.

    Args:
        action: Whole and repeatable: reads or writes one file, complete or not at all.
        sleep: Waits some seconds.

    Raises:
        FsganError: Whatever `action` raises for another reason, or still raises after the limit.
        JobError: FSGAN_RETRY_SECONDS is no number of seconds.
    """
    waits = _waits(limit_seconds())
    while True:
        try:
            return action()
        except FsganError as error:
            if not is_out_of_reach(error):
                raise
            wait = next(waits, None)
            if wait is None:
                raise
            logger.warning("%s Trying again in %.1f s.", error, wait)
            sleep(wait)


def is_out_of_reach(error: BaseException) -> bool:
    """Whether an error comes from storage that is gone for now."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, OSError) and cause.errno in OUT_OF_REACH:
            return True
        cause = cause.__cause__
    return False


def raise_if_unreachable(path: str, error: FsganError) -> None:
    """Name the drive as the reason of a failed read where it is the reason: libraries only say that reading failed.

    Raises:
        FsganError: `error` itself, caused by what the system says, where the file or its folder is out of reach.
    """
    if is_out_of_reach(error):
        return
    if not os.path.isdir(os.path.dirname(path) or "."):
        raise error from FolderGone()
    try:
        with open(path, "rb") as file:
            while file.read(1 << 20):
                pass
    except OSError as problem:
        if problem.errno in OUT_OF_REACH:
            raise error from problem


def limit_seconds() -> float:
    """How long storage is waited for: FSGAN_RETRY_SECONDS, or a minute; 0 means not at all.

    Raises:
        JobError: The variable holds no number of seconds.
    """
    text = os.environ.get(LIMIT_VARIABLE, "")
    if not text:
        return DEFAULT_LIMIT_SECONDS
    try:
        seconds = float(text)
    except ValueError:
        _refuse(text)
    return seconds if 0 <= seconds <= 86400 else _refuse(text)


def _refuse(text: str) -> NoReturn:
    raise JobError(f"{LIMIT_VARIABLE} is {text!r}; it must be seconds, 0 to 86400.")


def _waits(limit: float) -> Iterator[float]:
    """Waits that double up to some seconds, all together no longer than the limit."""
    wait, left = _FIRST_WAIT_SECONDS, limit
    while left > 0:
        yield min(wait, left)
        left -= wait
        wait = min(2 * wait, _LONGEST_WAIT_SECONDS)
