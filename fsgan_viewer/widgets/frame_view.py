"""The picture: pan, zoom, wipe between two sides, and whatever is drawn over it."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from PyQt5.QtCore import QPointF, QRectF, Qt, pyqtSignal
from PyQt5.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent, QWheelEvent
from PyQt5.QtWidgets import QWidget

from fsgan_viewer.models.frame_loader import LoadedFrame
from fsgan_viewer.style import ACCENT, BACKGROUND, FAINT, LINE, TEXT, small_font

_NEAREST, _FURTHEST = 32.0, 0.05
_HANDLE_PX = 7.0


class Overlay(Protocol):
    """Something drawn over the picture, which may take the mouse."""

    def paint(self, painter: QPainter, to_screen: PictureMapping) -> None:
        """Draw, in widget px."""

    def press(self, at: QPointF, mapping: PictureMapping) -> bool:
        """The left button went down at picture px `at`; whether the overlay takes the drag."""

    def drag(self, at: QPointF) -> None:
        """The drag is at picture px `at`."""

    def release(self) -> None:
        """The drag is over."""


class PictureMapping:
    """Between px of the picture array and px of the widget.

    Args:
        scale: Widget px per picture row.
        aspect: Width of a picture pixel over its height.
        offset: Widget px of the picture's top-left corner.
    """

    def __init__(self, scale: float, aspect: float, offset: QPointF) -> None:
        self.scale, self.aspect, self.offset = scale, aspect, offset

    def to_widget(self, x: float, y: float) -> QPointF:
        """Widget px of a picture position."""
        return QPointF(x * self.scale * self.aspect, y * self.scale) + self.offset

    def to_picture(self, at: QPointF) -> QPointF:
        """Picture position of widget px."""
        inside = at - self.offset
        return QPointF(inside.x() / (self.scale * self.aspect), inside.y() / self.scale)


class FrameView(QWidget):
    """Shows one picture, or two with a wipe between them.

    Signals:
        clicked: (x, y) px of the picture array, where no overlay took the click.
        hovered: (x, y) px of the picture array.
    """

    clicked = pyqtSignal(float, float)
    hovered = pyqtSignal(float, float)
    painted = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.setMinimumSize(320, 180)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.ClickFocus)
        self.setAttribute(Qt.WA_OpaquePaintEvent)
        self.setToolTip("Wheel: zoom. Middle button or Alt: pan. F: fit. W: wipe. R G B A: channels.")
        self.overlays: list[Overlay] = []
        self.wipe = False
        self.wipe_share = 0.5
        self.labels = ("", "")
        self._sides: dict[str, LoadedFrame] = {}
        self._images: dict[str, QImage] = {}
        self._mapping = PictureMapping(1.0, 1.0, QPointF())
        self._fits = True
        self._drag: str = ""
        self._last = QPointF()

    def set_picture(self, side: str, loaded: LoadedFrame) -> None:
        """Show a picture, or the sentence of its failure, on side "a" or "b"."""
        self._sides[side] = loaded
        self._images.pop(side, None)
        if loaded.screen is not None:
            height, width = loaded.screen.shape[:2]
            # The image does not own its bytes; `_sides` does.
            self._images[side] = QImage(loaded.screen.data, width, height, width * 4, QImage.Format_RGB32)
            if self._fits and side == "a":
                self._fit()
        self.update()

    def clear(self) -> None:
        """Show nothing."""
        self._sides.clear()
        self._images.clear()
        self._fits = True
        self.update()

    def loaded(self, side: str = "a") -> LoadedFrame | None:
        """What a side shows."""
        return self._sides.get(side)

    @property
    def mapping(self) -> PictureMapping:
        """Between picture and widget, as drawn."""
        return self._mapping

    def fit(self) -> None:
        """Show the whole picture, and keep doing so when the window changes."""
        self._fits = True
        self._fit()
        self.update()

    def zoom_to(self, scale: float) -> None:
        """Show one picture pixel as `scale` pixels of the screen, about the middle."""
        self._zoom(scale / self._mapping.scale, QPointF(self.width() / 2, self.height() / 2))

    def problem(self, side: str = "a") -> str:
        """The sentence that stands in place of a side's picture; "" where there is a picture."""
        loaded = self._sides.get(side)
        return loaded.problem if loaded is not None else ""

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw both sides, the wipe, the overlays, and what went wrong."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), BACKGROUND)
        painter.setRenderHint(QPainter.SmoothPixmapTransform, self._mapping.scale < 1.0)
        self._paint_side(painter, "a")
        if self.wipe and ("b" in self._images or self.problem("b")):
            painter.save()
            painter.setClipRect(QRectF(self._wipe_x(), 0, self.width(), self.height()))
            painter.fillRect(self.rect(), BACKGROUND)
            self._paint_side(painter, "b")
            painter.restore()
            self._paint_wipe(painter)
        painter.setRenderHint(QPainter.Antialiasing)
        for overlay in self.overlays:
            overlay.paint(painter, self._mapping)
        painter.end()
        self.painted.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the picture fitted."""
        if self._fits:
            self._fit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom about the pointer."""
        self._zoom(1.2 ** (event.angleDelta().y() / 120.0), QPointF(event.pos()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin to pan, to move the wipe, or to drag what an overlay holds; else tell of a click."""
        at = QPointF(event.pos())
        self._last = at
        if event.button() == Qt.MiddleButton or event.modifiers() & Qt.AltModifier:
            self._drag = "pan"
        elif event.button() == Qt.LeftButton:
            place = self._mapping.to_picture(at)
            if self.wipe and abs(at.x() - self._wipe_x()) <= _HANDLE_PX:
                self._drag = "wipe"
            elif any(overlay.press(place, self._mapping) for overlay in self.overlays):
                self._drag = "overlay"
            else:
                self.clicked.emit(place.x(), place.y())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Go on with the drag."""
        at = QPointF(event.pos())
        place = self._mapping.to_picture(at)
        if self._drag == "pan":
            self._fits = False
            self._mapping.offset += at - self._last
            self._last = at
            self.update()
        elif self._drag == "wipe":
            self.wipe_share = min(max(at.x() / max(self.width(), 1), 0.0), 1.0)
            self.update()
        elif self._drag == "overlay":
            for overlay in self.overlays:
                overlay.drag(place)
            self.update()
        else:
            on_handle = self.wipe and abs(at.x() - self._wipe_x()) <= _HANDLE_PX
            self.setCursor(Qt.SplitHCursor if on_handle else Qt.ArrowCursor)
        self.hovered.emit(place.x(), place.y())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End the drag."""
        if self._drag == "overlay":
            for overlay in self.overlays:
                overlay.release()
        self._drag = ""

    def value_at(self, x: float, y: float) -> tuple[tuple[str, ...], np.ndarray] | None:
        """Channel names and stored numbers of side a's picture at a position, None outside."""
        loaded = self._sides.get("a")
        if loaded is None or loaded.picture is None:
            return None
        pixels = loaded.picture.pixels
        column, row = int(np.floor(x)), int(np.floor(y))
        if not (0 <= row < pixels.shape[0] and 0 <= column < pixels.shape[1]):
            return None
        return loaded.picture.layer.channels, pixels[row, column]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leave the keys to the window."""
        event.ignore()

    def _paint_side(self, painter: QPainter, side: str) -> None:
        image, loaded = self._images.get(side), self._sides.get(side)
        if image is None:
            if loaded is not None and loaded.problem:
                self._paint_problem(painter, loaded.problem)
            return
        corner = self._mapping.to_widget(0, 0)
        opposite = self._mapping.to_widget(image.width(), image.height())
        painter.drawImage(QRectF(corner, opposite), image, QRectF(image.rect()))
        if loaded is not None and loaded.picture is not None:
            self._paint_format(painter, loaded)

    def _paint_format(self, painter: QPainter, loaded: LoadedFrame) -> None:
        """The outline of the display window, where the pixels are others."""
        assert loaded.picture is not None
        data, shown = loaded.picture.data_window, loaded.picture.display_window
        if data == shown:
            return
        painter.setPen(QPen(LINE, 1, Qt.DashLine))
        corner = self._mapping.to_widget(shown.x0 - data.x0, shown.y0 - data.y0)
        painter.drawRect(QRectF(corner, self._mapping.to_widget(shown.x1 - data.x0, shown.y1 - data.y0)))

    def _paint_problem(self, painter: QPainter, sentence: str) -> None:
        painter.setPen(TEXT)
        painter.setFont(small_font(13))
        area = QRectF(self.rect()).adjusted(40, 40, -40, -40)
        painter.drawText(area, int(Qt.AlignCenter | Qt.TextWordWrap), sentence)

    def _paint_wipe(self, painter: QPainter) -> None:
        x = self._wipe_x()
        painter.setPen(QPen(ACCENT, 1))
        painter.drawLine(QPointF(x, 0), QPointF(x, self.height()))
        painter.setBrush(ACCENT)
        painter.drawEllipse(QPointF(x, self.height() / 2), 4, 4)
        painter.setPen(FAINT)
        painter.setFont(small_font())
        painter.setBrush(QColor(0, 0, 0, 0))
        left = QRectF(x - 308, 6, 300, 18)
        painter.drawText(left, int(Qt.AlignRight), self.labels[0])
        painter.drawText(left.translated(316, 0), int(Qt.AlignLeft), self.labels[1])

    def _wipe_x(self) -> float:
        return self.wipe_share * self.width()

    def _zoom(self, factor: float, about: QPointF) -> None:
        self._fits = False
        place = self._mapping.to_picture(about)
        self._mapping.scale = min(max(self._mapping.scale * factor, _FURTHEST), _NEAREST)
        self._mapping.offset += about - self._mapping.to_widget(place.x(), place.y())
        self.update()

    def _fit(self) -> None:
        image, loaded = self._images.get("a"), self._sides.get("a")
        if image is None:
            return
        aspect = loaded.picture.pixel_aspect if loaded is not None and loaded.picture is not None else 1.0
        scale = min(self.width() / (image.width() * aspect), self.height() / image.height())
        if 0.97 < scale < 1.03:
            scale = 1.0  # pixel for pixel is sharper, and quicker
        left = (self.width() - image.width() * aspect * scale) / 2
        top = (self.height() - image.height() * scale) / 2
        self._mapping = PictureMapping(scale, aspect, QPointF(round(left), round(top)))
