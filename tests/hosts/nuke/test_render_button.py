"""Buttons pressed on nodes made from the shipped gizmos, with an engine that is a process of its own."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from nuke_session import finished, make_shot, start_nuke

from fsgan_core.errors import FsganError, JobError, PlateError
from fsgan_core.host.engine_run import attach_run
from fsgan_core.host.run_folder import past_runs
from fsgan_core.job.job_file import read_job

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the toy engine is a POSIX script")


def press(shot: Any, button: str) -> None:
    shot.nuke.press(shot.node, button)


def job_of(shot: Any) -> Any:
    return read_job(past_runs(f"{shot.out}/swap.%04d.exr")[-1].job)


def frames(shot: Any) -> list[str]:
    return sorted(path.name for path in shot.out.glob("*.exr"))


def until_frame(shot: Any) -> None:
    deadline = time.monotonic() + 30
    while not frames(shot) and time.monotonic() < deadline:
        shot.nuke.pump()
        time.sleep(0.02)
    assert frames(shot)


def in_terminal_raises(shot: Any, button: str) -> str:
    """What the artist is told: a window in a user interface; an error, and so an exit code, in a terminal."""
    if shot.nuke.module_gui():
        press(shot, button)
        finished(shot)
        assert len(shot.nuke.said) == 1
        return str(shot.nuke.said[0])
    with pytest.raises(FsganError) as caught:
        press(shot, button)
    return str(caught.value)


def test_render_makes_the_job_and_the_node_reads_the_result(shot: Any) -> None:
    press(shot, "render")
    finished(shot)
    assert shot.nuke.said == []
    job = job_of(shot)
    assert job.plate.path == f"{shot.folder}/plate.%04d.exr"
    assert job.source.path == f"{shot.folder}/actor.mov"
    assert job.host == "nuke 16.0"
    read = shot.node.node("Result")
    assert read["file"].value() == f"{shot.out}/swap.%04d.exr"
    assert (read["first"].value(), read["last"].value()) == (1001, 1003)
    assert read["raw"].value() is True
    assert (shot.node["result_first"].value(), shot.node["result_last"].value()) == (1001, 1003)
    assert shot.node["status"].value().startswith("3 frames (3 swapped)")
    assert shot.node["is_running"].value() is False
    assert shot.node["result_file"].value() == read["file"].value()
    assert frames(shot) == ["swap.1001.exr", "swap.1002.exr", "swap.1003.exr"]


def test_user_interface_shows_progress_and_stays_free(shot_gui: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FSGAN_TOY", "slow")
    press(shot_gui, "render")
    assert shot_gui.node["is_running"].value() is True  # a press that waited for the engine would find it done
    finished(shot_gui)
    (task,) = shot_gui.nuke.tasks
    assert ("progress", 66) in task.shown or ("progress", 100) in task.shown
    assert any(kind == "message" and "of 3" in said for kind, said in task.shown)


def test_terminal_prints_every_frame(gizmos: Path, tmp_path: Path, toy_engine: ModuleType, monkeypatch: Any) -> None:
    for nuke in start_nuke(gizmos, False, monkeypatch):
        shot = make_shot(nuke, tmp_path, toy_engine, monkeypatch)
        press(shot, "render")
        assert [line for line in nuke.printed if "frame 1002" in line]


def test_cancel_in_the_progress_window_stops_the_engine(shot_gui: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FSGAN_TOY", "slow")
    shot_gui.node["frames"].setValue("1-500")
    press(shot_gui, "render")
    until_frame(shot_gui)
    shot_gui.nuke.tasks[0].cancelled = True
    finished(shot_gui)
    assert "Cancelled" in shot_gui.node["status"].value()
    assert shot_gui.nuke.said == []
    assert 1 <= len(frames(shot_gui)) < 500
    assert shot_gui.node.node("Result")["last"].value() == len(frames(shot_gui))


def test_cancel_button_stops_the_engine(shot_gui: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FSGAN_TOY", "slow")
    shot_gui.node["frames"].setValue("1-500")
    press(shot_gui, "render")
    until_frame(shot_gui)
    press(shot_gui, "cancel")
    assert "Press Cancel again" in shot_gui.node["status"].value()
    finished(shot_gui)
    assert "Cancelled" in shot_gui.node["status"].value()


def test_cancel_of_nothing_says_so(shot: Any) -> None:
    assert "is not rendering" in in_terminal_raises(shot, "cancel")


def test_error_of_the_engine_is_one_sentence_and_keeps_what_was_loaded(
    shot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    press(shot, "render")
    finished(shot)
    monkeypatch.setenv("FSGAN_TOY", "fail")
    if shot.nuke.module_gui():
        press(shot, "render")
        finished(shot)
        assert shot.nuke.said == [
            f"FSGAN_Swap1: {shot.folder}/plate.%04d.exr, frame 1001: the plate is offline. Mount its disk"
        ]
    else:
        with pytest.raises(PlateError, match="the plate is offline"):
            press(shot, "render")
    assert shot.node.node("Result")["last"].value() == 1003
    assert "the plate is offline" in shot.node["status"].value()


def test_node_deleted_while_running_leaves_the_result_and_says_where(
    shot_gui: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FSGAN_TOY", "slow")
    press(shot_gui, "render")
    until_frame(shot_gui)
    shot_gui.nuke.delete(shot_gui.node)
    finished(shot_gui)
    (said,) = shot_gui.nuke.said
    assert "FSGAN_Swap1 was deleted while it rendered. 3 frames (3 swapped)" in said
    assert f"{shot_gui.out}/swap.%04d.exr" in said
    assert len(frames(shot_gui)) == 3


def test_plate_offline_is_told_before_anything_starts(shot: Any) -> None:
    shot.plate["file"].setValue("")
    assert "Plate names no file" in in_terminal_raises(shot, "render")
    shot.node.setInput(0, None)
    shot.nuke.said.clear()
    assert "Nothing is connected to Plate" in in_terminal_raises(shot, "render")
    assert not shot.out.exists()


def test_unsaved_script_is_told(shot: Any) -> None:
    shot.nuke.root_node["name"].setValue("")
    assert "The script was never saved" in in_terminal_raises(shot, "render")
    assert shot.node["status"].value().startswith("The script was never saved")


def test_whole_output_path_needs_no_saved_script(shot: Any, tmp_path: Path) -> None:
    shot.nuke.root_node["name"].setValue("")
    shot.node["out"].setValue(f"{tmp_path}/elsewhere/swap.%04d.exr")
    press(shot, "render")
    finished(shot)
    assert shot.node["result_last"].value() == 1003


def test_unwritable_output_is_told(shot: Any) -> None:
    (shot.folder / "fsgan").write_text("a file where the folder should be")
    said = in_terminal_raises(shot, "render")
    assert "cannot be written to" in said
    assert "Choose another output" in said


def test_engine_killed_is_told_and_a_second_render_goes_on(shot: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FSGAN_TOY", "die")
    said = in_terminal_raises(shot, "render")
    assert "signal 9" in said
    assert "Frames written so far are complete" in said
    assert shot.node["result_last"].value() == 1001
    monkeypatch.setenv("FSGAN_TOY", "")
    press(shot, "render")
    finished(shot)
    assert shot.node["result_last"].value() == 1003


def test_missing_engine_says_how_to_install_it(shot: Any, tmp_path: Path) -> None:
    shot.node["engine"].setValue(str(tmp_path / "nowhere"))
    said = in_terminal_raises(shot, "render")
    assert "there is no program fsgan. Install it with" in said


def test_old_engine_is_told(shot: Any, tmp_path: Path, toy_engine: ModuleType) -> None:
    shot.node["engine"].setValue(toy_engine.make_toy_engine(tmp_path / "old", "0.1.9"))
    said = in_terminal_raises(shot, "render")
    assert "is version 0.1.9, and this node needs 0.2 or newer" in said


def test_two_renders_to_one_output(shot_gui: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same node twice, another node with the same output, and another Nuke."""
    monkeypatch.setenv("FSGAN_TOY", "slow")
    shot_gui.node["frames"].setValue("1-500")
    press(shot_gui, "render")
    until_frame(shot_gui)
    press(shot_gui, "render")
    assert "is rendering already" in shot_gui.nuke.said.pop()
    other = shot_gui.nuke.make("FSGAN_Swap")
    for number, above in enumerate((shot_gui.plate, shot_gui.source)):
        other.setInput(number, above)
    other["out"].setValue(f"{shot_gui.out}/swap.%04d.exr")
    shot_gui.nuke.press(other, "render")
    finished(shot_gui, other)
    assert "This output is being rendered by" in shot_gui.nuke.said.pop()
    assert "nothing was changed" in other["status"].value()
    press(shot_gui, "cancel")
    finished(shot_gui)


def test_nuke_that_was_closed_finds_its_render_again(
    shot_gui: Any, monkeypatch: pytest.MonkeyPatch, adapter: Any
) -> None:
    monkeypatch.setenv("FSGAN_TOY", "slow")
    shot_gui.node["frames"].setValue("1-30")
    press(shot_gui, "render")
    until_frame(shot_gui)
    render = adapter("render")
    render._followers.clear()  # this Nuke is gone; the engine is not
    shot_gui.nuke._posted.clear()
    assert attach_run(f"{shot_gui.out}/swap.%04d.exr") is not None
    shot_gui.nuke.run_python(shot_gui.node, shot_gui.node["onCreate"].value(), "onCreate")
    finished(shot_gui)
    assert shot_gui.node["result_last"].value() == 30
    assert shot_gui.node["is_running"].value() is False
    assert len(frames(shot_gui)) == 30


def test_nuke_that_was_closed_takes_over_what_was_finished_meanwhile(shot_gui: Any, adapter: Any) -> None:
    press(shot_gui, "render")
    finished(shot_gui)
    shot_gui.node["is_running"].setValue(True)  # as it was saved
    shot_gui.node["result_last"].setValue(-1)
    shot_gui.nuke.run_python(shot_gui.node, shot_gui.node["onCreate"].value(), "onCreate")
    finished(shot_gui)
    assert shot_gui.node["result_last"].value() == 1003


def test_models_are_kept_loaded_where_the_node_asks_for_it(shot: Any) -> None:
    from fsgan_core.host.serve_address import find_server, serve_folder
    from fsgan_core.host.served_run import stop_server

    shot.node["keep_loaded"].setValue(True)
    press(shot, "render")
    finished(shot)
    try:
        first = find_server(serve_folder())
        shot.node["version"].setValue(2)
        press(shot, "render")
        finished(shot)
        second = find_server(serve_folder())
        assert first is not None
        assert first == second
        assert (shot.folder / "fsgan" / "FSGAN_Swap1" / "v002" / "swap.1003.exr").exists()
    finally:
        stop_server()


def test_wrong_knob_is_told_before_anything_starts(shot: Any) -> None:
    shot.node["frames"].setValue("1003-1001")
    assert "runs backwards" in in_terminal_raises(shot, "render")


def test_node_without_the_package_says_so(shot: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "fsgan_nuke.buttons", None)
    press(shot, "render")
    said = shot.nuke.said or shot.nuke.printed
    assert "fsgan install nuke" in said[0]


def test_save_job_writes_what_a_farm_runs(shot: Any) -> None:
    press(shot, "save_job")
    path = shot.out / "swap.job.json"
    assert json.loads(path.read_text(encoding="utf-8"))["kind"] == "swap"
    said = (shot.nuke.said or shot.nuke.printed)[-1]
    assert said == f"Run it with: fsgan run {path}"


def test_log_and_doctor_speak(shot: Any) -> None:
    if shot.nuke.module_gui():
        press(shot, "show_log")
        assert "has not been rendered" in shot.nuke.said.pop()
    press(shot, "render")
    finished(shot)
    press(shot, "show_log")
    assert "engine.log" in (shot.nuke.said or shot.nuke.printed)[-1]
    press(shot, "doctor")
    report = (shot.nuke.said or shot.nuke.printed)[-1]
    assert "FAIL" not in report, report
    assert report.count("ok  ") == 7


def test_job_error_is_no_traceback(shot_gui: Any) -> None:
    shot_gui.node["out"].setValue("/x/swap.mov")
    press(shot_gui, "render")
    assert "must be an EXR" in shot_gui.nuke.said[0]
    assert isinstance(JobError("x"), FsganError)
