"""What is connected reaches the job: files of a plain Read as they are, anything else pre-rendered at full size."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from fsgan_core.errors import FsganError
from fsgan_core.job.job_file import read_job

pytestmark = pytest.mark.skipif(os.name == "nt", reason="POSIX paths")


@pytest.fixture
def gui() -> bool:
    """One way is enough here."""
    return False


def collect(adapter: Any, shot: Any) -> list[Any]:
    return list(adapter("collect").collect_jobs(shot.node))


def write_files(shot: Any) -> None:
    """Let Nuke's execute leave files."""
    shot.nuke.on_execute = lambda path, frame: Path(path % frame).write_text("pixels")


def test_plain_read_gives_its_full_files_never_the_proxy(shot: Any, adapter: Any) -> None:
    shot.plate["proxy"].setValue("/proxy/plate.%04d.jpg")
    shot.nuke.root_node["proxy"].setValue(True)
    (job,) = collect(adapter, shot)
    assert job.plate.path == f"{shot.folder}/plate.%04d.exr"
    assert shot.nuke.executed == []


def test_dots_and_disabled_nodes_are_looked_through(shot: Any, adapter: Any) -> None:
    dot = shot.nuke.make("Dot")
    grade = shot.nuke.make("Grade", disable=True)
    grade.setInput(0, shot.plate)
    dot.setInput(0, grade)
    shot.node.setInput(0, dot)
    (job,) = collect(adapter, shot)
    assert job.plate.path == f"{shot.folder}/plate.%04d.exr"


@pytest.mark.parametrize("changed", ["grade", "retime"])
def test_anything_else_is_prerendered_at_full_size(shot: Any, adapter: Any, changed: str) -> None:
    write_files(shot)
    if changed == "grade":
        grade = shot.nuke.make("Grade")
        grade.setInput(0, shot.plate)
        shot.node.setInput(0, grade)
    else:
        shot.plate["frame"].setValue("frame*2")
    shot.nuke.root_node["proxy"].setValue(True)
    (job,) = collect(adapter, shot)
    expected = f"{shot.out}/swap.fsgan/prerender/plate.%04d.exr"
    assert job.plate.path == expected
    assert shot.nuke.executed == [("PlateWrite", expected, 1001, 1003, ["main"], False)]
    assert shot.nuke.root_node["proxy"].value() is True
    assert shot.node.node("PlateWrite")["disable"].value() is True


def test_prerender_is_kept_only_where_the_artist_says_so_and_it_is_whole(shot: Any, adapter: Any) -> None:
    write_files(shot)
    grade = shot.nuke.make("Grade")
    grade.setInput(0, shot.plate)
    shot.node.setInput(0, grade)
    collect(adapter, shot)
    collect(adapter, shot)
    assert len(shot.nuke.executed) == 2
    shot.node["prerender"].setValue("keep")
    collect(adapter, shot)
    assert len(shot.nuke.executed) == 2
    (Path(shot.out) / "swap.fsgan" / "prerender" / "plate.1002.exr").unlink()
    collect(adapter, shot)
    assert len(shot.nuke.executed) == 3


def test_failed_prerender_is_told_and_leaves_the_write_disabled(shot: Any, adapter: Any) -> None:
    def fail(path: str, frame: int) -> None:
        raise RuntimeError("Cancelled")

    shot.nuke.on_execute = fail
    shot.plate["frame"].setValue("frame+1")
    with pytest.raises(FsganError, match="The pre-render of FSGAN_Swap1.PlateWrite failed: Cancelled"):
        collect(adapter, shot)
    assert shot.node.node("PlateWrite")["disable"].value() is True


def test_mattes_reach_the_engine(shot: Any, adapter: Any) -> None:
    write_files(shot)
    shot.node.setInput(2, shot.nuke.make("Read", "Matte", file="/m/matte.%04d.exr"))
    roto = shot.nuke.make("Roto")
    shot.node.setInput(3, roto)
    shot.node["artist_matte_use"].setValue("face")
    (job,) = collect(adapter, shot)
    assert job.mattes.artist_matte == "/m/matte.%04d.exr"
    assert job.mattes.artist_matte_use == "face"
    assert job.mattes.holdout_matte == f"{shot.out}/swap.fsgan/prerender/holdoutmatte.%04d.exr"
    assert shot.nuke.executed[0][2:4] == (1001, 1003)


def test_files_named_on_the_node_win_over_what_is_connected(shot: Any, adapter: Any) -> None:
    shot.node["plate"].setValue("/other/plate.%04d.exr")
    shot.node["plate_layer"].setValue("beauty")
    (job,) = collect(adapter, shot)
    assert (job.plate.path, job.plate.layer) == ("/other/plate.%04d.exr", "beauty")


@pytest.mark.parametrize(
    ("path", "whole"),
    [
        ("C:\\shots\\plate.%04d.exr", "C:/shots/plate.%04d.exr"),
        ("\\\\server\\show\\plate.%04d.exr", "//server/show/plate.%04d.exr"),
        ("plates/my plate.%04d.exr", "{folder}/plates/my plate.%04d.exr"),
        ("/abs/größe/plate.%04d.exr", "/abs/größe/plate.%04d.exr"),
    ],
)
def test_paths_of_every_system_are_whole_and_forward(shot: Any, adapter: Any, path: str, whole: str) -> None:
    shot.node["plate"].setValue(path.replace("\\", "\\\\") if "\\" in path else path)
    assert adapter("nuke_api").absolute(path) == whole.format(folder=shot.folder)


def test_colorspace_of_the_read_is_named_only_under_ocio(shot: Any, adapter: Any) -> None:
    shot.plate["colorspace"].setValue("ACES - ACEScg")
    assert collect(adapter, shot)[0].settings.colorspace == ""
    shot.nuke.root_node["colorManagement"].setValue("OCIO")
    shot.nuke.root_node["workingSpaceLUT"].setValue("scene_linear (ACES - ACEScg)")
    assert collect(adapter, shot)[0].settings.colorspace == "ACES - ACEScg"
    shot.node["colorspace"].setValue("linear mine")
    assert collect(adapter, shot)[0].settings.colorspace == "linear mine"
    shot.plate["raw"].setValue(True)
    shot.node["colorspace"].setValue("")
    assert collect(adapter, shot)[0].settings.colorspace == ""


def test_prerender_is_in_the_working_space(shot: Any, adapter: Any) -> None:
    write_files(shot)
    shot.nuke.root_node["colorManagement"].setValue("OCIO")
    shot.nuke.root_node["workingSpaceLUT"].setValue("scene_linear (ACES - ACEScg)")
    shot.plate["frame"].setValue("frame+1")
    assert collect(adapter, shot)[0].settings.colorspace == "ACES - ACEScg"


def test_stereo_makes_a_job_a_view(shot: Any, adapter: Any) -> None:
    shot.nuke.views = ["left", "right"]
    assert len(collect(adapter, shot)) == 1
    shot.plate["file"].setValue("/s/plate_%V.%04d.exr")
    shot.node["out"].setValue("/s/out_%V/swap_%v.%04d.exr")
    jobs = collect(adapter, shot)
    assert [job.out for job in jobs] == ["/s/out_left/swap_l.%04d.exr", "/s/out_right/swap_r.%04d.exr"]
    assert [job.plate.stereo_view for job in jobs] == ["left", "right"]
    plates = [job.plate_to_analyze().sequence.text for job in jobs]
    assert plates == ["/s/plate_left.%04d.exr", "/s/plate_right.%04d.exr"]
    shot.node["views"].setValue("right")
    assert [job.plate.stereo_view for job in collect(adapter, shot)] == ["right"]
    shot.node["views"].setValue("top")
    with pytest.raises(FsganError, match="no view top: it has left, right"):
        collect(adapter, shot)


def test_stereo_render_runs_one_view_after_the_other(shot: Any, tmp_path: Path) -> None:
    shot.nuke.views = ["left", "right"]
    shot.plate["file"].setValue("/s/plate_%V.%04d.exr")
    shot.node["out"].setValue(f"{tmp_path}/%V/swap.%04d.exr")
    shot.nuke.press(shot.node, "render")
    assert (tmp_path / "left" / "swap.1003.exr").exists()
    assert (tmp_path / "right" / "swap.1003.exr").exists()
    assert shot.node.node("Result")["file"].value() == f"{tmp_path}/%V/swap.%04d.exr"


def test_other_nodes_make_their_jobs(shot: Any, adapter: Any, tmp_path: Path) -> None:
    collect_jobs = adapter("collect").collect_jobs
    analyze = shot.nuke.make("FSGAN_Analyze")
    analyze.setInput(0, shot.plate)
    (job,) = collect_jobs(analyze)
    assert job.out == f"{shot.folder}/fsgan/FSGAN_Analyze1/v001/faces.npz"
    finetune = shot.nuke.make("FSGAN_Finetune")
    finetune.setInput(0, shot.source)
    finetune.setInput(2, shot.nuke.make("Read", "More", file="/more.mov"))
    finetune["sources"].setValue("/a.mov; /b.mov")
    finetune["iterations"].setValue(7)
    (job,) = collect_jobs(finetune)
    assert [clip.path for clip in job.sources] == ["/a.mov", "/b.mov", f"{shot.folder}/actor.mov", "/more.mov"]
    assert job.settings.iterations == 7
    reenact = shot.nuke.make("FSGAN_Reenact")
    reenact.setInput(0, shot.source)
    reenact.setInput(1, shot.plate)
    (job,) = collect_jobs(reenact)
    assert (job.source.path, job.driver.path) == (f"{shot.folder}/actor.mov", f"{shot.folder}/plate.%04d.exr")
    with pytest.raises(FsganError, match="no FSGAN node"):
        collect_jobs(shot.plate)


def test_gizmo_made_a_group_still_renders(shot: Any, adapter: Any) -> None:
    shot.node.makeGroup()
    assert shot.node.Class() == "Group"
    shot.nuke.press(shot.node, "render")
    assert shot.node["result_last"].value() == 1003


def test_every_text_knob_may_hold_tcl(shot: Any, adapter: Any) -> None:
    shot.node["frames"].setValue("[value root.first_frame]-[value root.last_frame]")
    assert collect(adapter, shot)[0].settings.frames == "1001-1010"


def test_job_on_disk_is_the_job_collected(shot: Any, adapter: Any) -> None:
    (job,) = collect(adapter, shot)
    shot.nuke.press(shot.node, "save_job")
    assert read_job(f"{shot.out}/swap.job.json") == job
