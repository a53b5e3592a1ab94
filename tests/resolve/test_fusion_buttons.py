"""Every button of the macros pressed, in real Lua 5.1 against a strict Fusion and the toy engine."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from fsgan_core.job.job_file import parse_job
from fsgan_core.job.reenact_jobs import ReenactJob
from fsgan_core.job.reenact_settings import ReenactSettings
from fsgan_core.job.settings import AnalyzeSettings, SwapSettings
from fsgan_core.job.spec import SwapJob

MakeBench = Callable[..., Any]


def follow(bench: Any) -> str:
    """What Fusion does when the button asks for the following script."""
    asked = list(bench.host.scripts().values())
    assert asked and asked[-1].endswith("Scripts/Comp/FSGAN/FSGAN Follow.lua") and Path(asked[-1]).is_file()
    return str(bench.run_script("FSGAN Follow"))


def wait_for(path: Path, timeout_s: float = 20.0) -> None:
    deadline = time.monotonic() + timeout_s
    while not path.exists():
        assert time.monotonic() < deadline, f"{path} did not come"
        time.sleep(0.02)


@pytest.mark.parametrize("lua", ["lua51", "luajit21"])
def test_swap_runs_beside_fusion_and_the_result_is_loaded(make_bench: MakeBench, lua: str) -> None:
    bench = make_bench(lua=lua)
    bench.set(one_file_per_layer=1)
    assert bench.press("start").startswith("Started.")
    assert bench.get("ready") == 0
    out = bench.folder / "out"
    (out / "swap_fsgan_matte.1001.exr").write_text("the toy engine writes no layers")
    assert follow(bench).startswith("3 frames (3 swapped)")
    assert bench.loader("FSGANResult") == {
        "Clip": str(out / "swap.1001.exr"), "GlobalIn": 1001, "GlobalOut": 1003, "ClipTimeEnd": 2,
    }  # fmt: skip
    assert bench.loader("fsgan_matte")["Clip"] == str(out / "swap_fsgan_matte.1001.exr")
    assert bench.loader("fsgan_hair")["Clip"] is None
    assert (bench.get("ready"), bench.get("first"), bench.get("last")) == (1, 1001, 1003)


def test_job_holds_every_control_and_the_engine_reads_it(make_bench: MakeBench) -> None:
    bench = make_bench()
    bench.set(
        face="120.5,80", matte_soft_px=4.5, max_views=2, on_missing_face=1, compression=1, artificial_views=1,
        min_face_px=64, smooth=0, plate_layer="beauty", plate_stereo_view="left", analyze_frames="1001-1003",
        artist_matte_use=1,
    )  # fmt: skip
    bench.press("start")
    job = parse_job((bench.run_folder() / "job.json").read_text(encoding="utf-8"))
    assert isinstance(job, SwapJob)
    assert job.settings == SwapSettings(
        frames="1001-1003", face="120.5,80", matte_soft_px=4.5, max_views=2, on_missing_face="error",
        compression="zips", artificial_views=True,
    )  # fmt: skip
    assert job.analyze == AnalyzeSettings(frames="1001-1003", min_face_px=64, smooth=False)
    assert job.mattes.artist_matte_use == "replace"
    assert (job.plate.path, job.plate.layer, job.plate.stereo_view) == (
        str(bench.folder / "plate.%04d.exr"), "beauty", "left",
    )  # fmt: skip
    assert job.source.path == str(bench.folder / "who.png")
    assert job.host == "fusion 18.6.4"
    follow(bench)


def test_untouched_macro_makes_a_job_of_defaults(make_bench: MakeBench) -> None:
    bench = make_bench(resolve=True)
    bench.set(frames="")
    bench.press("start")
    job = parse_job((bench.run_folder() / "job.json").read_text(encoding="utf-8"))
    assert isinstance(job, SwapJob)
    assert job == SwapJob(job.plate, job.source, job.out, host="resolve 18.6.4")
    follow(bench)


def test_reenact_takes_the_connected_picture_as_source(make_bench: MakeBench) -> None:
    bench = make_bench(macro="FSGAN Reenact")
    plate = str(bench.folder / "plate.1001.exr")
    bench.connect("Loader", "Loader1", TOOLST_Clip_Name=[plate])
    bench.set(
        source="", driver=str(bench.folder / "who.png"), output=1, expression_strength=0.5, pose_from=plate,
        pose_frames="1-3", source_stereo_view="left",
    )  # fmt: skip
    assert bench.press("start").startswith("Started.")
    job = parse_job((bench.run_folder() / "job.json").read_text(encoding="utf-8"))
    assert isinstance(job, ReenactJob)
    assert (job.source.path, job.source.stereo_view) == (str(bench.folder / "plate.%04d.exr"), "left")
    assert job.pose_from is not None and job.pose_from.path == job.source.path
    assert job.expression_from is None
    assert job.settings == ReenactSettings(
        frames="1001-1003", output="plate", expression_strength=0.5, pose_frames="1-3"
    )
    follow(bench)


def test_every_button_has_a_script_that_does_the_same(make_bench: MakeBench, fusion_bench: ModuleType) -> None:
    bench = make_bench()
    scripts = fusion_bench.GIZMOS / "Scripts" / "Comp" / "FSGAN"
    buttons = [
        control.BTNCS_Execute
        for control in fusion_bench.entries(bench.entry.Tools.FSGANPanel.UserControls).values()
        if control.INPID_InputControl == "ButtonControl"
    ]
    texts = [path.read_text() for path in scripts.glob("*.lua")]
    assert len(buttons) == 6
    for button in buttons:
        assert sum(button.replace("tool, comp", "comp.ActiveTool, comp") in text for text in texts) == 1
    assert bench.run_script("FSGAN Start").startswith("Started.")
    follow(bench)
    assert bench.run_script("FSGAN Load result").startswith("3 frames")


def test_script_with_nothing_selected_says_what_to_select(make_bench: MakeBench, fusion_bench: ModuleType) -> None:
    bench = make_bench()
    script = fusion_bench.GIZMOS / "Scripts" / "Comp" / "FSGAN" / "FSGAN Start.lua"
    bench.host.run_script(script.read_text(), None)
    bench.host.run_script(script.read_text(), bench.host.add_tool("Blur", "Blur1"))
    assert bench.host.printed().count("select an FSGAN Swap or FSGAN Reenact node") == 2


def test_layers_of_a_layered_file_are_chosen_by_channel_in_fusion_studio(make_bench: MakeBench) -> None:
    bench = make_bench()
    bench.press("start")
    follow(bench)
    assert bench.loader("fsgan_st")["Clip"] == str(bench.folder / "out" / "swap.1001.exr")
    assert bench.get("Clip1.OpenEXRFormat.RedName", "fsgan_st", "") == "fsgan_st.U"
    assert bench.get("Clip1.OpenEXRFormat.BlueName", "fsgan_matte", "") == "fsgan_matte.A"


def test_resolve_shows_no_layer_rather_than_a_wrong_one(make_bench: MakeBench) -> None:
    bench = make_bench(resolve=True)
    bench.press("start")
    said = follow(bench)
    assert "Switch One file per layer on" in said
    assert bench.loader("fsgan_matte")["Clip"] is None
    assert bench.loader("FSGANResult")["Clip"] is not None


def test_only_layers_that_were_written_are_loaded(make_bench: MakeBench) -> None:
    bench = make_bench()
    bench.set(layers="fsgan_blend, fsgan_matte")
    bench.press("start")
    follow(bench)
    loaded = [name for name in ("fsgan_matte", "fsgan_blend", "fsgan_face") if bench.loader(name)["Clip"]]
    assert loaded == ["fsgan_matte", "fsgan_blend"]


def test_extract_puts_loaders_into_the_flow(make_bench: MakeBench) -> None:
    bench = make_bench()
    assert bench.press("extract") == "ERROR: There is no finished result to load."
    bench.press("start")
    follow(bench)
    assert bench.press("extract") == "9 Loaders are in the flow."
    assert bench.loader("Loader9")["Clip"] == str(bench.folder / "out" / "swap.1001.exr")


def test_plate_of_a_connected_loader_keeps_the_comps_time(make_bench: MakeBench) -> None:
    bench = make_bench()
    plate = str(bench.folder / "plate.1001.exr")
    bench.connect("Loader", "Loader1", TOOLST_Clip_Name=[plate], TOOLNT_Clip_Start=[1], TOOLIT_Clip_StartFrame=[1001])
    bench.set(plate="")
    bench.press("start")
    follow(bench)
    assert bench.loader("FSGANResult")["GlobalIn"] == 1
    assert (bench.get("first"), bench.get("last")) == (1, 3)


def test_plate_behind_other_tools_is_rendered_first(make_bench: MakeBench) -> None:
    bench = make_bench()
    bench.connect("Blur", "Blur1")
    bench.set(plate="")
    assert bench.press("start").startswith("ERROR: Blur1 stands between the file and this node.")
    assert "frames 1001-1003" in bench.press("plate_render")
    assert bench.rendered == ["plate.1001.exr", "plate.1002.exr", "plate.1003.exr"]
    assert bench.press("start").startswith("Started.")
    job = json.loads((bench.run_folder() / "job.json").read_text(encoding="utf-8"))
    assert job["plate"]["path"] == str(bench.folder / "out" / "swap_plate" / "plate.%04d.exr")
    follow(bench)


def test_nothing_connected_is_said(make_bench: MakeBench) -> None:
    bench = make_bench()
    bench.set(plate="")
    assert bench.press("start") == "ERROR: Nothing is connected: connect a Loader or MediaIn, or choose a file."
    assert bench.press("plate_render") == "ERROR: Nothing is connected to render."


def test_unsaved_composition_needs_an_output(make_bench: MakeBench) -> None:
    bench = make_bench()
    bench.set(out="")
    assert "has no file of its own to write beside. Set Output" in bench.press("start")
    assert bench.get("run") == ""


def test_saved_composition_is_written_beside(make_bench: MakeBench, tmp_path: Path) -> None:
    bench = make_bench(comp_file=str(tmp_path / "my shot" / "sh010.comp"))
    bench.set(out="")
    bench.press("start")
    follow(bench)
    assert (bench.folder / "fsgan" / "sh010_FSGAN_Swap.1001.exr").is_file()


def test_plate_offline_is_the_engines_sentence(make_bench: MakeBench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FSGAN_TOY", "fail")
    bench = make_bench()
    bench.press("start")
    said = follow(bench)
    assert said.startswith("ERROR: ") and "the plate is offline. Mount its disk" in said
    assert bench.get("ready") == 0


@pytest.mark.parametrize(
    ("control", "value", "words"),
    [
        ("source", "", "Source is empty"),
        ("source", "who.png", "Give the whole path"),
        ("source", "/nowhere/who.png", "/nowhere/who.png does not exist"),
        ("out", "swap.exr", "Give the whole path"),
        ("out", "/tmp/swap.mov", "End it in .exr"),
        ("artist_matte", "/nowhere/matte.png", "/nowhere/matte.png does not exist"),
    ],
)
def test_wrong_path_is_said_before_anything_is_written(
    make_bench: MakeBench, control: str, value: str, words: str
) -> None:
    bench = make_bench()
    bench.set(**{control: value})
    said = bench.press("start")
    assert said.startswith("ERROR: ") and words in said
    assert not (bench.folder / "out").exists()


def test_missing_engine_says_how_to_install_it(make_bench: MakeBench) -> None:
    bench = make_bench()
    bench.set(engine="/nowhere/fsgan")
    assert "There is no engine at /nowhere/fsgan. Install the engine with" in bench.press("start")
    assert not (bench.folder / "out").exists()


def test_engine_that_does_not_start_is_said(make_bench: MakeBench, tmp_path: Path) -> None:
    broken = tmp_path / "fsgan"
    broken.write_text("#!/bin/sh\nexit 3\n")
    broken.chmod(0o755)
    bench = make_bench()
    bench.set(engine=str(broken))
    assert f"The engine {broken} does not start. Install" in bench.press("check")


def test_old_engine_is_refused(make_bench: MakeBench, toy_engine: ModuleType, tmp_path: Path) -> None:
    bench = make_bench()
    bench.set(engine=toy_engine.make_toy_engine(tmp_path / "old", version="0.1.9"))
    assert "is version 0.1.9, and this macro needs 0.2 or newer" in bench.press("start")


def test_unwritable_output_is_said(make_bench: MakeBench) -> None:
    bench = make_bench()
    (bench.folder / "out").write_text("a file where the folder should be")
    said = bench.press("start")
    assert said.startswith("ERROR: The output folder cannot be written to")
    assert bench.get("run") == ""


def test_cancel_stops_and_keeps_what_was_loaded(make_bench: MakeBench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench = make_bench()
    bench.press("start")
    follow(bench)
    monkeypatch.setenv("FSGAN_TOY", "slow")
    bench.set(frames="1001-1400")
    bench.press("start")
    wait_for(bench.run_folder() / "events.ndjson")
    assert bench.press("start") == "ERROR: This node is rendering already. Wait for it, or press Cancel."
    assert bench.press("cancel") == "Stopping after the frame at work."
    assert follow(bench).startswith("Cancelled.")
    assert bench.loader("FSGANResult")["GlobalOut"] == 1003
    assert bench.press("cancel") == "ERROR: Nothing is running."


def test_killed_engine_is_noticed(make_bench: MakeBench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FSGAN_TOY", "die")
    bench = make_bench()
    bench.press("start")
    said = follow(bench)
    assert "The engine ended before its work was done (exit code 137)" in said
    assert "Segmentation fault in a driver" in said and "engine.log" in said


def test_machine_that_died_is_noticed_when_the_comp_is_opened_again(
    make_bench: MakeBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FSGAN_TOY", "slow")
    bench = make_bench()
    bench.set(frames="1001-1400")
    bench.press("start")
    wait_for(bench.run_folder() / "events.ndjson")
    shell = int((bench.run_folder() / "pid").read_text())
    os.kill(shell, signal.SIGKILL)
    (bench.run_folder() / "cancel").write_text("")
    monkeypatch.delenv("FSGAN_TOY")
    time.sleep(0.3)
    said = bench.press("load")
    assert said.startswith("Cancelled.") or "ended before its work was done" in said
    assert not said.startswith("swap")


def test_two_nodes_on_one_output_do_not_mix(
    make_bench: MakeBench, monkeypatch: pytest.MonkeyPatch, fusion_bench: ModuleType
) -> None:
    monkeypatch.setenv("FSGAN_TOY", "slow")
    first, second = make_bench(), make_bench()
    first.set(frames="1001-1400")
    first.press("start")
    wait_for(first.run_folder() / "events.ndjson")
    time.sleep(0.3)
    second.press("start")
    said = follow(second)
    assert said.startswith("ERROR: ") and "This output is being rendered by" in said
    first.press("cancel")
    assert follow(first).startswith("Cancelled.")


def test_deleted_node_is_let_go_and_the_engine_finishes(make_bench: MakeBench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FSGAN_TOY", "slow")
    bench = make_bench()
    bench.press("start")
    folder = bench.run_folder()
    bench.host.remove("FSGAN_Swap")
    bench.host.run_script((bench_scripts(bench) / "FSGAN Follow.lua").read_text(), None)
    wait_for(folder / "exit")
    assert (bench.folder / "out" / "swap.1003.exr").is_file()


def bench_scripts(bench: Any) -> Path:
    return Path(bench.hooks.root) / "Scripts" / "Comp" / "FSGAN"


def test_second_macro_in_one_composition_is_found_by_its_numbered_names(
    make_bench: MakeBench, fusion_bench: ModuleType
) -> None:
    bench = make_bench()
    group, _ = bench.host.add_macro(bench.setting, "_1")
    node = bench.lua.eval("require('fsgan').node")(group, bench.host.comp, bench.host.fusion, bench.host.bmd)
    assert node.panel.Name == "FSGANPanel_1"


def test_check_names_engine_and_output(make_bench: MakeBench) -> None:
    bench = make_bench()
    said = bench.press("check")
    assert said.startswith("Engine 0.") and "fusion 18.6.4. Output: " in said


def test_start_script_survives_quotes_and_spaces(make_bench: MakeBench) -> None:
    bench = make_bench()
    out = bench.folder / "it's $HOME & more" / "swap.%04d.exr"
    bench.set(out=str(out))
    bench.press("start")
    assert follow(bench).startswith("3 frames")
    assert (out.parent / "swap.1001.exr").is_file()


@pytest.mark.parametrize(
    ("told", "span"),
    [
        ([("keep finished frames", 1001), ("keep finished frames", 1002)], (1001, 1002)),
        ([("keep finished frames", 1001), ("find faces in p", 900), ("swap p", 1002), ("swap p", 1003)], (1001, 1003)),
        ([("find faces in p", 900), ("measure faces in p", 950), ("swap p", 1002)], (1002, 1002)),
    ],
)
def test_range_is_that_of_written_and_kept_frames(
    fusion_bench: ModuleType, told: list[tuple[str, int]], span: tuple[int, int]
) -> None:
    """Pass 1 looks at more frames than are written, and finished frames are told of before it."""
    lua = fusion_bench.new_lua("lua51")
    after, state, step = lua.eval("require('fsgan_run').after"), lua.table(), ""
    for name, frame in told:
        if name != step:
            after(state, lua.table_from({"event": "step", "step": name, "done": 0, "total": 9}))
        step = name
        after(state, lua.table_from({"event": "frame", "step": name, "done": 1, "total": 9, "frame": frame}))
    assert (state.first, state.last) == span


@pytest.mark.parametrize("text", ["plain", 'say "hi"\\', "Straße 日本 🎬", "tab\tand\nline", "\u2028 \x01"])
def test_json_text_survives_both_ways(fusion_bench: ModuleType, text: str) -> None:
    lua = fusion_bench.new_lua("lua51")
    words = lua.eval("require('fsgan_text')")
    assert json.loads(words.json_string(text)) == text
    assert words.event(json.dumps({"event": "note", "message": text, "done": 3})).message == text


@pytest.mark.parametrize("line", ["", "{", '{"event": "note"', '{"event": "no', "Killed", "[1]", '{"done": 1}'])
def test_half_written_line_is_no_event(fusion_bench: ModuleType, line: str) -> None:
    assert fusion_bench.new_lua("lua51").eval("require('fsgan_text')").event(line) is None


def test_windows_start_script_quotes_and_notes_the_exit_code(fusion_bench: ModuleType) -> None:
    lua = fusion_bench.new_lua("lua51")
    lua.execute("require('fsgan_text').on_windows = true")
    script = lua.eval("require('fsgan_run')").script("C:/fsgan env/Scripts/fsgan.exe", "D:/100% show/swap.fsgan/run")
    lines = script.split("\r\n")
    assert lines[:3] == ["@echo off", "chcp 65001 >nul", "setlocal"]
    assert 'set "PYTHONHOME="' in lines and 'set "LD_LIBRARY_PATH="' in lines
    assert lines[-3] == (
        r'"C:\fsgan env\Scripts\fsgan.exe" run "D:\100%% show\swap.fsgan\run\job.json" --run-folder '
        r'"D:\100%% show\swap.fsgan\run" --log json > "D:\100%% show\swap.fsgan\run\engine.log" 2>&1'
    )
    assert lines[-2] == r'echo %ERRORLEVEL%> "D:\100%% show\swap.fsgan\run\exit"'
