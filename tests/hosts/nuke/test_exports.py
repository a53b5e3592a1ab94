"""The Exports tab and the farm button: which jobs they make, and what becomes of what the engine wrote."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from fsgan_core.errors import FsganError
from fsgan_core.job.export_job import ExportJob
from fsgan_core.job.export_settings import ExportSettings

pytestmark = pytest.mark.skipif(os.name == "nt", reason="POSIX paths")


@pytest.fixture
def gui() -> bool:
    """One way is enough here."""
    return False


def test_export_is_of_the_nodes_own_plate_face_and_analysis(shot: Any, adapter: Any) -> None:
    for knob, value in (("face", "2"), ("landmarks", "54"), ("smooth", False), ("corrections", "/c.json")):
        shot.node[knob].setValue(value)
    job = adapter("exports").export_job(shot.node, "tracker")
    assert isinstance(job, ExportJob)
    assert job.plate.path == f"{shot.folder}/plate.%04d.exr"
    assert job.analysis == f"{shot.out}/swap.plate.npz"
    assert job.corrections == "/c.json"
    assert job.out == f"{shot.out}/exports"
    assert job.settings == ExportSettings(formats="tracker", face="2", landmarks="54", frames="1001-1003")
    assert job.analyze.smooth is False


def test_export_of_an_analysis_uses_its_file_and_settings(shot: Any, adapter: Any) -> None:
    node = shot.nuke.make("FSGAN_Analyze")
    node.setInput(0, shot.plate)
    node["frames"].setValue("1001-1002")
    node["min_face_px"].setValue(64)
    job = adapter("exports").export_job(node, "all")
    assert job.analysis == f"{shot.folder}/fsgan/FSGAN_Analyze1/v001/faces.npz"
    assert (job.analyze.frames, job.analyze.min_face_px) == ("1001-1002", 64)


def test_node_without_a_plate_has_no_export(shot: Any, adapter: Any) -> None:
    node = shot.nuke.make("FSGAN_Reenact")
    node.setInput(0, shot.source)
    node.setInput(1, shot.plate)
    with pytest.raises(FsganError, match="Reenact has no plate to export"):
        adapter("exports").export_job(node, "all")


def test_tracks_are_taken_of_one_tracker_only(shot: Any, adapter: Any) -> None:
    with pytest.raises(FsganError, match="Select one Tracker"):
        adapter("exports").take_tracks(shot.node)


def test_roto_is_keyed_at_every_key_of_the_outline(shot: Any, adapter: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    keyed: list[tuple[int, tuple[float, float]]] = []

    class Point:
        def addPositionKey(self, frame: int, at: tuple[float, float]) -> None:
            keyed.append((frame, at))

    class ShapeControlPoint:
        def __init__(self, x: float, y: float) -> None:
            self.center, self.leftTangent, self.rightTangent = Point(), Point(), Point()
            self.featherLeftTangent, self.featherRightTangent = Point(), Point()

    class Shape(list[ShapeControlPoint]):
        name = ""

        def __init__(self, curves: Any) -> None:
            super().__init__()

    rotopaint = ModuleType("nuke.rotopaint")
    rotopaint.Shape, rotopaint.ShapeControlPoint = Shape, ShapeControlPoint  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "nuke.rotopaint", rotopaint)
    shot.nuke.module.rotopaint = rotopaint
    roto = shot.nuke.make("Roto")
    added: list[Any] = []

    class Curves:
        def __init__(self) -> None:
            self.rootLayer = added

        def changed(self) -> None:
            added.append("changed")

    roto._knobs["curves"] = Curves()
    monkeypatch.setattr(shot.nuke.module, "createNode", lambda *words, **options: roto)
    key = {"points": [[1.0, 2.0], [3.0, 4.0]], "tangents": [[0.5, 0.0], [0.0, 0.5]]}
    adapter("nuke_api").make_roto({"keys": [{"frame": 1001, **key}, {"frame": 1009, **key}]})
    assert [frame for frame, _ in keyed].count(1009) == 2 * 5
    assert (1001, (1.0, 2.0)) in keyed
    assert (1001, (-0.5, -0.0)) in keyed
    assert len(added[0]) == 2
    assert added[1] == "changed"


def test_write_for_farm_asks_the_engine_and_says_how_to_hand_it_over(
    shot: Any, adapter: Any, repository: Path, sample_plates: Path, tmp_path: Path
) -> None:
    """With the real program, which plans the job and runs nothing."""
    for read, name in ((shot.plate, "a"), (shot.source, "b")):
        read["file"].setValue(f"{sample_plates}/{name}/plate.%04d.exr")
    program = tmp_path / "real" / "fsgan"
    program.parent.mkdir()
    program.write_text(f"#!{sys.executable}\nfrom fsgan_core.cli.main import main\nmain()\n")
    program.chmod(0o755)
    assert subprocess.run([program, "--version"], cwd=repository, check=False).returncode == 0
    shot.node["engine"].setValue(str(program))
    shot.node["farm"].setValue("openjd")
    said = adapter("farm").submit(shot.node)
    assert said.startswith("Submit with: openjd run")
    assert (shot.out / "swap.job_openjd" / "template.yaml").exists()


def test_farms_of_the_menu_are_those_of_the_engine() -> None:
    from fsgan_core.cli.farm_commands import Farm
    from fsgan_nuke.node_knobs import FARMS

    assert {farm.value for farm in Farm} - {"local"} == set(FARMS)
