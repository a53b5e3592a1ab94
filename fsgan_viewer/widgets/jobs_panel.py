"""Start, stop and watch jobs: what the engine is asked to do, how far it is, and what it said."""

from __future__ import annotations

from PyQt5.QtCore import pyqtSignal
from PyQt5.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from fsgan_core.host.run_outcome import RunOutcome, RunState
from fsgan_core.job.progress import ProgressEvent
from fsgan_viewer.engine.command_runner import CommandRunner
from fsgan_viewer.engine.job_runner import JobRunner

_LOG_LINES = 2000


class JobsPanel(QWidget):
    """Buttons that ask for a job, and the job that runs.

    Signals:
        asked: "analyze", "swap", "appearance_map" or "evaluate".
    """

    asked = pyqtSignal(str)

    def __init__(self, runner: JobRunner, commands: CommandRunner) -> None:
        super().__init__()
        self.runner, self.commands = runner, commands
        self._last = ""
        self.frames = QLineEdit()
        self.frames.setPlaceholderText("all")
        self.frames.setToolTip("Frames to swap, such as 1001-1040x2,1050. Empty: as the job says")
        self.buttons = {
            kind: _button(text, tip, lambda _, kind=kind: self.asked.emit(kind))
            for kind, text, tip in (
                ("analyze", "Analyze plate", "fsgan analyze: find, follow and measure the faces (pass 1)"),
                ("swap", "Swap", "fsgan swap: write the layered EXR (pass 2)"),
                ("appearance_map", "Build map", "fsgan appearance-map: the source's views as in Fig. 5"),
                ("evaluate", "Evaluate", "fsgan evaluate: identity, flicker and bad frames of the result"),
            )
        }
        self.stop = _button("Stop", "Stop after the frame the engine is at; frames on disk are complete", self._stop)
        self.stop.setEnabled(False)
        self.words = QLabel("No job is running.")
        self.words.setWordWrap(True)
        self.bar = QProgressBar()
        self.bar.setRange(0, 100)
        self.log = QPlainTextEdit()
        self.log.setReadOnly(True)
        self.log.setMaximumBlockCount(_LOG_LINES)
        self._lay_out()
        for one in (runner, commands):
            one.started.connect(self._started)
            one.told.connect(self._told)
            one.moved.connect(self._moved)
            one.ended.connect(self._ended)
            one.failed.connect(self._failed)

    @property
    def is_running(self) -> bool:
        """Whether a job or a command runs."""
        return self.runner.is_running or self.commands.is_running

    def set_possible(self, kinds: dict[str, str]) -> None:
        """Which jobs can be asked for.

        Args:
            kinds: Job to the sentence that says why it cannot; "" where it can.
        """
        running = self.is_running
        for kind, button in self.buttons.items():
            reason = kinds.get(kind, "")
            button.setEnabled(not reason and not running)
            button.setStatusTip(reason)
            if reason:
                button.setToolTip(reason)

    def say(self, sentence: str) -> None:
        """A line for the log; the same sentence twice in a row is said once."""
        if sentence != self._last:
            self.log.appendPlainText(sentence)
        self._last = sentence

    def _stop(self) -> None:
        self.runner.cancel()
        self.commands.cancel()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        grid = QGridLayout()
        for place, button in enumerate(self.buttons.values()):
            grid.addWidget(button, place // 2, place % 2)
        column.addLayout(grid)
        row = QHBoxLayout()
        row.addWidget(QLabel("Frames"))
        row.addWidget(self.frames, 1)
        row.addWidget(self.stop)
        column.addLayout(row)
        column.addWidget(self.bar)
        column.addWidget(self.words)
        column.addWidget(self.log, 1)

    def _started(self, words: str) -> None:
        self.say(f"== {words}")
        self.words.setText("Starting the engine ...")
        self.bar.setValue(0)
        self._enable(running=True)

    def _told(self, event: ProgressEvent) -> None:
        if event.event in ("note", "warning", "failed", "finished"):
            self.say(event.message or "")
        elif event.event == "wrote":
            self.say(f"wrote {event.path}")
        elif event.event == "step":
            self.say(f"{event.step}: {event.total} frames")

    def _moved(self, state: RunState) -> None:
        self.words.setText(state.sentence())
        self.bar.setValue(state.percent)

    def _ended(self, outcome: RunOutcome) -> None:
        self.words.setText(outcome.message)
        self._enable(running=False)

    def _failed(self, sentence: str) -> None:
        self.say(sentence)
        self.words.setText(sentence)
        self._enable(running=False)

    def _enable(self, *, running: bool) -> None:
        self.stop.setEnabled(running)
        for button in self.buttons.values():
            button.setEnabled(not running)


def _button(text: str, tip: str, action: object) -> QPushButton:
    button = QPushButton(text)
    button.setToolTip(tip)
    button.clicked.connect(action)  # type: ignore[arg-type]
    return button
