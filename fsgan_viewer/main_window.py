"""The window: picture and timeline in the middle, map, faces, jobs and files on the right, and the keys."""

from __future__ import annotations

from collections.abc import Callable

from PyQt5.QtCore import QEvent, QObject, Qt
from PyQt5.QtGui import QCloseEvent, QKeyEvent, QKeySequence
from PyQt5.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QLabel,
    QLineEdit,
    QMainWindow,
    QMessageBox,
    QPlainTextEdit,
    QShortcut,
    QSplitter,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from fsgan_viewer.engine.command_runner import CommandRunner
from fsgan_viewer.engine.job_runner import JobRunner
from fsgan_viewer.engine.puppet_client import PuppetClient
from fsgan_viewer.job_presenter import JobPresenter
from fsgan_viewer.models.opened_shot import ShotFiles
from fsgan_viewer.session import ViewerSession
from fsgan_viewer.shot_presenter import ShotPresenter, ShotWidgets
from fsgan_viewer.widgets.jobs_panel import JobsPanel
from fsgan_viewer.widgets.layer_bar import LayerBar
from fsgan_viewer.widgets.puppet_panel import PuppetPanel
from fsgan_viewer.widgets.transport import Transport

_TYPING = (QLineEdit, QPlainTextEdit, QAbstractSpinBox)


class MainWindow(QMainWindow):
    """The viewer of one shot.

    Args:
        files: The shot.
        engine: Program, environment or checkout of the engine; "" leaves it to the search.
    """

    def __init__(self, files: ShotFiles, engine: str = "") -> None:
        super().__init__()
        self.session = ViewerSession(ShotFiles())
        self.widgets = ShotWidgets()
        self.shot = ShotPresenter(self.session, self.widgets)
        self.bar = LayerBar(self.session)
        self.transport = Transport(self.session)
        self.jobs = JobsPanel(JobRunner(engine), CommandRunner(engine))
        self.puppet = PuppetPanel(PuppetClient(engine))
        self.job_presenter = JobPresenter(self.session, self.shot, self.jobs, self.puppet)
        self.message = QLabel("")
        self._lay_out()
        self._connect()
        self._add_keys()
        self.open(files)

    def open(self, files: ShotFiles) -> None:
        """Open a shot."""
        self.setWindowTitle(f"{files.name}   FSGAN viewer")
        self.session.open(files)
        self.shot.show_shot()
        self.bar.follow()
        self.job_presenter.show_possible()
        self.job_presenter.attach()

    def say(self, sentence: str) -> None:
        """Show a sentence below, and keep it in the log."""
        self.message.setText(sentence)
        self.message.setToolTip(sentence)
        self.jobs.say(sentence)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrows turn the puppet while its tab is open; else they step through the frames."""
        if event.type() == QEvent.KeyPress and isinstance(event, QKeyEvent) and self.isActiveWindow():
            if isinstance(QApplication.focusWidget(), _TYPING):
                return False
            if self.tabs.currentIndex() == 0 and self.puppet.press_key(
                event.key(), bool(event.modifiers() & Qt.ShiftModifier)
            ):
                return True
            step = {Qt.Key_Left: -1, Qt.Key_Right: 1}.get(event.key())
            if step is not None:
                self.transport.stop()
                self.session.step(step * (10 if event.modifiers() & Qt.ShiftModifier else 1))
                return True
        return False

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask about corrections that are not saved; end the puppet and the reader threads. A job goes on."""
        editor = self.shot.editor
        if editor is not None and editor.is_changed and self.isVisible():
            choices = QMessageBox.Save | QMessageBox.Discard | QMessageBox.Cancel
            answer = QMessageBox.question(self, "FSGAN viewer", "Save the corrections?", choices)
            if answer == QMessageBox.Cancel:
                event.ignore()
                return
            if answer == QMessageBox.Save:
                self.shot.save()
        self.shut_down()
        event.accept()

    def shut_down(self) -> None:
        """End threads and the puppet's process."""
        QApplication.instance().removeEventFilter(self)
        self.transport.stop()
        self.jobs.runner.detach()
        self.job_presenter.close()
        self.shot.close()
        self.session.close()

    def _lay_out(self) -> None:
        self.addToolBar(self.bar)
        picture = QWidget()
        column = QVBoxLayout(picture)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.widgets.view, 1)
        column.addWidget(self.transport)
        left = QSplitter(Qt.Vertical)
        left.addWidget(picture)
        left.addWidget(self.widgets.timeline)
        left.setStretchFactor(0, 1)
        left.setSizes([700, 210])
        map_tab = QSplitter(Qt.Vertical)
        map_tab.addWidget(self.widgets.map)
        map_tab.addWidget(self.puppet)
        map_tab.setSizes([470, 380])
        self.tabs = QTabWidget()
        for words, panel in (
            ("Map", map_tab),
            ("Faces", self.widgets.faces),
            ("Jobs", self.jobs),
            ("Shot", self.widgets.shot),
        ):
            self.tabs.addTab(panel, words)
        self.tabs.setFocusPolicy(Qt.NoFocus)
        self.tabs.setMinimumWidth(330)
        main = QSplitter(Qt.Horizontal)
        main.addWidget(left)
        main.addWidget(self.tabs)
        main.setStretchFactor(0, 1)
        main.setSizes([1080, 380])
        self.setCentralWidget(main)
        self.statusBar().addWidget(self.message, 1)
        self.statusBar().setSizeGripEnabled(False)
        self.resize(1480, 960)

    def _connect(self) -> None:
        self.shot.said.connect(self.say)
        self.job_presenter.said.connect(self.say)
        self.bar.overlay_changed.connect(self._set_overlay)
        self.widgets.view.hovered.connect(self._show_value)
        self.widgets.map.view_picked.connect(
            lambda frame: self.say(f"view of source frame {frame}") if "source" in self.session.sources else None
        )
        QApplication.instance().installEventFilter(self)

    def _add_keys(self) -> None:
        session, view, bar = self.session, self.widgets.view, self.bar
        keys: dict[str, Callable[[], object]] = {
            "J": lambda: self.transport.play(-1),
            "K": self.transport.stop,
            "L": lambda: self.transport.play(1),
            "Space": self.transport.toggle,
            "Home": lambda: session.go_to(session.frames[0]) if session.frames else None,
            "End": lambda: session.go_to(session.frames[-1]) if session.frames else None,
            "N": lambda: self.shot.next_bad_frame(1),
            "Shift+N": lambda: self.shot.next_bad_frame(-1),
            "R": lambda: bar.toggle_channel("r"),
            "G": lambda: bar.toggle_channel("g"),
            "B": lambda: bar.toggle_channel("b"),
            "A": lambda: bar.toggle_channel("a"),
            "W": bar.wipe.toggle,
            "D": bar.faces.toggle,
            "O": bar.onion.toggle,
            "F": view.fit,
            "1": lambda: view.zoom_to(1.0),
            "2": lambda: view.zoom_to(2.0),
            "PgUp": lambda: bar.next_layer(-1),
            "PgDown": lambda: bar.next_layer(1),
            "-": lambda: bar.exposure.setValue(bar.exposure.value() - 0.5),
            "=": lambda: bar.exposure.setValue(bar.exposure.value() + 0.5),
            "0": lambda: bar.exposure.setValue(0.0),
            "C": self.widgets.faces.correct.toggle,
            "Shift+B": self.widgets.faces.bind.toggle,
            "P": self.puppet.toggle.click,
            "Ctrl+Z": self.shot.undo,
            "Ctrl+S": self.shot.save,
            "F5": self._reload,
            "Ctrl+Q": self.close,
        }
        for key, action in keys.items():
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.activated.connect(action)

    def _reload(self) -> None:
        """Read everything anew."""
        self.session.reload()
        self.shot.read_map()
        self.shot.read_report()
        self.shot.scan_statuses()
        self.job_presenter.show_possible()

    def _set_overlay(self, faces: bool, onion: bool) -> None:
        self.shot.overlay.is_shown, self.shot.overlay.with_onion = faces, onion
        self.widgets.view.update()

    def _show_value(self, x: float, y: float) -> None:
        """The stored numbers under the pointer."""
        found = self.widgets.view.value_at(x, y)
        if found is None:
            self.transport.value.setText("")
            return
        names, numbers = found
        words = "  ".join(f"{name} {float(number):.4g}" for name, number in zip(names, numbers, strict=True))
        self.transport.value.setText(f"x {int(x)}  y {int(y)}    {words}")
