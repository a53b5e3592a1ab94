"""Binding a face and correcting a key frame with the mouse; what is saved is what the engine obeys."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PyQt5.QtCore import QPoint, Qt
from PyQt5.QtTest import QTest

from fsgan_core.job.corrections import read_corrections
from fsgan_core.job.job_file import read_job, write_job
from fsgan_core.job.spec import Pictures, SwapJob
from fsgan_viewer.models.viewer_jobs import swap_job

Drag = Callable[[Any, tuple[float, float], tuple[float, float]], None]


def at(window: Any, x: float, y: float) -> QPoint:
    """Widget px of a plate pixel."""
    place = window.widgets.view.mapping.to_widget(x, y)
    return QPoint(round(place.x()), round(place.y()))


@pytest.fixture
def drag(drag_mouse: Callable[..., None]) -> Drag:
    """Drags in the picture, from a plate px to another."""

    def run(window: Any, start: tuple[float, float], end: tuple[float, float]) -> None:
        middle = at(window, (start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
        drag_mouse(window.widgets.view, at(window, *start), middle, at(window, *end))

    return run


def test_a_click_chooses_a_face_and_binds_it_when_asked(window: Any, shot: Any, qtbot: Any) -> None:
    QTest.mouseClick(window.widgets.view, Qt.LeftButton, pos=at(window, 16, 72))
    assert window.session.face.track_id == 2
    assert window.shot.editor.corrections.bound_face == ""
    window.widgets.faces.bind.setChecked(True)
    QTest.mouseClick(window.widgets.view, Qt.LeftButton, pos=at(window, 16, 72))
    assert window.shot.editor.corrections.bound_face == "16,72@1001"
    assert not window.widgets.faces.bind.isChecked()
    qtbot.keyClick(window, Qt.Key_S, Qt.ControlModifier)
    assert read_corrections(str(shot.folder / "swap.corrections.json")).bound_face == "16,72@1001"


def test_a_click_beside_all_faces_binds_nobody(window: Any) -> None:
    window.widgets.faces.bind.setChecked(True)
    QTest.mouseClick(window.widgets.view, Qt.LeftButton, pos=at(window, 110, 5))
    assert window.shot.editor.corrections.bound_face == ""
    assert "No face lies there" in window.message.text()


def test_a_landmark_is_dragged_saved_and_taken_back(window: Any, shot: Any, qtbot: Any, drag: Drag) -> None:
    window.session.go_to(1003)
    window.widgets.faces.correct.setChecked(True)
    points = window.session.face.plate_landmarks(1003)
    start = tuple(points[40])
    drag(window, start, (start[0] + 6, start[1] - 4))
    moved = window.shot.editor.plate_points(window.session.face, 1003)
    assert list(moved) == [40]
    # The mouse is placed to a widget pixel, which is a small part of a plate pixel here.
    assert moved[40] == pytest.approx((start[0] + 6, start[1] - 4), abs=0.2)
    assert window.widgets.timeline._keys == (1003,)
    qtbot.keyClick(window, Qt.Key_S, Qt.ControlModifier)
    stored = read_corrections(str(shot.folder / "swap.corrections.json"))
    assert stored.keys[0].frame == 1003
    assert stored.keys[0].landmarks[40] == pytest.approx((start[0] + 6, start[1] - 4), abs=0.2)
    qtbot.keyClick(window, Qt.Key_Z, Qt.ControlModifier)
    assert window.shot.editor.frames == ()


def test_the_box_is_moved_by_its_edge_and_resized_by_its_corner(window: Any, shot: Any, drag: Drag) -> None:
    window.widgets.faces.correct.setChecked(True)
    x0, y0, x1, y1 = shot.box(1001)
    drag(window, (x0 + 5, y0), (x0 + 15, y0 + 6))
    box = window.shot.editor.plate_box(window.session.face, 1001)
    assert np.allclose(box, [x0 + 10, y0 + 6, x1 + 10, y1 + 6], atol=0.3)
    drag(window, (box[2], box[3]), (box[2] + 10, box[3] + 10))
    larger = window.shot.editor.plate_box(window.session.face, 1001)
    assert np.allclose(larger[:2], box[:2], atol=0.3)
    assert larger[2] - larger[0] == pytest.approx(larger[3] - larger[1])
    assert larger[2] - box[2] == pytest.approx(10, abs=0.5)


def test_without_the_mode_nothing_is_dragged(window: Any, drag: Drag) -> None:
    start = tuple(window.session.face.plate_landmarks(1001)[40])
    drag(window, start, (start[0] + 6, start[1]))
    assert not window.shot.editor.is_changed


def test_a_swap_after_a_bind_obeys_it(window: Any, shot: Any) -> None:
    path = str(shot.folder / "swap.job.json")
    job = SwapJob(Pictures("plate.%04d.exr"), Pictures("source.mov"), "swap.%04d.exr")
    write_job(job, path)
    assert swap_job(window.session.files).corrections == ""
    window.shot.editor.bind(window.session.face, 1001, 40, 40)
    window.shot.save()
    made = swap_job(window.session.files)
    assert made.corrections == str(shot.folder / "swap.corrections.json")
    assert made.settings.face == "largest"
    assert read_job(path) == job, "the artist's job file is changed by a swap only"
