"""One run of the engine: started as a process of its own, followed through files, so that either side may crash."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import Any, Callable, Dict, List, Optional

from fsgan_core.errors import EngineError, OutputError
from fsgan_core.host.engine_environment import engine_environment
from fsgan_core.host.event_tail import EventTail, has_ended
from fsgan_core.host.find_engine import HOW_TO_INSTALL, Engine
from fsgan_core.host.run_folder import RunFolder, new_run_folder, past_runs, running_run
from fsgan_core.host.run_lock import busy_error
from fsgan_core.host.run_outcome import RunOutcome, RunState
from fsgan_core.job.job_file import write_job
from fsgan_core.job.progress import ProgressEvent
from fsgan_core.job.spec import Job

_LOG_TAIL_BYTES = 4000


class EngineRun:
    """A run as a host sees it. No method waits but `wait`; call them from one thread.

    Args:
        folder: The run's files.
        process: The engine's process where this host started it; None for a run found again or served.
        is_alive: Whether the engine still works on it, where there is no process to ask.
    """

    def __init__(
        self, folder: RunFolder, process: Optional[subprocess.Popen[bytes]], is_alive: Callable[[], bool]
    ) -> None:
        self.folder = folder
        self.state = RunState()
        self._process = process
        self._is_alive = is_alive
        self._tail = EventTail(folder.events)

    @property
    def is_running(self) -> bool:
        """Whether the run has no outcome yet; `poll` finds it."""
        return self.state.outcome is None

    @property
    def outcome(self) -> RunOutcome:
        """How it ended.

        Raises:
            ValueError: It has not; our own mistake.
        """
        if self.state.outcome is None:
            raise ValueError("the run has not ended")
        return self.state.outcome

    def poll(self) -> List[ProgressEvent]:
        """What happened since the last call; brings `state` up to date. Takes about a millisecond."""
        if not self.is_running:
            return []
        alive = self._engine_works()
        events = self._tail.read()
        for event in events:
            self.state = self.state.after(event)
        if not alive and not events and self.state.outcome is None:
            self.state = self.state.after(self._last_words())
        return events

    def wait(
        self, timeout_s: Optional[float] = None, on_event: Callable[[ProgressEvent], None] = lambda _: None
    ) -> bool:
        """Follow the run to its end, for hosts without a user interface; whether it ended.

        Args:
            timeout_s: How long at most; None means for as long as it takes.
            on_event: Hears every event.
        """
        deadline = None if timeout_s is None else time.monotonic() + timeout_s
        while self.is_running and (deadline is None or time.monotonic() < deadline):
            events = self.poll()
            for event in events:
                on_event(event)
            if not events and self.is_running:
                time.sleep(0.05)
        return not self.is_running

    def cancel(self, now: bool = False) -> None:
        """Ask the engine to stop after the frame it is at; what is on disk stays, and is complete.

        Args:
            now: End the process where it is; an unfinished frame is left out. Only for a run that this host started.
        """
        self.folder.ask_to_cancel()
        if self._process is not None and self._process.poll() is None:
            if now:
                self._process.kill()
            else:
                _signal(self._process)

    def _engine_works(self) -> bool:
        if self._process is not None:
            return self._process.poll() is None
        return self._is_alive()

    def _last_words(self) -> ProgressEvent:
        """The end of a run whose engine went without telling."""
        code = self._process.returncode if self._process is not None else None
        if self.folder.is_cancel_asked():
            sentence = "Cancelled. Frames written so far are complete."
            return ProgressEvent("failed", message=sentence, exit_code=128 + signal.SIGTERM)
        how = f"exit code {code}" if code is not None and code >= 0 else f"signal {-code}" if code else "no exit code"
        said = _tail_of(self.folder.log)
        sentence = (
            f"The engine ended before its work was done ({how}): it was killed, or it crashed. Frames written so far "
            f"are complete; render again to go on. {f'It said: {said}. ' if said else ''}The log is {self.folder.log}."
        )
        return ProgressEvent("failed", message=sentence, exit_code=code if code is not None and code > 0 else 1)


def start_run(job: Job, engine: Engine) -> EngineRun:
    """Start the engine on a job, in a process that outlives this host.

    Args:
        job: With absolute paths.
        engine: From `find_engine`.

    Raises:
        OutputError: Another render writes this output, or its folder cannot be written to. Nothing was changed.
        EngineError: The program does not start.
    """
    folder = prepare_run(job)
    command = [engine.program, "run", folder.job, "--run-folder", folder.path, "--log", "json"]
    return EngineRun(folder, start_detached(command, folder.log), lambda: False)


def attach_run(out: str) -> Optional[EngineRun]:
    """The run that writes `out` now, whoever started it; None where nobody does."""
    folder = running_run(out)
    if folder is None:
        return None
    return EngineRun(folder, None, lambda: running_run(out) == folder)


def last_run(out: str) -> Optional[EngineRun]:
    """The newest run of `out`, running or ended, for a host that was closed meanwhile; None where there was none."""
    folders = past_runs(out)
    return attach_run(out) or (EngineRun(folders[-1], None, lambda: False) if folders else None)


def prepare_run(job: Job) -> RunFolder:
    """A run folder with the job in it, for an output that nobody writes to.

    Raises:
        OutputError: Somebody does, or the folder cannot be written to.
    """
    out = os.path.abspath(job.out)
    busy = running_run(out)
    # One that has told its end holds the lock for a moment more: the next engine waits for it.
    if busy is not None and not has_ended(busy.events):
        raise busy_error(os.path.dirname(busy.path), busy.lock.holder())
    folder = new_run_folder(out)
    write_job(job, folder.job)
    return folder


def start_detached(command: List[str], log: str) -> subprocess.Popen[bytes]:
    """A process of its own group, without a window, that writes to a file and not to a pipe: it outlives its parent.

    Raises:
        EngineError: It does not start.
        OutputError: The log cannot be written.
    """
    options: Dict[str, Any] = {"start_new_session": True}
    if sys.platform == "win32":
        options = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW}
    try:
        handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
    except OSError as problem:
        raise OutputError(f"The engine's log cannot be written: {problem.strerror}.", path=log) from problem
    with os.fdopen(handle, "ab") as stream:
        try:
            return subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
                env=engine_environment(),
                cwd=os.path.dirname(log),
                **options,
            )
        except OSError as problem:
            sentence = f"The engine {command[0]} does not start ({problem.strerror}). {HOW_TO_INSTALL}"
            raise EngineError(sentence) from problem


def _signal(process: subprocess.Popen[bytes]) -> None:
    """SIGTERM; on Windows CTRL_BREAK, which does not reach a process with its own console: there the file helps."""
    try:
        if sys.platform == "win32":
            process.send_signal(signal.CTRL_BREAK_EVENT)
        else:
            process.send_signal(signal.SIGTERM)
    except OSError:
        return


def _tail_of(log: str) -> str:
    """The last line of a log that says something and is no event."""
    try:
        with open(log, "rb") as stream:
            stream.seek(0, os.SEEK_END)
            stream.seek(max(0, stream.tell() - _LOG_TAIL_BYTES))
            lines = stream.read().decode("utf-8", "replace").splitlines()
    except OSError:
        return ""
    said = [line.strip() for line in lines if line.strip() and not line.startswith("{")]
    return said[-1].rstrip(".") if said else ""
