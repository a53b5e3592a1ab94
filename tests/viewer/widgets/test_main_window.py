"""The window as an artist uses it: open, scrub, layers, channels, wipe, faces, what is broken."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PyQt5.QtCore import QPoint, Qt
from PyQt5.QtTest import QTest

from fsgan_viewer.models.display_transform import DisplayView
from fsgan_viewer.session import Showing

Shows = Callable[..., None]
RAW = DisplayView()


def grey_of(window: Any, side: str = "a") -> int:
    """The grey that a side shows, 0 to 255."""
    screen = window.widgets.view.loaded(side).screen
    assert screen is not None
    return int(screen[10, 10, 1])


def expected(frame: int, added: float = 0.25) -> int:
    """The grey of a frame of the painted result (or, with nothing added, the plate), shown as it is."""
    return int(np.float16((frame - 1000) / 256 + added) * 255 + 0.5)


def test_it_opens_the_result_with_everything_beside_it(window: Any, shot: Any) -> None:
    assert window.session.frames == shot.frames
    assert window.session.a == Showing("result")
    assert window.widgets.faces.faces.count() == 2
    assert window.session.face.track_id == 1
    assert "not there" in window.widgets.shot._labels["report"].text()
    assert "fsgan evaluate" in window.widgets.shot.missing.text()


def test_scrubbing_a_hundred_frames_shows_each(window: Any, shows: Shows, qtbot: Any) -> None:
    window.session.display(view=RAW)
    qtbot.waitUntil(lambda: grey_of(window) == expected(1001), timeout=5000)
    frames = window.session.frames
    for step in range(100):
        frame = frames[step % len(frames)]
        window.widgets.timeline.scrubbed.emit(frame)
        shows(window, frame)
        assert grey_of(window) == expected(frame)
    assert window.transport.frame.value() == frame


def test_a_drag_on_the_timeline_scrubs(window: Any) -> None:
    timeline = window.widgets.timeline
    place = QPoint(round(timeline.x_of(1007)), 60)
    QTest.mouseClick(timeline, Qt.LeftButton, pos=place)
    assert window.session.frame == 1007
    assert timeline.frame_at(timeline.x_of(1009)) == 1009


def test_layers_are_listed_and_shown(window: Any, shows: Shows) -> None:
    labels = [window.bar.layer_a.itemText(index) for index in range(window.bar.layer_a.count())]
    assert labels == ["result  rgba", "result  fsgan_matte", "plate  rgba"]
    window.bar.layer_a.setCurrentIndex(1)
    shows(window, window.session.frame, "fsgan_matte")
    assert grey_of(window) == 128


def test_keys_choose_channel_wipe_and_layer(window: Any, shows: Shows, qtbot: Any) -> None:
    for key, channel in (("r", "r"), ("r", "rgb"), ("g", "g"), ("b", "b"), ("a", "a"), ("a", "rgb")):
        qtbot.keyClick(window, key)
        assert window.session.settings.channel == channel, key
    qtbot.keyClick(window, "w")
    assert window.session.wipe and window.bar.wipe.isChecked()
    qtbot.waitUntil(lambda: window.widgets.view.loaded("b") is not None, timeout=5000)
    assert window.session.b == Showing("plate")
    qtbot.keyClick(window, Qt.Key_PageDown)
    assert window.session.a.layer == "fsgan_matte"


def test_exposure_and_gamma_change_the_picture(window: Any, qtbot: Any) -> None:
    window.session.display(view=RAW)
    qtbot.waitUntil(lambda: grey_of(window) == expected(1001), timeout=5000)
    window.bar.exposure.setValue(1.0)
    qtbot.waitUntil(lambda: abs(grey_of(window) - 2 * expected(1001)) <= 1, timeout=5000)
    window.bar.exposure.setValue(0.0)
    window.bar.gamma_slider.setValue(200)
    wanted = round((expected(1001) / 255) ** 0.5 * 255)
    qtbot.waitUntil(lambda: abs(grey_of(window) - wanted) <= 1, timeout=5000)


def test_the_wipe_follows_the_mouse_and_shows_both_sides(window: Any, qtbot: Any, drag_mouse: Any) -> None:
    window.session.display(view=RAW)
    window.session.show(wipe=True)
    view = window.widgets.view
    is_there = lambda: view.loaded("b") is not None and grey_of(window, "b") == expected(1001, 0.0)  # noqa: E731
    qtbot.waitUntil(is_there, timeout=5000)
    middle = QPoint(view.width() // 2, view.height() // 2)
    drag_mouse(view, middle, QPoint(view.width() // 4, middle.y()))
    assert view.wipe_share == pytest.approx(0.25, abs=0.01)
    window.bar.faces.setChecked(False)
    shown = view.grab().toImage()
    left, right = (shown.pixelColor(round(view.width() * share), 30).red() for share in (0.22, 0.6))
    assert abs(left - expected(1001)) <= 1 and abs(right - expected(1001, 0.0)) <= 1


def test_play_stop_and_step_by_keys(window: Any, qtbot: Any) -> None:
    qtbot.keyClick(window, "l")
    qtbot.waitUntil(lambda: window.session.frame >= 1004, timeout=5000)
    qtbot.keyClick(window, "k")
    assert not window.transport.is_playing
    frame = window.session.frame
    window.activateWindow()
    window.session.step(1)
    assert window.session.frame == frame + 1
    qtbot.keyClick(window, Qt.Key_Home)
    assert window.session.frame == 1001
    qtbot.keyClick(window, "j")
    qtbot.waitUntil(lambda: window.session.frame >= 1010, timeout=5000)


def test_frames_to_look_at_come_from_status_and_analysis(window: Any, qtbot: Any) -> None:
    qtbot.waitUntil(lambda: 1003 in window.shot.bad and 1004 in window.shot.bad, timeout=5000)
    assert "no face" in window.widgets.timeline.words_of(1004)
    assert "yaw -20" in window.widgets.timeline.words_of(1001)
    qtbot.keyClick(window, "n")
    assert window.session.frame == 1003
    qtbot.keyClick(window, "n")
    qtbot.keyClick(window, "n")
    assert window.session.frame == 1006
    assert "bridged" in window.message.text()


def test_a_broken_frame_shows_a_sentence_and_the_next_one_is_fine(
    window: Any, shot: Any, shows: Shows, qtbot: Any
) -> None:
    path = Path(shot.folder / "swap.1008.exr")
    path.write_bytes(path.read_bytes()[:700])
    qtbot.keyClick(window, Qt.Key_F5)
    window.session.go_to(1008)
    shows(window, 1008)
    assert "swap.1008.exr" in window.widgets.view.problem()
    assert "1008" in window.message.text()
    window.widgets.view.grab()
    assert any(bad.is_error for bad in window.shot.bad[1008])
    window.session.go_to(1009)
    shows(window, 1009)
    assert window.widgets.view.problem() == ""


def test_a_missing_layer_and_a_missing_file_are_sentences(window: Any, shot: Any, shows: Shows) -> None:
    window.session.show(a=Showing("result", "fsgan_nothing"))
    shows(window, 1001, "fsgan_nothing")
    assert "no layer fsgan_nothing" in window.widgets.view.problem()
    assert 1001 not in window.session.broken
    window.session.show(a=Showing("result"))
    (shot.folder / "swap.1011.exr").unlink()
    window.session.refresh({"result": [1011]})
    window.session.go_to(1011)
    shows(window, 1011)
    assert "does not exist" in window.widgets.view.problem()


def test_a_plate_alone_opens_and_says_what_is_missing(open_window: Any, shot: Any) -> None:
    for path in [*shot.folder.glob("swap.*")]:
        path.unlink()
    window = open_window(shot.plate)
    assert window.session.face is None
    assert "fsgan analyze" in window.widgets.timeline._absent["pose"]
    assert "fsgan appearance-map" in window.widgets.map.sentence
    assert not window.jobs.buttons["swap"].isEnabled()
    assert "source" in window.jobs.buttons["swap"].toolTip()
    assert window.jobs.buttons["analyze"].isEnabled()


def test_the_numbers_under_the_pointer_are_the_stored_ones(window: Any) -> None:
    found = window.widgets.view.value_at(10.5, 10.5)
    assert found is not None
    assert found[1][0] == np.float16(1 / 256 + 0.25)
    assert window.widgets.view.value_at(-1, 5) is None
    window.widgets.view.hovered.emit(10.5, 10.5)
    assert "R 0.2539" in window.transport.value.text()
