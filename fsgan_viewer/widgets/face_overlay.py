"""Boxes, landmarks and their onion skin over the picture, and the drag that corrects them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PyQt5.QtCore import QPointF, QRectF, Qt
from PyQt5.QtGui import QColor, QPainter, QPen

from fsgan_viewer.models.analysis_reader import ReadAnalysis, TrackedFace
from fsgan_viewer.style import ACCENT, FAINT, QUERY, VIEW_DOT, small_font
from fsgan_viewer.widgets.frame_view import PictureMapping

_GRAB_PX = 9.0
_ONION_FRAMES = 3
# The lines that join landmarks, WFLW order: contour, brows, nose, eyes, mouth; True closes the line.
_LINES = (
    (range(0, 33), False), (range(33, 42), True), (range(42, 51), True), (range(51, 55), False), (range(55, 60), False),
    (range(60, 68), True), (range(68, 76), True), (range(76, 88), True), (range(88, 96), True),
)  # fmt: skip


class FaceOverlay:
    """Draws the faces of a frame; in correction mode it lets landmarks and the box be dragged.

    Args:
        on_landmark: (number, x, y) plate px, when a landmark was dropped.
        on_box: (4,) plate px, when the box was dropped.
    """

    def __init__(
        self, on_landmark: Callable[[int, float, float], None], on_box: Callable[[np.ndarray], None]
    ) -> None:
        self._on_landmark, self._on_box = on_landmark, on_box
        self.analysis: ReadAnalysis | None = None
        self.face: TrackedFace | None = None
        self.frame = 1
        self.is_shown = True
        self.with_onion = False
        self.corrects = False
        self.moved_points: dict[int, tuple[float, float]] = {}
        self.moved_box: np.ndarray | None = None
        self._held: int | str | None = None
        self._grip = QPointF()

    def set_moved(self, points: dict[int, tuple[float, float]], box: np.ndarray | None) -> None:
        """Show a key's corrections of this frame: landmark to plate px, and the box."""
        self.moved_points, self.moved_box = dict(points), None if box is None else np.array(box, float)

    def landmarks(self) -> np.ndarray | None:
        """(98, 2) plate px of the chosen face on this frame, corrections applied; None where it is absent."""
        points = self.face.plate_landmarks(self.frame) if self.face is not None else None
        if points is None:
            return None
        points = points.copy()
        for number, place in self.moved_points.items():
            points[number] = place
        return points

    def box(self) -> np.ndarray | None:
        """(4,) plate px of the chosen face on this frame, corrections applied; None where it is absent."""
        if self.moved_box is not None:
            return self.moved_box
        return self.face.box(self.frame) if self.face is not None else None

    def paint(self, painter: QPainter, to_screen: PictureMapping) -> None:
        """Draw the other faces' boxes, the onion skin, and the chosen face."""
        if not self.is_shown or self.analysis is None:
            return
        for face in self.analysis.faces:
            box = face.box(self.frame)
            is_chosen = self.face is not None and face.track_id == self.face.track_id
            if box is not None and not is_chosen:
                self._paint_box(painter, to_screen, box, FAINT, str(face.track_id))
        if self.face is None:
            return
        if self.with_onion:
            self._paint_onion(painter, to_screen)
        box, points = self.box(), self.landmarks()
        if box is not None:
            label = f"{self.face.track_id}"
            self._paint_box(painter, to_screen, box, QUERY if self.moved_box is not None else ACCENT, label)
        if points is not None:
            self._paint_face(painter, to_screen, points, VIEW_DOT, 1.0)
            self._paint_handles(painter, to_screen, points)

    def press(self, at: QPointF, mapping: PictureMapping) -> bool:
        """Take hold of the nearest landmark, else of a corner or the edge of the box."""
        if not (self.corrects and self.is_shown):
            return False
        points, box = self.landmarks(), self.box()
        reach = _GRAB_PX / mapping.scale
        here = np.array([at.x(), at.y()])
        if points is not None:
            distances = np.linalg.norm(points - here, axis=1)
            if distances.min() <= reach:
                self._held = int(distances.argmin())
                return True
        if box is None:
            return False
        corner = ("w" if abs(here[0] - box[0]) <= reach else "e" if abs(here[0] - box[2]) <= reach else "") + (
            "n" if abs(here[1] - box[1]) <= reach else "s" if abs(here[1] - box[3]) <= reach else ""
        )
        in_x, in_y = box[0] - reach <= here[0] <= box[2] + reach, box[1] - reach <= here[1] <= box[3] + reach
        if not (corner and in_x and in_y):
            return False
        # A corner resizes about the opposite one; an edge moves the whole box.
        self._held = corner if len(corner) == 2 else "move"
        self._grip = at
        self.moved_box = np.array(box, float)
        return True

    def drag(self, at: QPointF) -> None:
        """Move what is held."""
        if isinstance(self._held, int):
            self.moved_points[self._held] = (at.x(), at.y())
        elif isinstance(self._held, str) and self.moved_box is not None:
            if self._held == "move":
                self.moved_box += np.tile([at.x() - self._grip.x(), at.y() - self._grip.y()], 2)
                self._grip = at
            else:
                self._resize(at)

    def release(self) -> None:
        """Tell what was moved."""
        held, self._held = self._held, None
        if isinstance(held, int) and held in self.moved_points:
            self._on_landmark(held, *self.moved_points[held])
        elif isinstance(held, str) and self.moved_box is not None:
            self._on_box(self.moved_box.copy())

    def _resize(self, at: QPointF) -> None:
        """The box with its held corner at `at`, kept square on a screen and at least 8 px large."""
        assert self.moved_box is not None and isinstance(self._held, str)
        x0, y0, x1, y1 = self.moved_box
        shape = (x1 - x0) / max(y1 - y0, 1e-6)
        fixed_x = x1 if "w" in self._held else x0
        fixed_y = y1 if "n" in self._held else y0
        height = max(abs(at.y() - fixed_y), abs(at.x() - fixed_x) / shape, 8.0)
        width = height * shape
        left = fixed_x - width if "w" in self._held else fixed_x
        top = fixed_y - height if "n" in self._held else fixed_y
        self.moved_box = np.array([left, top, left + width, top + height])

    def _paint_onion(self, painter: QPainter, to_screen: PictureMapping) -> None:
        """The face of the frames around, fainter the further away: red before, blue behind."""
        assert self.face is not None
        for offset in range(_ONION_FRAMES, 0, -1):
            for sign, colour in ((-1, QColor(206, 90, 80)), (1, QColor(90, 130, 214))):
                frame = self.frame + sign * offset
                points, box = self.face.plate_landmarks(frame), self.face.box(frame)
                opacity = 0.65 * (1 - (offset - 1) / _ONION_FRAMES)
                if points is not None and box is not None:
                    self._paint_face(painter, to_screen, points, colour, opacity)
                    painter.setOpacity(opacity)
                    self._paint_box(painter, to_screen, box, colour, "")
                    painter.setOpacity(1.0)

    def _paint_face(
        self, painter: QPainter, to_screen: PictureMapping, points: np.ndarray, colour: QColor, opacity: float
    ) -> None:
        painter.setOpacity(opacity)
        painter.setPen(QPen(colour, 1.2))
        placed = [to_screen.to_widget(float(x), float(y)) for x, y in points]
        for numbers, is_closed in _LINES:
            line = [placed[number] for number in numbers]
            for start, end in zip(line, line[1:] + (line[:1] if is_closed else []), strict=False):
                painter.drawLine(start, end)
        painter.setOpacity(1.0)

    def _paint_handles(self, painter: QPainter, to_screen: PictureMapping, points: np.ndarray) -> None:
        if not self.corrects:
            return
        painter.setFont(small_font(9))
        for number, (x, y) in enumerate(points):
            is_moved = number in self.moved_points
            painter.setPen(Qt.NoPen)
            painter.setBrush(QUERY if is_moved else VIEW_DOT)
            place = to_screen.to_widget(float(x), float(y))
            painter.drawEllipse(place, 4.0 if is_moved else 2.4, 4.0 if is_moved else 2.4)
            if is_moved:
                painter.setPen(QUERY)
                painter.drawText(place + QPointF(6, -4), str(number))
        painter.setBrush(Qt.NoBrush)

    def _paint_box(
        self, painter: QPainter, to_screen: PictureMapping, box: np.ndarray, colour: QColor, label: str
    ) -> None:
        corner = to_screen.to_widget(float(box[0]), float(box[1]))
        painter.setPen(QPen(colour, 1))
        painter.setBrush(Qt.NoBrush)
        painter.drawRect(QRectF(corner, to_screen.to_widget(float(box[2]), float(box[3]))))
        if label:
            painter.setFont(small_font())
            painter.drawText(corner + QPointF(3, -4), label)
