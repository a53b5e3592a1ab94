"""Progress as a bar, for people at a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.progress import Progress as RichProgress
from rich.table import Column

from fsgan_core.job.progress import Progress, ProgressEvent

LONGEST_STEP = 40
"""Longer names would leave no room for the bar on a terminal of 80 columns."""


class BarProgress(Progress):
    """One bar a step with the frame, the time left and what became of the frames; messages scroll above it.

    Args:
        cancelled_by: As in Progress.
        console: Where to draw.
    """

    def __init__(self, cancelled_by: Callable[[], int | None] | None, console: Console) -> None:
        super().__init__(cancelled_by)
        self._console = console
        self._statuses: Counter[str] = Counter()
        self._task: TaskID | None = None
        self._bars = RichProgress(
            TextColumn("{task.description}", table_column=Column(no_wrap=True)),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[detail]}"),
            console=console,
        )

    def show(self, event: ProgressEvent) -> None:
        """Move the bar, or print the message above it."""
        if event.event == "step":
            self._begin(event)
        elif event.event == "frame":
            self._advance(event)
        elif event.event == "failed":
            self.close()
            self._say(f"[bold red]ERROR:[/] {escape(event.message or '')}")
        elif event.event == "warning":
            self._say(f"[yellow]WARNING:[/] {escape(event.message or '')}")
        elif event.event == "wrote":
            self._say(f"wrote {escape(event.path or '')}")
        else:
            if event.event == "finished":
                self.close()
            self._say(escape(event.message or ""))

    def close(self) -> None:
        """Leave the finished bars as they are and give back the terminal."""
        self._bars.stop()

    def _begin(self, event: ProgressEvent) -> None:
        self._statuses.clear()
        self._bars.start()
        self._task = self._bars.add_task(escape(shortened(event.step or "")), total=event.total, detail="")

    def _advance(self, event: ProgressEvent) -> None:
        if event.status:
            self._statuses[event.status] += 1
        detail = "  ".join(f"{count} {status}" for status, count in self._statuses.items())
        if self._task is not None:
            self._bars.update(self._task, completed=event.done, detail=escape(detail))

    def _say(self, text: str) -> None:
        self._console.print(text, soft_wrap=True, highlight=False)


def shortened(step: str) -> str:
    """A name of at most LONGEST_STEP characters: what is done, and the end of the path, which tells shots apart."""
    if len(step) <= LONGEST_STEP:
        return step
    head = LONGEST_STEP * 2 // 5
    return f"{step[:head]}…{step[head + 1 - LONGEST_STEP :]}"
