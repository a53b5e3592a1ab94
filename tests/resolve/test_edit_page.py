"""The edit page's script, in Python and in Lua, against the same strict Resolve and the toy engine."""

from __future__ import annotations

import json
import runpy
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from fsgan_core.host.run_folder import past_runs
from fsgan_core.job.job_file import parse_job, read_job
from fsgan_core.job.spec import SwapJob
from fsgan_resolve.edit_page import swap_selected_clips

SAID = list[str]


@pytest.fixture(scope="module")
def fake() -> ModuleType:
    from importlib.util import module_from_spec, spec_from_file_location

    spec = spec_from_file_location("fake_resolve", Path(__file__).parent / "fake_resolve.py")
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    sys.modules["fake_resolve"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def show(tmp_path: Path, fake: ModuleType) -> Any:
    """A project: a pink clip of a sequence on track 1, something above half of it, a source selected."""
    folder = tmp_path / "my show"
    folder.mkdir()
    for number in range(1001, 1021):
        (folder / f"plate.{number}.exr").write_text("plate")
    (folder / "who.png").write_text("source")
    clip = fake.FakeItem("plate.exr", fake.FakeMedia(f"{folder}/plate.[1001-1020].exr"), 86400, 4, 5, "Pink")
    above = fake.FakeItem("title", None, 86402, 50)
    timeline = fake.FakeTimeline([[clip], [above]])
    pool = fake.FakePool(timeline, [fake.FakeMedia(str(folder / "who.png"))])
    return fake.FakeResolve(fake.FakeProject(timeline, pool))


@pytest.fixture(params=["python", "lua"])
def run_script(
    request: pytest.FixtureRequest, tmp_path: Path, toy_engine: ModuleType, fusion_bench: ModuleType, fake: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[[Any], SAID]:  # fmt: skip
    """Runs the script of one of the two languages; gives the console."""
    own = tmp_path / "FSGAN"
    own.mkdir()
    (own / "engine.txt").write_text(toy_engine.make_toy_engine(tmp_path / "the engine"))
    monkeypatch.delenv("FSGAN_ENGINE", raising=False)

    def run(resolve: Any) -> SAID:
        said: SAID = []
        if request.param == "python":
            swap_selected_clips(resolve, str(own), said.append)
            return said
        lua = fusion_bench.new_lua()
        tools = {
            "say": said.append, "wait": lambda _s: time.sleep(0.02),
            "createdir": lambda path: Path(path).mkdir(parents=True, exist_ok=True),
        }  # fmt: skip
        swap = lua.eval("require('fsgan_edit').swap_selected_clips")
        swap(fake.lua_face(lua, resolve), str(own), lua.table_from(tools))
        return said

    run.folder = own  # type: ignore[attr-defined]
    return run


def out_of(show: Any) -> str:
    return str(Path(show.project.pool.selected[0].path).parent / "fsgan" / "plate_at86400_swap.%04d.exr")


def test_pink_clip_is_swapped_and_put_on_the_first_free_track(show: Any, run_script: Callable[[Any], SAID]) -> None:
    said = run_script(show)
    assert said[-1] == "FSGAN: plate.exr is on track 3."
    job = read_job(past_runs(out_of(show))[-1].job)
    assert isinstance(job, SwapJob)
    assert job.settings.frames == "1006-1009"
    assert job.plate.path.endswith("/my show/plate.%04d.exr") and job.source.path.endswith("who.png")
    assert job.host == "resolve 21.0.3"
    (result,) = show.project.timeline.tracks[2]
    assert (result.start, result.length, result.colour) == (86400, 4, "Teal")
    assert show.project.pool.imported == [{"FilePath": out_of(show), "StartIndex": 1006, "EndIndex": 1009}]
    assert [folder.name for folder in show.project.pool.root.folders] == ["FSGAN"]
    again = run_script(show)
    assert again[-1] == "FSGAN: plate.exr is on track 4."
    assert len(show.project.pool.root.folders) == 1


def test_track_above_is_used_where_it_is_free(show: Any, run_script: Callable[[Any], SAID]) -> None:
    show.project.timeline.tracks[1].clear()
    assert run_script(show)[-1].endswith("is on track 2.")


def test_clip_under_the_playhead_is_taken_where_none_is_pink(show: Any, run_script: Callable[[Any], SAID]) -> None:
    clip = show.project.timeline.tracks[0][0]
    clip.colour = ""
    assert "No clip is chosen. Give clips the colour Pink" in run_script(show)[0]
    show.project.timeline.under_playhead = clip
    assert run_script(show)[-1].endswith("is on track 3.")


def test_single_frame_is_imported_as_a_file(show: Any, run_script: Callable[[Any], SAID]) -> None:
    show.project.timeline.tracks[0][0].length = 1
    assert run_script(show)[-1].endswith("is on track 2.")
    assert show.project.pool.imported == [out_of(show) % 1006]


def test_settings_file_fills_the_form(show: Any, run_script: Any, tmp_path: Path) -> None:
    text = {"source": str(tmp_path / "my show" / "who.png"), "face": "2", "matte_soft_px": 4.5, "smooth": False,
            "out_folder": str(tmp_path / "results"), "one_file_per_layer": True, "plate_layer": "beauty"}  # fmt: skip
    (run_script.folder / "swap_settings.json").write_text(json.dumps(text))
    show.project.pool.selected = []
    assert run_script(show)[-1].endswith("is on track 3.")
    job = read_job(past_runs(str(tmp_path / "results" / "plate_at86400_swap.%04d.exr"))[-1].job)
    assert isinstance(job, SwapJob)
    assert (job.settings.face, job.settings.matte_soft_px, job.settings.one_file_per_layer) == ("2", 4.5, True)
    assert job.analyze.smooth is False and job.plate.layer == "beauty"


@pytest.mark.parametrize(
    ("text", "words"), [("{'face': 2}", "swap_settings.json"), ('{"fase": "2"}', "unknown entry 'fase'")]
)
def test_wrong_settings_file_is_said(show: Any, run_script: Any, text: str, words: str) -> None:
    (run_script.folder / "swap_settings.json").write_text(text)
    (line,) = run_script(show)
    assert line.startswith("FSGAN ERROR: ") and words in line


@pytest.mark.parametrize("toy", ["fail", "die"])
def test_engine_that_fails_or_dies_is_said_and_nothing_is_placed(
    show: Any, run_script: Callable[[Any], SAID], toy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FSGAN_TOY", toy)
    last = run_script(show)[-1]
    words = {"fail": "the plate is offline", "die": "it was killed, or it crashed"}
    assert last.startswith("FSGAN ERROR: plate.exr: ") and words[toy] in last
    assert len(show.project.timeline.tracks) == 2


def test_offline_media_is_said(show: Any, run_script: Callable[[Any], SAID]) -> None:
    show.project.timeline.tracks[0][0].media.path = "/nowhere/plate.[1001-1020].exr"
    (line,) = run_script(show)
    assert "The media of the clip plate.exr is offline" in line


def test_title_is_no_plate(show: Any, run_script: Callable[[Any], SAID]) -> None:
    show.project.timeline.tracks[1][0].colour = "Pink"
    assert "a title or a generator cannot be swapped" in run_script(show)[0]


def test_source_has_to_be_one(show: Any, run_script: Callable[[Any], SAID]) -> None:
    show.project.pool.selected *= 2
    assert "2 clips are selected in the media pool" in run_script(show)[0]


def test_no_timeline_is_said(show: Any, run_script: Callable[[Any], SAID]) -> None:
    show.project.timeline = None
    assert "No timeline is open" in run_script(show)[0]


def test_missing_engine_says_how_to_install_it(show: Any, run_script: Any) -> None:
    (run_script.folder / "engine.txt").write_text("/nowhere/fsgan")
    (line,) = run_script(show)
    assert "/nowhere/fsgan" in line and "bootstrap.py install" in line


def test_unwritable_output_is_said(show: Any, run_script: Callable[[Any], SAID], tmp_path: Path) -> None:
    (tmp_path / "my show" / "fsgan").write_text("a file where the folder should be")
    (line,) = run_script(show)
    assert "The output folder cannot be written to" in line


def test_unsaved_project_is_swapped_and_the_artist_warned(show: Any, run_script: Callable[[Any], SAID]) -> None:
    show.project.name = "Untitled Project 3"
    said = run_script(show)
    assert "is on track 3." in said[-2] and "has no name yet. Save it" in said[-1]


@pytest.mark.parametrize("what", ["pool", "timeline"])
def test_resolve_that_says_true_and_does_nothing_is_noticed(
    show: Any, run_script: Callable[[Any], SAID], what: str
) -> None:
    getattr(show.project, what).lazy = True
    words = {"pool": "Resolve did not place the result on track 3", "timeline": "Resolve did not add a video track"}
    assert words[what] in run_script(show)[-1]


def test_both_languages_make_the_same_job(
    show: Any, fusion_bench: ModuleType, tmp_path: Path, fake: ModuleType
) -> None:
    from fsgan_resolve.clip_plate import clip_plate
    from fsgan_resolve.edit_page import make_job, output_pattern

    item = show.project.timeline.tracks[0][0]
    clip = clip_plate(item, 1)
    source = show.project.pool.selected[0].path
    chosen = {"source": source, "matte_threshold": 0.7, "layers": "fsgan_blend"}
    wanted = make_job(clip, output_pattern(clip, ""), chosen, "resolve 21.0.3")
    lua = fusion_bench.new_lua()
    text = lua.execute("""
        local edit, job_file = require("fsgan_edit"), require("fsgan_job")
        return function(item, chosen)
          local clip = edit.clip_plate(item, 1)
          local function control(name)
            if name == "FS_frames" then return clip.first .. "-" .. clip.last end
            if name == "FS_plate" then return clip.path end
            return chosen[name:gsub("^FS_", "")]
          end
          local out = edit.out_pattern(clip)
          local paths = job_file.paths("swap", control, out, nil, function(path) return path end)
          return job_file.text("swap", control, paths, "resolve 21.0.3")
        end""")(fake.lua_face(lua, item), lua.table_from(chosen))
    assert parse_job(text) == wanted


# What only the Python script can: Resolve renders what the engine cannot open. --------------------------------------


@pytest.fixture
def raw_show(show: Any, tmp_path: Path) -> Any:
    show.project.timeline.tracks[0][0].media.path = str(tmp_path / "my show" / "A001.braw")
    return show


def test_camera_raw_is_rendered_by_resolve_first(
    raw_show: Any, tmp_path: Path, toy_engine: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FSGAN_ENGINE", toy_engine.make_toy_engine(tmp_path / "engine"))
    said: SAID = []
    (tmp_path / "swap_settings.json").write_text(json.dumps({"out_folder": str(tmp_path / "results")}))
    assert swap_selected_clips(raw_show, str(tmp_path), said.append) == 1, said
    job = read_job(past_runs(str(tmp_path / "results" / "plate_at86400_swap.%04d.exr"))[-1].job)
    assert isinstance(job, SwapJob)
    assert job.settings.frames == "86400-86403" and job.plate.path.endswith("plate.%08d.exr")
    raw_show.project.render_fails = True
    said.clear()
    assert swap_selected_clips(raw_show, str(tmp_path), said.append) == 0
    assert "Resolve did not render the clip plate.exr (codec)" in said[-1]


def test_camera_raw_needs_a_folder_for_results(
    raw_show: Any, tmp_path: Path, toy_engine: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FSGAN_ENGINE", toy_engine.make_toy_engine(tmp_path / "engine"))
    said: SAID = []
    swap_selected_clips(raw_show, str(tmp_path), said.append)
    assert "Name out_folder in swap_settings.json" in said[-1]


def test_menu_script_runs_the_package(
    show: Any, tmp_path: Path, fusion_bench: ModuleType, toy_engine: ModuleType, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setenv("FSGAN_ENGINE", toy_engine.make_toy_engine(tmp_path / "engine"))

    class Fusion:
        def MapPath(self, path: str) -> str:
            assert path == "UserPaths:"
            return str(fusion_bench.GIZMOS)

    script = fusion_bench.GIZMOS / "Scripts" / "Utility" / "FSGAN Swap selected clips (Python).py"
    runpy.run_path(str(script), {"fusion": Fusion(), "resolve": show})
    assert "FSGAN: plate.exr is on track 3." in capsys.readouterr().out


def test_lua_menu_script_finds_its_module(
    show: Any, tmp_path: Path, fusion_bench: ModuleType, fake: ModuleType, toy_engine: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv("FSGAN_ENGINE", toy_engine.make_toy_engine(tmp_path / "engine"))
    lua, said = fusion_bench.new_lua(), []
    lua.globals().package.path = ""
    lua.globals().print = said.append
    lua.globals().resolve = fake.lua_face(lua, show)
    lua.globals().fusion = lua.table_from({"MapPath": lambda _self, path: str(fusion_bench.GIZMOS)})
    makedirs = lambda path: Path(path).mkdir(parents=True, exist_ok=True)  # noqa: E731
    lua.globals().bmd = lua.table_from({"wait": lambda _s: time.sleep(0.02), "createdir": makedirs})
    lua.execute((fusion_bench.GIZMOS / "Scripts" / "Utility" / "FSGAN Swap selected clips.lua").read_text())
    assert said[-1] == "FSGAN: plate.exr is on track 3."


BROKEN = """
from fusionscript import Resolve
def f(resolve: Resolve) -> None:
    resolve.GetProjectManger()
    project = resolve.GetProjectManager().GetCurrentProject()
    project.GetMediaPool().ImportMedia([{"FilePath": "x", "StartIdx": 1}])
    resolve.OpenPage("fusions")
    project.GetCurrentTimeline().GetTrackCount(5)
"""


def test_stubs_refuse_a_misspelt_api(tmp_path: Path) -> None:
    """The check that mypy makes of resolve_api.py can fail."""
    (tmp_path / "broken.py").write_text(BROKEN)
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--config-file=", "--cache-dir", str(tmp_path / "cache"), "broken.py"],
        cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "GetProjectManger" in done.stdout and "Found 4 errors" in done.stdout, done.stdout
