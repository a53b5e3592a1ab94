"""Puppet mode: the face follows the map, the keys and the sliders, and the drag becomes a pose curve (Fig. 7)."""

from __future__ import annotations

import time

import numpy as np
from PyQt5.QtCore import QRectF, QSize, Qt, QTimer, pyqtSignal
from PyQt5.QtGui import QImage, QPainter, QPaintEvent
from PyQt5.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QPushButton, QSlider, QSpinBox, QVBoxLayout, QWidget

from fsgan_viewer.engine.puppet_client import PuppetClient, PuppetPicture
from fsgan_viewer.models.pose_recording import PoseRecording
from fsgan_viewer.style import BACKGROUND, FAINT, small_font

_KEY_STEP_DEG = 2.0
_KEYS = {
    Qt.Key_Left: (-1, 0, 0), Qt.Key_Right: (1, 0, 0), Qt.Key_Up: (0, 1, 0), Qt.Key_Down: (0, -1, 0),
    Qt.Key_Comma: (0, 0, -1), Qt.Key_Period: (0, 0, 1),
}  # fmt: skip
_LIMITS = (("yaw", 75), ("pitch", 75), ("roll", 45))


class PuppetPictureView(QWidget):
    """The face at its pose, as large as there is room."""

    def __init__(self) -> None:
        super().__init__()
        self.setMinimumSize(160, 160)
        self.sentence = "Start the puppet, then drag on the map."
        self._pixels: np.ndarray | None = None

    def sizeHint(self) -> QSize:
        """The size that the networks paint."""
        return QSize(256, 256)

    def show_pixels(self, pixels: np.ndarray | None) -> None:
        """Show (S, S, 3) uint8 sRGB, or nothing."""
        self._pixels = None if pixels is None else np.ascontiguousarray(pixels)
        self.update()

    @property
    def pixels(self) -> np.ndarray | None:
        """What is shown."""
        return self._pixels

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the face, or the sentence."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), BACKGROUND)
        side = min(self.width(), self.height())
        area = QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side)
        if self._pixels is None:
            painter.setFont(small_font(12))
            painter.setPen(FAINT)
            painter.drawText(area.adjusted(14, 14, -14, -14), int(Qt.AlignCenter | Qt.TextWordWrap), self.sentence)
        else:
            height, width = self._pixels.shape[:2]
            image = QImage(self._pixels.data, width, height, 3 * width, QImage.Format_RGB888)
            painter.setRenderHint(QPainter.SmoothPixmapTransform)
            painter.drawImage(area, image)
        painter.end()


class PuppetPanel(QWidget):
    """Start and stop, the face, three sliders, and the recording.

    Signals:
        start_asked: The artist wants a puppet.
        posed: (yaw, pitch, roll) degrees that were asked for.
        recorded: The PoseRecording, when it is stopped.
    """

    start_asked = pyqtSignal()
    posed = pyqtSignal(float, float, float)
    recorded = pyqtSignal(object)

    def __init__(self, client: PuppetClient) -> None:
        super().__init__()
        self.client = client
        self._recording: PoseRecording | None = None
        self.pose = (0.0, 0.0, 0.0)
        self.face = PuppetPictureView()
        self.toggle = QPushButton("Start puppet")
        self.toggle.setCheckable(True)
        self.toggle.setToolTip("fsgan puppet: the engine opens the source and answers poses (P)")
        self.record = QPushButton("Record")
        self.record.setCheckable(True)
        self.record.setEnabled(False)
        self.record.setToolTip("Record the drag as a pose curve (frame,yaw,pitch,roll) for fsgan pose --curve")
        self.first_frame = QSpinBox()
        self.first_frame.setRange(-999999, 9999999)
        self.first_frame.setValue(1001)
        self.first_frame.setButtonSymbols(QSpinBox.NoButtons)
        self.first_frame.setToolTip("First frame of the curve")
        self.words = QLabel("")
        self.words.setProperty("faint", True)
        self.words.setWordWrap(True)
        self.sliders = {name: self._slider(limit) for name, limit in _LIMITS}
        self.numbers = {name: QLabel("0.0") for name, _ in _LIMITS}
        self._lay_out()
        self._rate = QTimer(self)
        self._rate.setInterval(300)
        self._rate.timeout.connect(self._tell_rate)
        self.toggle.clicked.connect(self._toggled)
        self.record.clicked.connect(self._toggle_record)
        client.told.connect(self.words.setText)
        client.ready.connect(self._ready)
        client.pictured.connect(self._pictured)
        client.failed.connect(self._failed)
        client.ended.connect(self._ended)

    @property
    def is_recording(self) -> bool:
        """Whether poses are kept."""
        return self._recording is not None

    def go_to(self, yaw: float, pitch: float, roll: float | None = None) -> None:
        """Ask for a pose; roll stays where it is not named."""
        wanted = (yaw, pitch, self.pose[2] if roll is None else roll)
        yaw, pitch, roll = (
            min(max(angle, -float(limit)), float(limit)) for angle, (_, limit) in zip(wanted, _LIMITS, strict=True)
        )
        self.pose = (yaw, pitch, roll)
        for (name, _), angle in zip(_LIMITS, self.pose, strict=True):
            self.sliders[name].blockSignals(True)
            self.sliders[name].setValue(round(angle * 10))
            self.sliders[name].blockSignals(False)
            self.numbers[name].setText(f"{angle:.1f}")
        if self._recording is not None:
            self._recording.add(time.monotonic(), self.pose)
            self.words.setText(f"recording: {self._recording.frame_count} frames")
        self.client.ask_pose(self.pose)
        self.posed.emit(*self.pose)

    def press_key(self, key: int, large: bool) -> bool:
        """Turn by a key; whether it is one of ours.

        Args:
            key: Of Qt.
            large: Five times the step (Shift).
        """
        step = _KEYS.get(key)
        if step is None or not self.client.is_ready:
            return False
        size = _KEY_STEP_DEG * (5 if large else 1)
        self.go_to(*(angle + size * change for angle, change in zip(self.pose, step, strict=True)))
        return True

    def _toggled(self) -> None:
        if self.toggle.isChecked():
            self.face.sentence = "Opening the source ..."
            self.face.show_pixels(None)
            self.toggle.setText("Stop puppet")
            self.start_asked.emit()
        else:
            self.client.stop()

    def _toggle_record(self) -> None:
        if self.record.isChecked():
            self._recording = PoseRecording(self.first_frame.value())
            self._recording.add(time.monotonic(), self.pose)
            return
        recording, self._recording = self._recording, None
        if recording is not None:
            recording.add(time.monotonic(), self.pose)
            self.recorded.emit(recording)

    def _ready(self, _: object) -> None:
        self.record.setEnabled(True)
        self.words.setText("Drag on the map, or use the arrows, comma and period.")
        self._rate.start()
        self.go_to(*self.pose)

    def _pictured(self, picture: PuppetPicture) -> None:
        if picture.query is not None:
            self.face.show_pixels(picture.pixels)

    def _failed(self, sentence: str) -> None:
        self.face.sentence = sentence
        self.face.show_pixels(None)
        self.words.setText(sentence)

    def _ended(self) -> None:
        self._rate.stop()
        if self.record.isChecked():
            self.record.setChecked(False)
            self._toggle_record()
        self.record.setEnabled(False)
        self.toggle.setChecked(False)
        self.toggle.setText("Start puppet")

    def _tell_rate(self) -> None:
        rate = self.client.frames_per_second
        if rate and not self.is_recording:
            self.words.setText(f"{rate:.1f} frames/s")

    def _slider(self, limit: int) -> QSlider:
        slider = QSlider(Qt.Horizontal)
        slider.setRange(-limit * 10, limit * 10)
        slider.setFocusPolicy(Qt.NoFocus)
        slider.valueChanged.connect(lambda _: self._slid())
        return slider

    def _slid(self) -> None:
        self.go_to(*(self.sliders[name].value() / 10 for name, _ in _LIMITS))

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 4, 6, 4)
        row = QHBoxLayout()
        row.addWidget(self.toggle)
        row.addWidget(self.record)
        row.addWidget(QLabel("from"))
        row.addWidget(self.first_frame)
        column.addLayout(row)
        column.addWidget(self.face, 1)
        grid = QGridLayout()
        for place, (name, _) in enumerate(_LIMITS):
            self.sliders[name].setToolTip({"yaw": "Left and right arrow", "pitch": "Up and down arrow"}.get(
                name, "Comma and period"
            ))
            self.numbers[name].setMinimumWidth(40)
            grid.addWidget(QLabel(name), place, 0)
            grid.addWidget(self.sliders[name], place, 1)
            grid.addWidget(self.numbers[name], place, 2)
        column.addLayout(grid)
        column.addWidget(self.words)
