"""A window on a shot, without a screen; where Qt cannot be loaded one test says why, and the others are left out."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

try:
    from PyQt5.QtCore import QEvent, QPointF, Qt
    from PyQt5.QtGui import QMouseEvent
    from PyQt5.QtTest import QTest
    from PyQt5.QtWidgets import QApplication
except ImportError:
    collect_ignore_glob = ["test_[!q]*.py"]
else:
    from fsgan_viewer.main_window import MainWindow
    from fsgan_viewer.models.opened_shot import find_shot

WAIT_MS = 8000


@pytest.fixture
def open_window(qtbot: Any) -> Iterator[Callable[..., Any]]:
    """Opens windows and closes them in the end."""
    opened = []

    def open_one(path: str, **named: str) -> Any:
        window = MainWindow(find_shot(path, named))
        opened.append(window)
        window.resize(1280, 860)
        window.show()
        qtbot.waitUntil(lambda: window.widgets.view.loaded() is not None, timeout=WAIT_MS)
        return window

    yield open_one
    for window in opened:
        window.shut_down()
        window.hide()
        window.deleteLater()


@pytest.fixture
def window(open_window: Callable[..., Any], shot: Any) -> Any:
    """The painted shot, open."""
    return open_window(shot.result, plate=shot.plate)


@pytest.fixture
def shows(qtbot: Any) -> Callable[[Any, int], None]:
    """Waits until the picture of a frame is on the screen."""

    def wait(window: Any, frame: int, layer: str = "") -> None:
        def is_shown() -> bool:
            loaded = window.widgets.view.loaded()
            return loaded is not None and (loaded.request.frame, loaded.request.layer) == (frame, layer)

        started = time.monotonic()
        qtbot.waitUntil(is_shown, timeout=WAIT_MS)
        assert time.monotonic() - started < WAIT_MS / 1000

    return wait


@pytest.fixture
def drag_mouse() -> Callable[..., None]:
    """Drags with the left button over a widget, from the first of some places to the last."""

    def drag(widget: Any, *places: Any) -> None:
        QTest.mousePress(widget, Qt.LeftButton, pos=places[0])
        for place in places[1:]:
            # QTest.mouseMove moves the cursor of the screen, which does not hold the button.
            moved = QMouseEvent(QEvent.MouseMove, QPointF(place), Qt.NoButton, Qt.LeftButton, Qt.NoModifier)
            QApplication.sendEvent(widget, moved)
        QTest.mouseRelease(widget, Qt.LeftButton, pos=places[-1])

    return drag
