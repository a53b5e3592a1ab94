"""Arguments and job files become the same jobs, and every setting is an option."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from fsgan_core.job.job_file import write_job
from fsgan_core.job.matte_settings import MatteSettings
from fsgan_core.job.progress import LOG_FORMATS
from fsgan_core.job.settings import AnalyzeSettings, SwapSettings, describe_settings
from fsgan_core.job.spec import AnalyzeJob, Pictures, SwapJob

SWAP = ("swap", "--source", "s.mov", "--plate", "p.%04d.exr", "--out", "o/swap.%04d.exr")


def another_value(info: Any) -> Any:
    """An allowed value that is not the default."""
    if info.type is bool:
        return not info.default
    if info.choices:
        return next(choice for choice in info.choices if choice != info.default)
    if info.type is str:
        return "1-3" if "frames" in info.name else "other"
    return info.type(info.maximum if info.default != info.maximum else info.minimum)


def as_option(option: str, value: Any) -> list[str]:
    name = option.replace("_", "-")
    if isinstance(value, bool):
        return [f"--{name}" if value else f"--no-{name}"]
    return [f"--{name}", str(value)]


def test_arguments_left_out_give_the_defaults_of_the_settings(fsgan: Any, engine: Any) -> None:
    assert fsgan(*SWAP).exit_code == 0
    assert engine.jobs == [SwapJob(Pictures("p.%04d.exr"), Pictures("s.mov"), "o/swap.%04d.exr")]


def test_every_setting_is_an_option_of_swap(fsgan: Any, engine: Any) -> None:
    swap = {info.name: another_value(info) for info in describe_settings(SwapSettings)}
    analyze = {info.name: another_value(info) for info in describe_settings(AnalyzeSettings)}
    analyze["colorspace"] = ""
    mattes = {info.name: another_value(info) for info in describe_settings(MatteSettings)}
    options = [word for values in (swap, mattes) for name, value in values.items() for word in as_option(name, value)]
    for name, value in analyze.items():
        if name != "colorspace":
            options += as_option("analyze_frames" if name == "frames" else name, value)
    outcome = fsgan(*SWAP, *options)
    assert outcome.exit_code == 0, outcome
    assert engine.jobs[0].settings == SwapSettings(**swap)
    assert engine.jobs[0].analyze == AnalyzeSettings(**analyze)
    assert engine.jobs[0].mattes == MatteSettings(**mattes)


def test_every_setting_is_an_option_of_analyze(fsgan: Any, engine: Any) -> None:
    values = {info.name: another_value(info) for info in describe_settings(AnalyzeSettings)}
    options = [word for name, value in values.items() for word in as_option(name, value)]
    outcome = fsgan("analyze", "p.exr", "--out", "f.npz", "--device", "cpu", *options)
    assert outcome.exit_code == 0, outcome
    assert engine.jobs == [AnalyzeJob(Pictures("p.exr"), "f.npz", AnalyzeSettings(**values), device="cpu")]


def test_layers_views_and_analysis_files_reach_the_job(fsgan: Any, engine: Any) -> None:
    fsgan(
        *SWAP, "--plate-layer", "beauty", "--source-layer", "rgba", "--stereo-view", "left",
        "--plate-analysis", "a.npz", "--source-analysis", "b.npz",
    )  # fmt: skip
    assert engine.jobs == [
        SwapJob(
            Pictures("p.%04d.exr", "beauty", "left"),
            Pictures("s.mov", "rgba"),
            "o/swap.%04d.exr",
            plate_analysis="a.npz",
            source_analysis="b.npz",
        )
    ]


def test_job_file_runs_as_written_with_paths_from_its_folder(fsgan: Any, engine: Any, tmp_path: Path) -> None:
    job = SwapJob(Pictures("p.exr"), Pictures("/abs/s.exr"), "o.exr", SwapSettings(max_views=2, weights="compact"))
    write_job(job, str(tmp_path / "job.json"))
    assert fsgan("run", str(tmp_path / "job.json")).exit_code == 0
    assert engine.jobs == [
        SwapJob(Pictures(str(tmp_path / "p.exr")), Pictures("/abs/s.exr"), str(tmp_path / "o.exr"), job.settings)
    ]


def test_frames_of_a_farm_task_replace_those_of_the_job(fsgan: Any, engine: Any, tmp_path: Path) -> None:
    write_job(
        SwapJob(Pictures("/p.exr"), Pictures("/s.exr"), "/o.exr", SwapSettings(frames="1-9")), str(tmp_path / "j.json")
    )
    assert fsgan("run", str(tmp_path / "j.json"), "--frames", "4-6").exit_code == 0
    assert engine.jobs[0].settings.frames == "4-6"
    assert engine.jobs[0].analyze.frames == ""


def test_force_reaches_the_engine(fsgan: Any, engine: Any, tmp_path: Path) -> None:
    write_job(SwapJob(Pictures("/p.exr"), Pictures("/s.exr"), "/o.exr"), str(tmp_path / "j.json"))
    fsgan("run", str(tmp_path / "j.json"))
    fsgan("run", str(tmp_path / "j.json"), "--force")
    fsgan(*SWAP, "--force")
    assert engine.forced == [False, True, True]


def test_frames_of_an_analysis_cannot_be_split(fsgan: Any, engine: Any, tmp_path: Path) -> None:
    write_job(AnalyzeJob(Pictures("/p.exr"), "/f.npz"), str(tmp_path / "j.json"))
    outcome = fsgan("run", str(tmp_path / "j.json"), "--frames", "4-6")
    assert outcome.exit_code == 2
    assert "must see the whole shot" in outcome.out


@pytest.mark.parametrize("through_environment", [True, False])
def test_paths_are_mapped_by_the_rules_given(
    fsgan: Any, engine: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, through_environment: bool
) -> None:
    rule = {"source_path_format": "WINDOWS", "source_path": "P:\\show", "destination_path": "/mnt/show"}
    rules = tmp_path / "rules.json"
    rules.write_text(json.dumps({"version": "pathmapping-1.0", "path_mapping_rules": [rule]}))
    job = SwapJob(Pictures("P:\\show\\p.exr"), Pictures("P:/show/s.exr"), "P:/show/o.exr")
    write_job(job, str(tmp_path / "job.json"))
    arguments = ["run", str(tmp_path / "job.json")]
    if not through_environment:
        arguments += ["--path-map", str(rules)]
    else:
        monkeypatch.setenv("FSGAN_PATH_MAP", str(rules))
    outcome = fsgan(*arguments)
    assert outcome.exit_code == 0, outcome
    assert engine.jobs == [SwapJob(Pictures("/mnt/show/p.exr"), Pictures("/mnt/show/s.exr"), "/mnt/show/o.exr")]


@pytest.mark.skipif(os.name == "nt", reason="a Windows path is at home there")
def test_path_of_another_system_is_refused_and_makes_no_folder(
    fsgan: Any, engine: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    outcome = fsgan("swap", "--source", "s.exr", "--plate", "p.exr", "--out", "P:\\show\\o.%04d.exr")
    assert outcome.exit_code == 2
    assert "another operating system" in outcome.out
    assert engine.jobs == []
    assert os.listdir(tmp_path) == []


def test_broken_job_file_is_named(fsgan: Any, engine: Any, tmp_path: Path) -> None:
    path = tmp_path / "größe 1.json"
    path.write_text("{")
    outcome = fsgan("run", str(path))
    assert outcome.exit_code == 2
    assert str(path) in outcome.out


def test_log_option_knows_every_format() -> None:
    from fsgan_core.cli.reporting import LogFormat

    assert {item.value for item in LogFormat} == {"auto", *LOG_FORMATS}
