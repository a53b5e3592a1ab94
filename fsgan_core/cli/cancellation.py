"""SIGINT and SIGTERM as a wish to stop: honoured between two frames, at once when it comes a second time."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from fsgan_core.errors import CancelledError

_STOP_SIGNALS = [signal.SIGINT, signal.SIGTERM]
if sys.platform == "win32":
    _STOP_SIGNALS.append(signal.SIGBREAK)  # what a host can send there


class Cancellation:
    """Whether, and by which signal, the user asked to stop."""

    def __init__(self) -> None:
        self._signal_number: int | None = None

    def __call__(self) -> int | None:
        """The number of the signal, or None."""
        return self._signal_number

    def ask(self, signal_number: int, _frame: FrameType | None = None) -> None:
        """Remember the signal; installed as the handler of SIGINT and SIGTERM.

        Raises:
            CancelledError: The user had asked before and does not want to wait.
        """
        if self._signal_number is not None:
            raise CancelledError("Cancelled at once; an unfinished frame is left out.", signal_number=signal_number)
        self._signal_number = signal_number


@contextmanager
def cancellation() -> Iterator[Cancellation]:
    """Catch SIGINT and SIGTERM while a job runs, and give both back afterwards."""
    asked = Cancellation()
    before = {number: signal.signal(number, asked.ask) for number in _STOP_SIGNALS}
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
