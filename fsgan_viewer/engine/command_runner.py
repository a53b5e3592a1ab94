"""A command of the engine that is no job of its own (`fsgan evaluate`), started, followed and stopped by the window."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import fields

from PyQt5.QtCore import QObject, QProcess, QProcessEnvironment, pyqtSignal

from fsgan_core.errors import FsganError
from fsgan_core.host.engine_environment import engine_environment
from fsgan_core.host.find_engine import locate_engine
from fsgan_core.host.run_outcome import RunOutcome, RunState
from fsgan_core.job.progress import ProgressEvent

_END_MS = 3000
_ENTRIES = frozenset(field.name for field in fields(ProgressEvent))


class CommandRunner(QObject):
    """Runs one command at a time; it ends with the window. The signals are those of `JobRunner`."""

    started = pyqtSignal(str)
    told = pyqtSignal(object)
    moved = pyqtSignal(object)
    ended = pyqtSignal(object)
    failed = pyqtSignal(str)

    def __init__(self, engine: str = "") -> None:
        super().__init__()
        self._asked = engine
        self._process: QProcess | None = None
        self._buffer = b""
        self.state = RunState()

    @property
    def is_running(self) -> bool:
        """Whether there is a process."""
        return self._process is not None

    def start(self, arguments: Sequence[str], words: str) -> None:
        """Start `fsgan ARGUMENTS --log json`."""
        try:
            program = locate_engine(self._asked)
        except FsganError as error:
            self.failed.emit(str(error))
            return
        process = QProcess(self)
        variables = QProcessEnvironment()
        for name, value in engine_environment().items():
            variables.insert(name, value)
        process.setProcessEnvironment(variables)
        process.readyReadStandardOutput.connect(self._read)
        process.finished.connect(lambda code, _: self._over(code))
        process.errorOccurred.connect(lambda _: self._over(1))
        self._process, self._buffer, self.state = process, b"", RunState()
        self.started.emit(words)
        process.start(program, [*arguments, "--log", "json"])

    def cancel(self) -> None:
        """Ask it to stop."""
        if self._process is not None:
            self._process.terminate()

    def close(self) -> None:
        """End it, and wait for its end."""
        process, self._process = self._process, None
        if process is not None:
            process.blockSignals(True)
            process.terminate()
            if not process.waitForFinished(_END_MS):
                process.kill()
                process.waitForFinished(_END_MS)

    def _read(self) -> None:
        if self._process is None:
            return
        *lines, self._buffer = (self._buffer + bytes(self._process.readAllStandardOutput())).split(b"\n")
        for line in lines:
            try:
                content = json.loads(line)
                event = ProgressEvent(**{name: content[name] for name in content if name in _ENTRIES})
            except (ValueError, TypeError):
                continue  # what a library printed is no event
            self.state = self.state.after(event)
            self.told.emit(event)
            self.moved.emit(self.state)

    def _over(self, code: int) -> None:
        process = self._process
        if process is None:
            return
        self._read()
        said = bytes(process.readAllStandardError()).decode("utf-8", "replace").strip().splitlines()
        self._process = None
        process.deleteLater()
        outcome = self.state.outcome or RunOutcome(code, said[-1] if said else f"It ended with exit code {code}.")
        self.ended.emit(outcome)
