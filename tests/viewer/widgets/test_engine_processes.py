"""The window with the real engine in processes of its own: jobs started, watched and stopped; the puppet; the map."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PyQt5.QtCore import QPoint, Qt
from PyQt5.QtTest import QTest

from fsgan_core.job.job_file import read_job, write_job
from fsgan_core.job.pose_curve import read_pose_curve
from fsgan_core.job.settings import AnalyzeSettings, SwapSettings
from fsgan_core.job.spec import Pictures, SwapJob
from fsgan_core.media.picture_layers import read_layer

ENGINE_MS = 120_000
"""An engine that loads torch on a busy machine takes its time."""


@pytest.fixture
def sample_shot(tmp_path: Path, sample_plates: Path) -> Path:
    """A folder with six frames of plate b, three of plate a, and a job that swaps them."""
    folder = tmp_path
    for name, last in (("b", 1006), ("a", 1003)):
        for frame in range(1001, last + 1):
            shutil.copy(sample_plates / name / f"plate.{frame}.exr", folder / f"{name}.{frame}.exr")
    job = SwapJob(
        Pictures("b.%04d.exr"), Pictures("a.%04d.exr"), "swap.%04d.exr", SwapSettings(device="cpu"),
        AnalyzeSettings(smooth=False),
    )  # fmt: skip
    write_job(job, str(folder / "swap.job.json"))
    return folder


@pytest.fixture
def engine_window(open_window: Callable[..., Any], sample_shot: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The sample shot, open; its engine is the one of this environment."""
    monkeypatch.setenv("FSGAN_ENGINE", os.path.join(os.path.dirname(sys.executable), "fsgan"))
    return open_window(str(sample_shot / "swap.job.json"))


def test_a_swap_is_started_watched_and_stopped_and_its_map_is_built(
    engine_window: Any, sample_shot: Path, qtbot: Any
) -> None:
    window = engine_window
    assert window.session.a.source == "plate", "there is no result yet"
    qtbot.mouseClick(window.jobs.buttons["swap"], Qt.LeftButton)
    is_written = lambda: (sample_shot / "swap.1001.exr").exists()  # noqa: E731
    qtbot.waitUntil(is_written, timeout=ENGINE_MS)
    assert window.jobs.stop.isEnabled()
    with qtbot.waitSignal(window.jobs.runner.ended, timeout=ENGINE_MS) as ended:
        qtbot.mouseClick(window.jobs.stop, Qt.LeftButton)
    assert ended.args[0].is_cancelled
    assert not window.jobs.runner.is_running and not window.jobs.stop.isEnabled()
    written = sorted(sample_shot.glob("swap.1*.exr"))
    assert 1 <= len(written) < 6
    for path in written:
        assert read_layer(str(path), 1).status == "swapped"
    assert "Cancelled" in window.jobs.words.text()
    # Pass 1 and the first frames are on the screen without a further click.
    assert window.session.face is not None
    assert 1001 in window.session.sources["result"].frames
    qtbot.waitUntil(lambda: window.shot.statuses.get(1001) == "swapped", timeout=5000)
    # What the window did is a job file that the command line runs.
    stored = read_job(str(sample_shot / "swap.job.json"))
    assert isinstance(stored, SwapJob)
    assert stored.plate.path == str(sample_shot / "b.%04d.exr")
    build_and_check_map(window, qtbot)
    judge_and_look(window, qtbot)


def build_and_check_map(window: Any, qtbot: Any) -> None:
    """The map of the source, built by its button: what it takes for a frame is drawn, triangle, weights and views."""
    assert window.shot.pose_map is None
    with qtbot.waitSignal(window.jobs.runner.ended, timeout=ENGINE_MS) as ended:
        qtbot.mouseClick(window.jobs.buttons["appearance_map"], Qt.LeftButton)
    assert ended.args[0].is_ok, ended.args[0].message
    pose_map = window.shot.pose_map
    assert pose_map is not None and set(pose_map.queries) == set(range(1001, 1007))
    window.session.go_to(1004)
    query = window.widgets.map.query
    assert query is not None
    assert np.allclose(query.pose, window.session.face.pose(1004), atol=1e-4)
    corners = pose_map.points[pose_map.triangles[query.triangle]]
    assert np.allclose(np.array(query.shares) @ corners, query.pose[:2], atol=1e-3)
    assert not window.widgets.map._sheet.isNull()
    window.widgets.map.grab()


def judge_and_look(window: Any, qtbot: Any) -> None:
    """The report, made by its button: identity and flicker are on the timeline."""
    assert "fsgan evaluate" in window.widgets.timeline._absent["identity"]
    assert window.jobs.buttons["evaluate"].isEnabled(), window.jobs.buttons["evaluate"].toolTip()
    with qtbot.waitSignal(window.jobs.commands.ended, timeout=ENGINE_MS) as ended:
        qtbot.mouseClick(window.jobs.buttons["evaluate"], Qt.LeftButton)
    assert ended.args[0].is_ok, ended.args[0].message
    assert window.shot.report is not None
    assert {"identity"} <= {curve.name for curve in window.shot.report.curves}
    assert "identity" in window.widgets.timeline.words_of(1001)


def test_the_face_follows_the_map_and_the_drag_becomes_a_curve(
    engine_window: Any, sample_shot: Path, qtbot: Any, drag_mouse: Any
) -> None:
    window = engine_window
    with qtbot.waitSignal(window.puppet.client.ready, timeout=ENGINE_MS):
        qtbot.mouseClick(window.puppet.toggle, Qt.LeftButton)
    qtbot.waitUntil(lambda: window.puppet.face.pixels is not None, timeout=ENGINE_MS)
    before = window.puppet.face.pixels.copy()
    QTest.mouseClick(window.puppet.record, Qt.LeftButton)
    pose_map = window.widgets.map
    path = [(0.0, 0.0), (10.0, 4.0), (20.0, 8.0)]
    places = [QPoint(round(place.x()), round(place.y())) for place in (pose_map.place_of(*pose) for pose in path)]
    drag_mouse(pose_map, *places)
    is_there = lambda: pose_map.query is not None and abs(pose_map.query.pose[0] - 20) < 1  # noqa: E731
    qtbot.waitUntil(is_there, timeout=ENGINE_MS)
    assert np.abs(window.puppet.face.pixels.astype(int) - before).mean() > 2, "the face has turned"
    assert sum(pose_map.query.weights) == pytest.approx(1, abs=1e-4)
    assert window.puppet.press_key(Qt.Key_Period, False)
    assert window.puppet.pose[2] == 2.0
    QTest.mouseClick(window.puppet.record, Qt.LeftButton)
    curve = read_pose_curve(str(sample_shot / "puppet_01.csv"))
    assert curve.keys[0] == (1001, (0.0, 0.0, 0.0))
    assert curve.keys[-1][1][0] == pytest.approx(20, abs=1)
    qtbot.mouseClick(window.puppet.toggle, Qt.LeftButton)
    assert not window.puppet.client.is_running


def test_an_engine_that_is_not_there_is_a_sentence(
    open_window: Callable[..., Any], sample_shot: Path, monkeypatch: pytest.MonkeyPatch, qtbot: Any
) -> None:
    monkeypatch.setenv("FSGAN_ENGINE", "/nowhere/fsgan")
    window = open_window(str(sample_shot / "swap.job.json"))
    with qtbot.waitSignal(window.jobs.runner.failed, timeout=5000) as failed:
        qtbot.mouseClick(window.jobs.buttons["analyze"], Qt.LeftButton)
    assert "/nowhere/fsgan" in failed.args[0]
    qtbot.mouseClick(window.puppet.toggle, Qt.LeftButton)
    assert "/nowhere/fsgan" in window.puppet.words.text()
    assert not window.puppet.toggle.isChecked()
