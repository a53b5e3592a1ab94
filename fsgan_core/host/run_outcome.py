"""How a run ended, and how far it has come: what a panel shows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Dict, Optional, Tuple, Type

from fsgan_core.errors import (
    CancelledError,
    EngineError,
    FaceError,
    FsganError,
    JobError,
    OutputError,
    PlateError,
    StageMissingError,
)
from fsgan_core.job.progress import ProgressEvent

CANCELLED = (130, 143)
_ERRORS: Dict[int, Type[FsganError]] = {
    error.exit_code: error for error in (JobError, PlateError, StageMissingError, FaceError, EngineError, OutputError)
}


@dataclass(frozen=True)
class RunOutcome:
    """The end of a run.

    Args:
        exit_code: As of the program `fsgan`: 0 ok, else that of the error.
        message: One sentence for the artist.
        path: The file that an error is about.
        frame: The frame that an error is about.
    """

    exit_code: int
    message: str
    path: Optional[str] = None
    frame: Optional[int] = None

    @property
    def is_ok(self) -> bool:
        """Whether everything that was asked for is on disk."""
        return self.exit_code == 0

    @property
    def is_cancelled(self) -> bool:
        """Whether somebody stopped it."""
        return self.exit_code in CANCELLED

    def error(self) -> Optional[FsganError]:
        """The error that the engine met; None where all went well."""
        if self.is_ok:
            return None
        if self.is_cancelled:
            return CancelledError(self.message, signal_number=self.exit_code - 128)
        return _ERRORS.get(self.exit_code, FsganError)(self.message, path=self.path, frame=self.frame)

    def raise_if_failed(self) -> None:
        """Raise the engine's error, cancelling included, in the host.

        Raises:
            FsganError: The one that the engine met.
        """
        error = self.error()
        if error is not None:
            raise error


@dataclass(frozen=True)
class RunState:
    """How far a run has come.

    Args:
        step: What is being done, such as "analyze plate".
        done: Frames of the step done.
        total: Frames of the step in all.
        frame: The last frame done.
        message: The last sentence worth showing.
        warnings: What went less well than asked.
        wrote: Files and sequence patterns that are on disk, in order.
        outcome: How it ended; None while it runs.
    """

    step: str = "starting"
    done: int = 0
    total: int = 0
    frame: Optional[int] = None
    message: str = ""
    warnings: Tuple[str, ...] = ()
    wrote: Tuple[str, ...] = ()
    outcome: Optional[RunOutcome] = None

    @property
    def percent(self) -> int:
        """Of the running step, 0 to 100."""
        return min(100, 100 * self.done // self.total) if self.total else 0

    def sentence(self) -> str:
        """One line for a status knob."""
        if self.outcome is not None:
            return self.outcome.message
        if not self.total:
            return self.message or f"{self.step} ..."
        return f"{self.step}: {self.done} of {self.total}"

    def after(self, event: ProgressEvent) -> RunState:
        """The state once `event` has happened."""
        if event.event in ("step", "frame"):
            return replace(
                self, step=event.step or self.step, done=event.done or 0, total=event.total or 0, frame=event.frame
            )
        if event.event == "wrote":
            return replace(self, wrote=(*self.wrote, event.path or ""))
        if event.event == "warning":
            return replace(self, warnings=(*self.warnings, event.message or ""))
        if event.event == "failed":
            code = event.exit_code if event.exit_code is not None else 1
            outcome = RunOutcome(code, event.message or "The engine failed.", event.path, event.frame)
            return replace(self, outcome=outcome)
        if event.event == "finished":
            return replace(self, outcome=RunOutcome(0, event.message or "Done."))
        return replace(self, message=event.message or self.message)
