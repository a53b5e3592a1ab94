"""The viewer in a real window, used as an artist does, with a screenshot at every stop. Started by test_on_a_screen.py.

    DISPLAY=:7 QT_QPA_PLATFORM=xcb python tests/viewer/screen_tour.py JOB.json FOLDER_FOR_SCREENSHOTS

The job has a result and a map beside it already. Prints one line a stop; a stop that fails ends it with a traceback.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

from PyQt5.QtCore import QEvent, QPoint, QPointF, Qt
from PyQt5.QtGui import QMouseEvent
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import QApplication, QWidget

from fsgan_core.job.corrections import read_corrections
from fsgan_viewer.main_window import MainWindow
from fsgan_viewer.models.opened_shot import find_shot
from fsgan_viewer.session import Showing
from fsgan_viewer.style import apply_style

PATIENCE_S = 120.0


class Tour:
    """One window, and the stops of its tour."""

    def __init__(self, job: str, folder: Path) -> None:
        self.application = QApplication(["fsgan view"])
        apply_style(self.application)
        self.folder = folder
        self.window = MainWindow(find_shot(job))
        self.window.resize(1480, 920)
        self.window.show()
        QTest.qWaitForWindowExposed(self.window)
        self.window.activateWindow()

    def wait(self, is_there: Callable[[], bool], what: str) -> None:
        """Until something is so."""
        deadline = time.monotonic() + PATIENCE_S
        while not is_there():
            if time.monotonic() > deadline:
                raise SystemExit(f"waited in vain for {what}; the window says: {self.window.message.text()}")
            QTest.qWait(10)

    def snap(self, name: str) -> None:
        """A picture of the screen, as the artist sees it."""
        QTest.qWait(150)
        screen = self.application.primaryScreen().grabWindow(int(self.window.winId()))
        assert screen.save(str(self.folder / f"{name}.png"))
        sys.stdout.write(f"{name}\n")
        sys.stdout.flush()

    def shown(self, frame: int, layer: str = "") -> bool:
        """Whether the picture of a frame is in the view."""
        loaded = self.window.widgets.view.loaded()
        return loaded is not None and (loaded.request.frame, loaded.request.layer) == (frame, layer)

    def drag(self, widget: QWidget, *places: QPoint) -> None:
        """Drag with the left button."""
        QTest.mousePress(widget, Qt.LeftButton, pos=places[0])
        for place in places[1:]:
            moved = QMouseEvent(QEvent.MouseMove, QPointF(place), Qt.NoButton, Qt.LeftButton, Qt.NoModifier)
            self.application.sendEvent(widget, moved)
            QTest.qWait(60)
        QTest.mouseRelease(widget, Qt.LeftButton, pos=places[-1])

    def at(self, x: float, y: float) -> QPoint:
        """Widget px of a plate pixel."""
        place = self.window.widgets.view.mapping.to_widget(x, y)
        return QPoint(round(place.x()), round(place.y()))


def open_and_scrub(tour: Tour) -> None:
    """Open, scrub a hundred frames, look at layers."""
    window = tour.window
    frames = window.session.frames
    tour.wait(lambda: tour.shown(frames[0]), "the first frame")
    tour.snap("1_open")
    for step in range(100):
        frame = frames[step * 5 % len(frames)]
        window.widgets.timeline.scrubbed.emit(frame)
        tour.wait(lambda frame=frame: tour.shown(frame), f"frame {frame}")  # type: ignore[misc]
    tour.snap("2_scrubbed")
    QTest.keyClick(window, Qt.Key_W)
    window.session.show(b=Showing("result", "fsgan_matte"))
    tour.wait(lambda: window.widgets.view.loaded("b") is not None, "the layer")
    QTest.keyClick(window, Qt.Key_O)
    tour.snap("3_layers")
    QTest.keyClick(window, Qt.Key_W)
    QTest.keyClick(window, Qt.Key_O)


def bind_and_correct(tour: Tour) -> None:
    """Bind the face, drag a landmark, save."""
    window = tour.window
    window.tabs.setCurrentIndex(1)
    box = window.session.face.box(window.session.frame)
    window.widgets.faces.bind.setChecked(True)
    middle = tour.at(float(box[[0, 2]].mean()), float(box[[1, 3]].mean()))
    QTest.mouseClick(window.widgets.view, Qt.LeftButton, pos=middle)
    window.widgets.faces.correct.setChecked(True)
    x, y = window.session.face.plate_landmarks(window.session.frame)[82]
    tour.drag(window.widgets.view, tour.at(x, y), tour.at(x, y + 8), tour.at(x + 14, y + 18))
    QTest.keyClick(window, Qt.Key_S, Qt.ControlModifier)
    tour.snap("4_corrected")
    stored = read_corrections(window.session.files.corrections)
    assert stored.bound_face.endswith(f"@{window.session.frame}")
    assert list(stored.keys[0].landmarks) == [82]
    window.widgets.faces.correct.setChecked(False)
    window.tabs.setCurrentIndex(0)


def play_the_puppet(tour: Tour) -> None:
    """Drag on the map; the face follows; the drag is a curve."""
    window, pose_map = tour.window, tour.window.widgets.map
    window.puppet.toggle.click()
    tour.wait(lambda: window.puppet.face.pixels is not None, "the puppet")
    QTest.mouseClick(window.puppet.record, Qt.LeftButton)
    places = [pose_map.place_of(n - 20.0, n / 3 - 4.0) for n in range(0, 41, 2)]
    started, before = time.monotonic(), len(window.puppet.client._shown)
    tour.drag(pose_map, *[QPoint(round(place.x()), round(place.y())) for place in places])
    seconds = time.monotonic() - started
    tour.wait(lambda: pose_map.query is not None and pose_map.query.pose[0] > 19, "the last pose")
    tour.snap("5_puppet")
    sys.stdout.write(f"puppet: {(len(window.puppet.client._shown) - before) / seconds:.1f} frames/s\n")
    QTest.mouseClick(window.puppet.record, Qt.LeftButton)
    curve = Path(window.session.files.result).parent / "puppet_01.csv"
    assert curve.read_text(encoding="utf-8").startswith("frame,yaw,pitch,roll\n")
    window.puppet.toggle.click()


def cancel_a_job(tour: Tour) -> None:
    """Start a swap, stop it."""
    window = tour.window
    window.tabs.setCurrentIndex(2)
    QTest.mouseClick(window.jobs.buttons["swap"], Qt.LeftButton)
    tour.wait(lambda: window.jobs.runner.state.total > 0, "the job's first step")
    tour.snap("6_job")
    QTest.mouseClick(window.jobs.stop, Qt.LeftButton)
    tour.wait(lambda: not window.jobs.runner.is_running, "the end of the job")
    assert "Cancelled" in window.jobs.words.text(), window.jobs.words.text()
    tour.snap("7_cancelled")


def main() -> None:
    """All stops."""
    tour = Tour(sys.argv[1], Path(sys.argv[2]))
    for stop in (open_and_scrub, bind_and_correct, play_the_puppet, cancel_a_job):
        stop(tour)
    tour.window.shut_down()
    sys.stdout.write("done\n")


if __name__ == "__main__":
    main()
