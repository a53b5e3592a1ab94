"""Play, stop and step: the row of buttons between picture and timeline, and the clock behind them."""

from __future__ import annotations

from PyQt5.QtCore import QElapsedTimer, Qt, QTimer
from PyQt5.QtWidgets import QHBoxLayout, QLabel, QSpinBox, QToolButton, QWidget

from fsgan_viewer.session import ViewerSession

FRAME_RATE = 24.0


class Transport(QWidget):
    """Plays the session's frames, every one of them, at most at the frame rate.

    Args:
        session: What is played.
    """

    def __init__(self, session: ViewerSession) -> None:
        super().__init__()
        self._session = session
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.PreciseTimer)
        self._timer.setInterval(round(1000 / FRAME_RATE))
        self._timer.timeout.connect(self._advance)
        self._direction = 0
        self._clock = QElapsedTimer()
        self._shown = 0
        self.frame = QSpinBox()
        self.frame.setRange(-999999, 9999999)
        self.frame.setKeyboardTracking(False)
        self.frame.setButtonSymbols(QSpinBox.NoButtons)
        self.frame.setFixedWidth(66)
        self.frame.setAlignment(Qt.AlignCenter)
        self.frame.setFocusPolicy(Qt.ClickFocus)
        self.frame.setToolTip("Frame")
        self.frame.valueChanged.connect(session.go_to)
        self.rate = QLabel("")
        self.rate.setProperty("faint", True)
        self.value = QLabel("")
        self.value.setProperty("faint", True)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 2, 8, 2)
        row.setSpacing(4)
        row.addWidget(self.value, 1)
        for text, tip, action in (
            ("|<", "First frame (Home)", lambda: session.go_to(session.frames[0]) if session.frames else None),
            ("<", "Play backwards (J)", lambda: self.play(-1)),
            ("||", "Stop (K, space)", self.stop),
            (">", "Play (L)", lambda: self.play(1)),
            (">|", "Last frame (End)", lambda: session.go_to(session.frames[-1]) if session.frames else None),
        ):
            button = QToolButton()
            button.setText(text)
            button.setToolTip(tip)
            button.setFocusPolicy(Qt.NoFocus)
            button.clicked.connect(lambda _, action=action: action())
            row.addWidget(button)
        row.addWidget(self.frame)
        row.addWidget(self.rate, 1)
        session.frame_changed.connect(self._follow)

    @property
    def is_playing(self) -> bool:
        """Whether frames go by."""
        return self._direction != 0

    def play(self, direction: int) -> None:
        """Play forwards (1) or backwards (-1)."""
        self._direction = direction
        self._clock.restart()
        self._shown = 0
        self._timer.start()

    def stop(self) -> None:
        """Stay where we are."""
        self._direction = 0
        self._timer.stop()
        self.rate.setText("")

    def toggle(self) -> None:
        """Play, or stop."""
        if self.is_playing:
            self.stop()
        else:
            self.play(1)

    def _advance(self) -> None:
        """The next frame, once it can be shown at once; round the end."""
        frames = self._session.frames
        if len(frames) < 2:
            self.stop()
            return
        if not self._session.is_cached(self._session.frame) and self._session.frame not in self._session.broken:
            return
        at_end = self._session.frame == (frames[-1] if self._direction > 0 else frames[0])
        if at_end:
            self._session.go_to(frames[0] if self._direction > 0 else frames[-1])
        else:
            self._session.step(self._direction)
        self._shown += 1
        seconds = self._clock.elapsed() / 1000
        if seconds > 0.5:
            self.rate.setText(f"{self._shown / seconds:.1f} frames/s")
            if seconds > 2:
                self._clock.restart()
                self._shown = 0

    def _follow(self, frame: int) -> None:
        self.frame.blockSignals(True)
        self.frame.setValue(frame)
        self.frame.blockSignals(False)
