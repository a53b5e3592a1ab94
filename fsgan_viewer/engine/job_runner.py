"""One job of the engine, started, followed and stopped by the window: a timer over `fsgan_core.host`."""

from __future__ import annotations

import threading

from PyQt5.QtCore import QObject, QTimer, pyqtSignal

from fsgan_core.errors import FsganError
from fsgan_core.host.engine_run import EngineRun, attach_run, start_run
from fsgan_core.host.find_engine import Engine, find_engine
from fsgan_core.host.run_outcome import RunState
from fsgan_core.job.progress import ProgressEvent
from fsgan_core.job.spec import Job

_POLL_MS = 150


class JobRunner(QObject):
    """Runs one job at a time, in the engine's own process, which outlives the window.

    Signals:
        started: The words by which the job goes.
        told: Every ProgressEvent.
        moved: The RunState after each poll that brought something.
        ended: The RunOutcome.
        failed: The sentence of a job that could not be started.
    """

    started = pyqtSignal(str)
    told = pyqtSignal(object)
    moved = pyqtSignal(object)
    ended = pyqtSignal(object)
    failed = pyqtSignal(str)
    _found = pyqtSignal(object, object, str)

    def __init__(self, engine: str = "") -> None:
        """A runner.

        Args:
            engine: Program, environment or checkout; "" leaves it to `find_engine`.
        """
        super().__init__()
        self._asked = engine
        self._run: EngineRun | None = None
        self._starting = False
        self._timer = QTimer(self)
        self._timer.setInterval(_POLL_MS)
        self._timer.timeout.connect(self._poll)
        self._found.connect(self._start)

    @property
    def is_running(self) -> bool:
        """Whether a job is being started or runs."""
        return self._starting or self._run is not None

    @property
    def state(self) -> RunState:
        """Of the running job."""
        return self._run.state if self._run is not None else RunState()

    @property
    def run_folder(self) -> str:
        """Where the running job's file, events and log lie; "" where none runs."""
        return self._run.folder.path if self._run is not None else ""

    def start(self, job: Job, words: str) -> None:
        """Start a job; looking for the engine takes a moment, which a thread waits for.

        Args:
            job: With absolute paths.
            words: What it is called on the panel.
        """
        if self.is_running:
            self.failed.emit("A job is running. Stop it first.")
            return
        self._starting = True

        def look() -> None:
            try:
                self._found.emit(find_engine(self._asked), job, words)
            except FsganError as error:
                self._found.emit(str(error), job, words)

        threading.Thread(target=look, name="find engine", daemon=True).start()

    def attach(self, out: str) -> bool:
        """Follow the run that writes `out` now, whoever started it; whether there is one."""
        if self.is_running or not out:
            return False
        run = attach_run(out)
        if run is None:
            return False
        self._follow(run, f"found running: {out}")
        return True

    def cancel(self) -> None:
        """Ask the job to stop after the frame it is at; what is on disk stays, and is complete."""
        if self._run is not None:
            self._run.cancel()

    def detach(self) -> None:
        """Follow the job no longer; it goes on."""
        self._timer.stop()
        self._run = None

    def _start(self, found: Engine | str, job: Job, words: str) -> None:
        self._starting = False
        if isinstance(found, str):
            self.failed.emit(found)
            return
        try:
            run = start_run(job, found)
        except FsganError as error:
            self.failed.emit(str(error))
            return
        self._follow(run, words)

    def _follow(self, run: EngineRun, words: str) -> None:
        self._run = run
        self.started.emit(words)
        self._timer.start()

    def _poll(self) -> None:
        run = self._run
        if run is None:
            return
        events: list[ProgressEvent] = run.poll()
        for event in events:
            self.told.emit(event)
        if events:
            self.moved.emit(run.state)
        if not run.is_running:
            self._timer.stop()
            self._run = None
            self.moved.emit(run.state)
            self.ended.emit(run.outcome)
