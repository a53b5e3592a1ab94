"""`fsgan export` and `fsgan import-tracks` make the jobs that a host would write."""

from __future__ import annotations

from typing import Any

import pytest

from fsgan_core.exports import cattery_package
from fsgan_core.job.export_job import ExportJob
from fsgan_core.job.export_settings import ExportSettings
from fsgan_core.job.import_tracks_job import ImportTracksJob, ImportTracksSettings
from fsgan_core.job.pictures import Pictures
from fsgan_core.job.settings import AnalyzeSettings
from fsgan_core.pipeline import engine as engine_module


def test_export_reaches_the_engine_with_every_setting(fsgan: Any, engine: Any) -> None:
    outcome = fsgan(
        "export", "p.%04d.exr", "--out", "o", "--formats", "chan,roto", "--frames", "1-9", "--face", "2",
        "--landmarks", "all", "--focal-mm", "35", "--haperture-mm", "24", "--contour-tolerance-px", "1",
        "--colorspace", "ACEScg", "--device", "cpu", "--analyze-frames", "1-20", "--min-face-px", "64",
        "--analysis", "a.npz", "--corrections", "c.json", "--layer", "beauty", "--stereo-view", "left",
    )  # fmt: skip
    assert outcome.exit_code == 0, outcome
    settings = ExportSettings(
        formats="chan,roto", frames="1-9", face="2", landmarks="all", focal_mm=35.0, haperture_mm=24.0,
        contour_tolerance_px=1.0, colorspace="ACEScg", device="cpu",
    )  # fmt: skip
    analyze = AnalyzeSettings(frames="1-20", min_face_px=64)
    plate = Pictures("p.%04d.exr", "beauty", "left")
    assert engine.jobs == [ExportJob(plate, "o", settings, analyze, "a.npz", "c.json")]


def test_tracks_reach_the_engine_with_every_setting(fsgan: Any, engine: Any) -> None:
    outcome = fsgan(
        "import-tracks", "t.nk", "--plate", "p.%04d.exr", "--analysis", "a.npz", "--out", "c.json", "--onto", "b.json",
        "--face", "1", "--track-names", "nose=54", "--outside", "hold", "--fade-frames", "0",
    )  # fmt: skip
    assert outcome.exit_code == 0, outcome
    settings = ImportTracksSettings("1", "nose=54", "hold", 0)
    assert engine.jobs == [ImportTracksJob(Pictures("p.%04d.exr"), "t.nk", "a.npz", "c.json", settings, "b.json")]


def test_wrong_format_is_a_usage_error(fsgan: Any, engine: Any) -> None:
    outcome = fsgan("export", "p.exr", "--out", "o", "--formats", "fbx")
    assert outcome.exit_code == 2
    assert engine.jobs == []


def test_cattery_is_written_from_the_pack_asked_for(fsgan: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    monkeypatch.setattr(engine_module, "open_engine", lambda weights, device: (weights, device))
    monkeypatch.setattr(
        cattery_package, "write_cattery", lambda pack, out, progress: asked.append((pack, out)) or ["one", "two"]
    )
    outcome = fsgan("export-cattery", "--out", "Cattery", "--weights", "mine")
    assert outcome.exit_code == 0, outcome
    assert asked == [(("mine", "cpu"), "Cattery")]
