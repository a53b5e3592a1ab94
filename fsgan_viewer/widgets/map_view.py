"""The appearance map (Nirkin et al. 2022, Fig. 5): views as dots over yaw and pitch, and what a pose takes of them."""

from __future__ import annotations

import numpy as np
from PyQt5.QtCore import QEvent, QPointF, QRectF, QSize, Qt, pyqtSignal
from PyQt5.QtGui import QHelpEvent, QImage, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF, QWheelEvent
from PyQt5.QtWidgets import QToolTip, QWidget

from fsgan_viewer.models.pose_map import MapQuery, PoseMap
from fsgan_viewer.style import (
    ACCENT,
    BACKGROUND,
    CORNER,
    FAINT,
    FIELD,
    LINE,
    MESH_LINE,
    QUERY,
    TEXT,
    VIEW_DOT,
    small_font,
)

_MARGIN = 26
_TILE = 84
_LARGEST_ZOOM = 8.0
_ORIGIN_COLOURS = {"photographed": VIEW_DOT, "flipped": ACCENT, "artificial": QUERY}


class MapView(QWidget):
    """Draws a map and one query; a drag tells a pose.

    Yaw grows to the right, pitch upwards, as a head that is looked at turns.

    Signals:
        pose_dragged: (yaw, pitch) degrees, inside the boundary.
        view_picked: The source frame of a view that was double-clicked.
    """

    pose_dragged = pyqtSignal(float, float)
    view_picked = pyqtSignal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setMinimumSize(280, 320)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WA_OpaquePaintEvent)
        self.map: PoseMap | None = None
        self.query: MapQuery | None = None
        self.sentence = ""
        self._sheet = QImage()
        self._thumbnails: dict[int, QImage] = {}
        self._trail: list[tuple[float, float]] = []
        self._zoom = 1.0
        self.setToolTip("Drag: turn the puppet. Wheel: zoom. Green: photographed, orange: mirrored, red: made views.")

    def sizeHint(self) -> QSize:
        """A square, and a row of thumbnails."""
        return QSize(380, 470)

    def set_map(self, pose_map: PoseMap | None, sentence: str = "") -> None:
        """Show a map, or the sentence that says why there is none."""
        self.map, self.sentence = pose_map, sentence
        self._sheet = QImage(pose_map.sheet) if pose_map is not None else QImage()
        self.query = None
        self._thumbnails.clear()
        self._trail.clear()
        self.update()

    def set_thumbnail(self, index: int, pixels: np.ndarray) -> None:
        """Show a view that the sheet does not hold.

        Args:
            index: The view.
            pixels: (S, S, 3) uint8 sRGB.
        """
        height, width = pixels.shape[:2]
        self._thumbnails[index] = QImage(pixels.tobytes(), width, height, 3 * width, QImage.Format_RGB888).copy()
        self.update()

    def set_query(self, query: MapQuery | None) -> None:
        """Show what the engine takes for a pose."""
        self.query = query
        self.update()

    def add_to_trail(self, yaw: float, pitch: float) -> None:
        """Lengthen the dashed path of the puppet (Fig. 7)."""
        self._trail = [*self._trail[-400:], (yaw, pitch)]
        self.update()

    def clear_trail(self) -> None:
        """Forget the path."""
        self._trail.clear()
        self.update()

    def place_of(self, yaw: float, pitch: float) -> QPointF:
        """Widget px of a pose."""
        area, reach = self._plane(), self._reach()
        return QPointF(
            area.center().x() + yaw / reach * area.width() / 2, area.center().y() - pitch / reach * area.height() / 2
        )

    def pose_at(self, place: QPointF) -> tuple[float, float]:
        """Yaw and pitch of widget px, inside the boundary."""
        area, reach = self._plane(), self._reach()
        yaw = (place.x() - area.center().x()) / (area.width() / 2) * reach
        pitch = (area.center().y() - place.y()) / (area.height() / 2) * reach
        limit = self.map.boundary_deg if self.map is not None else reach
        return min(max(yaw, -limit), limit), min(max(pitch, -limit), limit)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Ask for the pose under the pointer."""
        self.mouseMoveEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag the pose."""
        if event.buttons() & Qt.LeftButton and self.map is not None:
            self.pose_dragged.emit(*self.pose_at(QPointF(event.pos())))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Tell of the view under the pointer."""
        index = self._view_at(QPointF(event.pos()))
        if index is not None and self.map is not None:
            self.view_picked.emit(self.map.views[index].frame)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Show a smaller or larger part of the poses, about the frontal one."""
        self._zoom = min(max(self._zoom * 1.2 ** (event.angleDelta().y() / 120.0), 1.0), _LARGEST_ZOOM)
        self.update()

    def event(self, event: QEvent) -> bool:
        """Say which view is under the pointer."""
        if event.type() == QEvent.ToolTip and isinstance(event, QHelpEvent) and self.map is not None:
            index = self._view_at(QPointF(event.pos()))
            if index is not None:
                view = self.map.views[index]
                words = f"view {index}: source frame {view.frame}, {view.origin}\n"
                words += "yaw {:.1f}  pitch {:.1f}  roll {:.1f}".format(*view.pose)
                QToolTip.showText(event.globalPos(), words, self)
                return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the plane, the mesh, the views, the query, and the thumbnails of its corners."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), BACKGROUND)
        painter.setFont(small_font())
        if self.map is None:
            painter.setPen(FAINT)
            area = QRectF(self.rect()).adjusted(20, 20, -20, -20)
            painter.drawText(area, int(Qt.AlignCenter | Qt.TextWordWrap), self.sentence)
            painter.end()
            return
        painter.setRenderHint(QPainter.Antialiasing)
        self._paint_plane(painter)
        painter.setClipRect(self._plane())
        self._paint_mesh(painter)
        self._paint_query(painter)
        painter.setClipping(False)
        self._paint_tiles(painter)
        painter.end()

    def _plane(self) -> QRectF:
        """The square that shows the poses."""
        side = max(min(self.width() - 2 * _MARGIN, self.height() - _TILE - 34 - 2 * _MARGIN + 12), 60)
        return QRectF((self.width() - side) / 2, _MARGIN - 8, side, side)

    def _reach(self) -> float:
        return (self.map.boundary_deg if self.map is not None else 75.0) * 1.03 / self._zoom

    def _view_at(self, place: QPointF) -> int | None:
        if self.map is None:
            return None
        best: tuple[float, int] | None = None
        for index, view in enumerate(self.map.views):
            away = self.place_of(view.pose[0], view.pose[1]) - place
            distance = (away.x() ** 2 + away.y() ** 2) ** 0.5
            if distance <= 7 and (best is None or distance < best[0]):
                best = (distance, index)
        return best[1] if best is not None else None

    def _paint_plane(self, painter: QPainter) -> None:
        area = self._plane()
        painter.fillRect(area, FIELD)
        step = 30 if self._reach() > 45 else 10 if self._reach() > 15 else 5
        for degrees in (n * step for n in range(-int(self._reach() / step), int(self._reach() / step) + 1)):
            painter.setPen(QPen(LINE, 1, Qt.SolidLine if degrees == 0 else Qt.DotLine))
            x, y = self.place_of(degrees, 0).x(), self.place_of(0, degrees).y()
            painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
            painter.setPen(FAINT)
            painter.drawText(QRectF(x - 20, area.bottom() + 1, 40, 13), int(Qt.AlignCenter), str(degrees))
            painter.drawText(QRectF(area.left() - 26, y - 7, 23, 14), int(Qt.AlignRight), str(degrees))
        painter.drawText(QRectF(area.right() - 34, area.center().y() + 2, 28, 14), int(Qt.AlignRight), "yaw")
        painter.drawText(QRectF(area.center().x() + 4, area.top() + 4, 40, 14), int(Qt.AlignLeft), "pitch")

    def _paint_mesh(self, painter: QPainter) -> None:
        assert self.map is not None
        painter.setBrush(Qt.NoBrush)
        painter.setPen(QPen(MESH_LINE, 0.8))
        for corners in self.map.triangles:
            painter.drawPolygon(QPolygonF([self.place_of(*self.map.points[corner]) for corner in corners]))
        painter.setPen(Qt.NoPen)
        for view in self.map.views:
            painter.setBrush(_ORIGIN_COLOURS.get(view.origin, VIEW_DOT))
            painter.drawEllipse(self.place_of(view.pose[0], view.pose[1]), 2.6, 2.6)
        painter.setBrush(Qt.NoBrush)

    def _paint_query(self, painter: QPainter) -> None:
        """The path of the puppet, the triangle of the pose with its weights, and the pose as a red cross."""
        assert self.map is not None
        if len(self._trail) > 1:
            painter.setPen(QPen(QUERY, 1, Qt.DashLine))
            painter.drawPolyline(QPolygonF([self.place_of(*pose) for pose in self._trail]))
        query = self.query
        if query is None:
            return
        corners = self.map.triangles[query.triangle]
        painter.setPen(QPen(CORNER, 1.6))
        painter.drawPolygon(QPolygonF([self.place_of(*self.map.points[corner]) for corner in corners]))
        for corner in corners:
            is_boundary = self.map.owners[corner] < 0
            painter.setBrush(Qt.NoBrush if is_boundary else CORNER)
            painter.drawEllipse(self.place_of(*self.map.points[corner]), 4, 4)
        painter.setPen(QPen(QUERY, 2))
        x, y = self.place_of(query.pose[0], query.pose[1]).x(), self.place_of(query.pose[0], query.pose[1]).y()
        painter.drawLine(QPointF(x - 5, y - 5), QPointF(x + 5, y + 5))
        painter.drawLine(QPointF(x - 5, y + 5), QPointF(x + 5, y - 5))
        painter.setBrush(Qt.NoBrush)

    def _paint_tiles(self, painter: QPainter) -> None:
        """The views that are mixed, heaviest first, with weight and source frame, framed in the colour of their dot."""
        assert self.map is not None
        top = self.height() - _TILE - 30
        if self.query is None:
            painter.setPen(FAINT)
            area = QRectF(10, top, self.width() - 20, 40)
            painter.drawText(area, int(Qt.AlignCenter | Qt.TextWordWrap), self.sentence)
            return
        left = (self.width() - 3 * (_TILE + 8)) / 2
        for place, (index, weight) in enumerate(zip(self.query.views, self.query.weights, strict=True)):
            view = self.map.views[index]
            area = QRectF(left + place * (_TILE + 8), top, _TILE, _TILE)
            painter.setBrush(Qt.NoBrush)
            x0, y0, x1, y1 = view.tile
            if index in self._thumbnails:
                painter.drawImage(area, self._thumbnails[index])
            elif x1 > x0:
                painter.drawImage(area, self._sheet, QRectF(x0, y0, x1 - x0, y1 - y0))
            painter.setPen(QPen(_ORIGIN_COLOURS.get(view.origin, VIEW_DOT), 1.4))
            painter.drawRect(area)
            painter.setPen(TEXT)
            words = f"{weight:.3f}   f{view.frame}"
            painter.drawText(QRectF(area.left() - 4, area.bottom() + 2, _TILE + 8, 14), int(Qt.AlignCenter), words)
        yaw, pitch, roll = self.query.pose
        words = f"yaw {yaw:.1f}  pitch {pitch:.1f}  roll {roll:.1f}"
        words += "" if self.query.inside else "   outside the views"
        painter.setPen(QUERY if not self.query.inside else FAINT)
        painter.drawText(QRectF(0, self.height() - 14, self.width(), 14), int(Qt.AlignCenter), words)
