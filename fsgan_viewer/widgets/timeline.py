"""The timeline: status of every frame, frames to look at, curves in lanes, and the frame that is looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from PyQt5.QtCore import QEvent, QPointF, QRectF, QSize, Qt, pyqtSignal
from PyQt5.QtGui import QHelpEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap, QPolygonF, QWheelEvent
from PyQt5.QtWidgets import QToolTip, QWidget

from fsgan_viewer.models.bad_frames import BadFrame
from fsgan_viewer.models.shot_curves import GROUPS, POSE, Curve, limits_of
from fsgan_viewer.style import (
    ACCENT,
    BACKGROUND,
    CURVE_COLOURS,
    ERROR,
    FAINT,
    FIELD,
    LINE,
    STATUS_COLOURS,
    TEXT,
    UNKNOWN,
    WARNING,
    small_font,
)

_LEFT, _RIGHT, _TOP = 78, 12, 18
_STRIP, _MARKS = 7, 8
_LANE_GAP = 3


class Timeline(QWidget):
    """Shows a shot's frames from left to right; a drag scrubs.

    Signals:
        scrubbed: The frame that the artist goes to.
    """

    scrubbed = pyqtSignal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setMinimumHeight(110)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WA_OpaquePaintEvent)
        self._frames: tuple[int, ...] = ()
        self._range = (1.0, 2.0)
        self._frame = 1
        self._curves: list[Curve] = []
        self._statuses: Mapping[int, str] = {}
        self._bad: Mapping[int, Sequence[BadFrame]] = {}
        self._keys: Sequence[int] = ()
        self._absent: Mapping[str, str] = {}
        self._still: QPixmap | None = None

    def sizeHint(self) -> QSize:
        """Room for four lanes."""
        return QSize(900, 210)

    def set_frames(self, frames: tuple[int, ...]) -> None:
        """The shot's frames; shows all of them."""
        self._frames = frames
        self._range = (frames[0] - 0.5, frames[-1] + 0.5) if frames else (0.5, 1.5)
        self._redraw()

    def set_frame(self, frame: int) -> None:
        """Move the playhead."""
        self._frame = frame
        self.update()

    def set_curves(self, curves: list[Curve], absent: Mapping[str, str]) -> None:
        """The lines of the lanes.

        Args:
            curves: All lines.
            absent: Lane to the sentence that stands in it where it has no line.
        """
        self._curves, self._absent = curves, absent
        self._redraw()

    def set_statuses(self, statuses: Mapping[int, str]) -> None:
        """Frame to what became of it."""
        self._statuses = statuses
        self._redraw()

    def set_bad_frames(self, bad: Mapping[int, Sequence[BadFrame]]) -> None:
        """Frames to look at, and why."""
        self._bad = bad
        self._redraw()

    def set_keys(self, keys: Sequence[int]) -> None:
        """Frames with a correction."""
        self._keys = keys
        self._redraw()

    def x_of(self, frame: float) -> float:
        """Widget px of a frame's middle."""
        first, last = self._range
        return _LEFT + (frame - first) / (last - first) * (self.width() - _LEFT - _RIGHT)

    def frame_at(self, x: float) -> int:
        """The frame under widget px."""
        first, last = self._range
        share = (x - _LEFT) / max(self.width() - _LEFT - _RIGHT, 1)
        return int(round(first + share * (last - first)))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go to the frame under the pointer."""
        if event.button() == Qt.LeftButton:
            self.scrubbed.emit(self.frame_at(event.x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Scrub."""
        if event.buttons() & Qt.LeftButton:
            self.scrubbed.emit(self.frame_at(event.x()))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Show all frames again."""
        self.set_frames(self._frames)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Show fewer or more frames, about the pointer."""
        if not self._frames:
            return
        first, last = self._range
        about = self.frame_at(event.pos().x())
        factor = 0.8 if event.angleDelta().y() > 0 else 1.25
        lowest, highest = self._frames[0] - 0.5, self._frames[-1] + 0.5
        first, last = about + (first - about) * factor, about + (last - about) * factor
        if last - first < 4:
            return
        self._range = (max(first, lowest), min(last, highest))
        self._redraw()

    def event(self, event: QEvent) -> bool:
        """Say under the pointer what a frame's numbers are."""
        if event.type() == QEvent.ToolTip and isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self.words_of(self.frame_at(event.x())), self)
            return True
        return super().event(event)

    def words_of(self, frame: int) -> str:
        """A frame's status, what is wrong with it, and the value of every curve."""
        lines = [f"frame {frame}  {self._statuses.get(frame, '')}".strip()]
        lines += [bad.reason for bad in self._bad.get(frame, ())]
        for curve in self._curves:
            value = curve.at(frame)
            if value is not None:
                lines.append(f"{curve.name} {value:.3g} {curve.unit}".rstrip())
        return "\n".join(lines)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw what rarely changes from a picture of it, and the playhead over it."""
        if self._still is None or self._still.size() != self.size():
            self._still = self._drawn()
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._still)
        x = self.x_of(self._frame)
        painter.setPen(QPen(ACCENT, 1))
        painter.drawLine(QPointF(x, _TOP - 3), QPointF(x, self.height()))
        painter.setFont(small_font())
        painter.setPen(TEXT)
        painter.drawText(QRectF(x - 40, 0, 80, _TOP - 3), int(Qt.AlignCenter), str(self._frame))
        self._paint_values(painter)
        painter.end()

    def _redraw(self) -> None:
        self._still = None
        self.update()

    def _drawn(self) -> QPixmap:
        still = QPixmap(self.size())
        still.fill(BACKGROUND)
        painter = QPainter(still)
        painter.setFont(small_font())
        self._paint_ruler(painter)
        self._paint_statuses(painter)
        for group, lane in self._lanes():
            self._paint_lane(painter, group, lane)
        painter.end()
        return still

    def _lanes(self) -> list[tuple[str, QRectF]]:
        """The lanes from above; three angles need twice the room of one line."""
        top = float(_TOP + _STRIP + _MARKS + 2)
        shares = [2 if group == POSE else 1 for group in GROUPS]
        unit = max(self.height() - top, 20) / sum(shares)
        lanes = []
        for group, share in zip(GROUPS, shares, strict=True):
            lanes.append((group, QRectF(_LEFT, top, self.width() - _LEFT - _RIGHT, share * unit - _LANE_GAP)))
            top += share * unit
        return lanes

    def _paint_ruler(self, painter: QPainter) -> None:
        first, last = self._range
        room = max(self.width() - _LEFT - _RIGHT, 1) / 64
        step = next((n for n in (1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500) if (last - first) / n <= room), 1000)
        painter.setPen(FAINT)
        for frame in range(int(np.ceil(first / step)) * step, int(last) + 1, step):
            x = self.x_of(frame)
            painter.drawLine(QPointF(x, _TOP - 5), QPointF(x, _TOP - 2))
            painter.drawText(QRectF(x - 30, 0, 60, _TOP - 5), int(Qt.AlignCenter), str(frame))

    def _paint_statuses(self, painter: QPainter) -> None:
        """A strip of colours, one a frame; below it the frames to look at, and the corrections."""
        width = max(self.x_of(1) - self.x_of(0), 1.0)
        there = set(self._frames)
        first, last = (self._frames[0], self._frames[-1]) if self._frames else (0, -1)
        step = int(np.diff(self._frames).min()) if len(self._frames) > 1 else 1
        for frame in range(first, last + 1, step):
            status = self._statuses.get(frame, "") if frame in there else "missing"
            area = QRectF(self.x_of(frame) - width / 2, _TOP, max(width - 0.4, 1.0), _STRIP)
            painter.fillRect(area, STATUS_COLOURS.get(status, UNKNOWN))
        painter.setPen(Qt.NoPen)
        for frame, found in self._bad.items():
            painter.setBrush(ERROR if any(bad.is_error for bad in found) else WARNING)
            x, y = self.x_of(frame), _TOP + _STRIP + 1.0
            painter.drawPolygon(QPolygonF([QPointF(x, y), QPointF(x - 3.5, y + 6), QPointF(x + 3.5, y + 6)]))
        painter.setBrush(ACCENT)
        for frame in self._keys:
            x, y = self.x_of(frame), _TOP + _STRIP / 2
            diamond = [QPointF(x, y - 5), QPointF(x + 5, y), QPointF(x, y + 5), QPointF(x - 5, y)]
            painter.drawPolygon(QPolygonF(diamond))
        painter.setBrush(Qt.NoBrush)

    def _paint_lane(self, painter: QPainter, group: str, lane: QRectF) -> None:
        painter.fillRect(lane, FIELD)
        curves = [curve for curve in self._curves if curve.group == group]
        painter.setPen(FAINT)
        painter.drawText(QRectF(4, lane.top(), _LEFT - 10, 14), int(Qt.AlignLeft | Qt.AlignVCenter), group)
        if not curves:
            text = self._absent.get(group, "")
            painter.drawText(lane.adjusted(6, 0, 0, 0), int(Qt.AlignLeft | Qt.AlignVCenter), text)
            return
        low, high = limits_of(curves)
        if low < 0 < high:
            zero = lane.bottom() + low / (high - low) * lane.height()
            painter.setPen(QPen(LINE, 1, Qt.DotLine))
            painter.drawLine(QPointF(lane.left(), zero), QPointF(lane.right(), zero))
        painter.setRenderHint(QPainter.Antialiasing)
        painter.setClipRect(lane)
        for curve in curves:
            painter.setPen(QPen(CURVE_COLOURS.get(curve.name, TEXT), 1.3))
            for run in curve.runs():
                x = [self.x_of(float(frame)) for frame in curve.frames[run]]
                y = lane.bottom() - (curve.values[run] - low) / (high - low) * lane.height()
                points = QPolygonF([QPointF(a, float(b)) for a, b in zip(x, y, strict=True)])
                painter.drawPolyline(points) if len(x) > 1 else painter.drawPoint(points[0])
        painter.setClipping(False)
        painter.setRenderHint(QPainter.Antialiasing, False)

    def _paint_values(self, painter: QPainter) -> None:
        """The values of the frame under the playhead, beside the lanes' names."""
        for group, lane in self._lanes():
            y = lane.top() + 13
            for curve in (curve for curve in self._curves if curve.group == group):
                value = curve.at(self._frame)
                if value is None or y + 11 > lane.bottom() + 4:
                    continue
                painter.setPen(CURVE_COLOURS.get(curve.name, TEXT))
                area = QRectF(4, y, _LEFT - 10, 12)
                painter.drawText(area, int(Qt.AlignLeft | Qt.AlignVCenter), f"{curve.name} {value:.2f}")
                y += 11
