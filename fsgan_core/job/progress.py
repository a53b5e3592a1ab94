"""What the engine says while it works: one event each, as plain text, JSON lines or Open Job Description lines.

The pipeline reports to a `Progress`; which one the user sees is chosen by `--log`. Reporting is also the point
between two frames where a cancelled job stops.
"""

from __future__ import annotations

import json
import os
import re
import sys
from dataclasses import asdict, dataclass
from typing import Callable, Dict, List, Optional, TextIO

from fsgan_core.errors import CancelledError, FsganError

_LINE_BREAKS = re.compile(r"\s*[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+\s*")

LAST_EVENTS = ("finished", "failed")
"""One of them ends a run."""


@dataclass(frozen=True)
class ProgressEvent:
    """One thing that happened; fields that do not apply are None.

    Args:
        event: `step`, `frame`, `wrote`, `note`, `warning`, `failed` or `finished`.
        step: What is being done, such as "analyze plate".
        done: Frames of the step done so far.
        total: Frames of the step in all.
        frame: The frame's number on the plate.
        status: Of the frame, such as `swapped` or `no_face`.
        path: A file written, or the file an error is about.
        message: A sentence for the artist.
        exit_code: Of a failure.
    """

    event: str
    step: Optional[str] = None
    done: Optional[int] = None
    total: Optional[int] = None
    frame: Optional[int] = None
    status: Optional[str] = None
    path: Optional[str] = None
    message: Optional[str] = None
    exit_code: Optional[int] = None


class Progress:
    """Counts the frames of the running step and hands every event to `show`; this base class shows nothing.

    Args:
        cancelled_by: Gives the number of the signal that asked to stop, or None. Asked at every report.
    """

    def __init__(self, cancelled_by: Optional[Callable[[], Optional[int]]] = None) -> None:
        self._cancelled_by = cancelled_by
        self._step = ""
        self._done = 0
        self._total = 0

    def begin(self, step: str, total: int) -> None:
        """A step of `total` frames starts, such as "analyze plate".

        Raises:
            CancelledError: The user asked to stop.
        """
        self.stop_if_cancelled()
        self._step, self._done, self._total = step, 0, total
        self.show(ProgressEvent("step", step=step, done=0, total=total))

    def frame_done(self, frame: int, status: Optional[str] = None) -> None:
        """One frame of the step is complete; its number and what became of it.

        Raises:
            CancelledError: The user asked to stop. The frame itself is complete.
        """
        self._done += 1
        self.show(
            ProgressEvent("frame", step=self._step, done=self._done, total=self._total, frame=frame, status=status)
        )
        self.stop_if_cancelled()

    def wrote(self, path: str) -> None:
        """A file, or the pattern of a finished sequence, is on disk."""
        self.show(ProgressEvent("wrote", path=path))

    def note(self, message: str) -> None:
        """A sentence worth keeping in the log, such as the face that was chosen."""
        self.show(ProgressEvent("note", message=one_line(message)))

    def warn(self, message: str) -> None:
        """Something went less well than asked, and the work goes on."""
        self.show(ProgressEvent("warning", message=one_line(message)))

    def failed(self, error: FsganError) -> None:
        """The job ends here, with this error."""
        sentence = one_line(str(error))
        self.show(
            ProgressEvent("failed", message=sentence, path=error.path, frame=error.frame, exit_code=error.exit_code)
        )

    def finished(self, message: str) -> None:
        """The job is complete."""
        self.show(ProgressEvent("finished", message=one_line(message), exit_code=0))

    def stop_if_cancelled(self) -> None:
        """Leave the work if the user asked for it; call it where nothing is half-written.

        Raises:
            CancelledError: The user asked to stop.
        """
        signal_number = self._cancelled_by() if self._cancelled_by is not None else None
        if signal_number is not None:
            raise CancelledError("Cancelled. Frames written so far are complete.", signal_number=signal_number)

    def show(self, event: ProgressEvent) -> None:
        """Tell the user about one event; subclasses say how."""

    def close(self) -> None:
        """Give back the terminal, where a subclass has taken it."""


class LineProgress(Progress):
    """Writes every event as one line or more, flushed, so that a host can read along.

    A reader that goes away (a host that crashed) does not end the work: from then on nothing is written.

    Args:
        log_format: One of LOG_FORMATS.
        cancelled_by: As in Progress.
        stream: Where the lines go; standard output if None.
    """

    def __init__(
        self,
        log_format: str,
        cancelled_by: Optional[Callable[[], Optional[int]]] = None,
        stream: Optional[TextIO] = None,
    ) -> None:
        super().__init__(cancelled_by)
        self._lines_of = LOG_FORMATS[log_format]
        self._stream: Optional[TextIO] = stream if stream is not None else sys.stdout

    def show(self, event: ProgressEvent) -> None:
        """Write the event."""
        if self._stream is None:
            return
        try:
            for line in self._lines_of(event):
                self._stream.write(line + "\n")
            self._stream.flush()
        except BrokenPipeError:
            silence(self._stream)
            self._stream = None


def json_lines(event: ProgressEvent) -> List[str]:
    """One JSON object; fields that do not apply are left out."""
    return [json.dumps({name: value for name, value in asdict(event).items() if value is not None})]


def plain_lines(event: ProgressEvent) -> List[str]:
    """One readable line; `Progress: 37%` is what Deadline 10 and Tractor look for."""
    if event.event == "frame":
        return [f"Progress: {_percent(event):.0f}% {_frame_words(event)} ({event.done}/{event.total})"]
    if event.event == "failed":
        return [f"ERROR: {event.message}"]
    return [_other_words(event)]


def openjd_lines(event: ProgressEvent) -> List[str]:
    """Lines that an Open Job Description session understands: `openjd_progress`, `openjd_status`, `openjd_fail`."""
    if event.event == "frame":
        return [f"openjd_progress: {_percent(event):.1f}", f"openjd_status: {_frame_words(event)}"]
    if event.event == "step":
        return [f"openjd_status: {_other_words(event)}"]
    if event.event == "failed":
        return [f"openjd_fail: {event.message}"]
    return [_other_words(event)]


LOG_FORMATS: Dict[str, Callable[[ProgressEvent], List[str]]] = {
    "plain": plain_lines,
    "json": json_lines,
    "openjd": openjd_lines,
}


def one_line(text: str) -> str:
    """`text` without line breaks, so that one event stays one line."""
    return _LINE_BREAKS.sub(" ", text.strip())


def _frame_words(event: ProgressEvent) -> str:
    status = f" {event.status}" if event.status else ""
    return f"{event.step} frame {event.frame}{status}"


def _other_words(event: ProgressEvent) -> str:
    if event.event == "step":
        return f"{event.step}: 1 frame" if event.total == 1 else f"{event.step}: {event.total} frames"
    if event.event == "wrote":
        return f"wrote {event.path}"
    if event.event == "warning":
        return f"WARNING: {event.message}"
    return str(event.message)


def _percent(event: ProgressEvent) -> float:
    """How much of the step is done, 0 to 100."""
    return 100.0 * (event.done or 0) / event.total if event.total else 100.0


def silence_if_unread(stream: TextIO) -> None:
    """Flush a stream; where its reader is gone, point it at nothing."""
    try:
        stream.flush()
    except BrokenPipeError:
        silence(stream)


def silence(stream: TextIO) -> None:
    """Point a stream whose reader is gone at nothing, so that closing it at exit is no error."""
    try:
        descriptor = stream.fileno()
    except (OSError, ValueError):
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, descriptor)
    os.close(nowhere)
