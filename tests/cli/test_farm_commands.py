"""`submit`, `plan` and `verify` on the command line: what they write, print, and leave as exit codes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fsgan_core.job.job_file import read_job, write_job
from fsgan_core.job.settings import SwapSettings
from fsgan_core.job.spec import AnalyzeJob, Pictures, ReenactJob, SwapJob
from fsgan_core.media.plate_frame import PictureHeader
from fsgan_core.media.write import write_frame
from fsgan_core.shot.image_window import ImageWindow


@pytest.fixture
def job_file(tmp_path: Path) -> Path:
    """A job of five frames of 40x30 px."""
    window = ImageWindow.of_size(40, 30)
    for number in range(1, 6):
        pixels = np.zeros((30, 40), np.float32)
        write_frame(str(tmp_path / f"p.{number:04d}.exr"), dict.fromkeys("RGB", pixels), PictureHeader(window, window))
    path = tmp_path / "job.json"
    write_job(SwapJob(Pictures("p.%04d.exr"), Pictures("p.0001.exr"), "out/swap.%04d.exr"), str(path))
    return path


@pytest.mark.parametrize(
    ("farm", "main_file"),
    [("openjd", "template.yaml"), ("opencue", "fsgan.outline"), ("deadline10", "submit.txt"), ("tractor", "fsgan.alf")],
)
def test_submit_writes_files_that_stand_on_their_own(fsgan: Any, job_file: Path, farm: str, main_file: str) -> None:
    outcome = fsgan("submit", str(job_file), "--to", farm, "--chunk", "2")
    assert outcome.exit_code == 0, outcome
    folder = job_file.parent / f"job_{farm}"
    assert (folder / main_file).is_file()
    moved = read_job(str(folder / "job.json"))
    assert moved.plate.path == str(job_file.parent / "p.%04d.exr")
    assert moved.out == str(job_file.parent / "out" / "swap.%04d.exr")
    assert "Submit with" in outcome.out


def test_submit_refuses_a_path_of_another_system_and_makes_nothing(fsgan: Any, tmp_path: Path) -> None:
    path = tmp_path / "job.json"
    write_job(SwapJob(Pictures("P:\\show\\p.%04d.exr"), Pictures("s.exr"), "o.%04d.exr"), str(path))
    outcome = fsgan("submit", str(path), "--to", "openjd")
    assert outcome.exit_code == 2
    assert "another operating system" in outcome.out
    assert [entry.name for entry in tmp_path.iterdir()] == ["job.json"]


def test_force_is_not_for_farms(fsgan: Any, job_file: Path) -> None:
    assert fsgan("submit", str(job_file), "--to", "tractor", "--force").exit_code == 2


def test_plan_prints_numbers_for_programs_and_for_people(fsgan: Any, job_file: Path) -> None:
    found = json.loads(fsgan("plan", str(job_file), "--chunk", "2", "--json").out)
    assert (found["frames"], found["chunks"], found["width"], found["height"]) == (5, 3, 40, 30)
    assert found["steps"] == [
        {"name": "Analyze", "tasks": 1}, {"name": "Frames", "tasks": 3}, {"name": "Verify", "tasks": 1},
    ]  # fmt: skip
    assert 0.2 < found["memory_gb"] < 4
    assert found["seconds_per_frame"] > 0
    assert "benchmarks/plan_costs.py" in found["costs"]
    assert "5 of 40x30 px" in fsgan("plan", str(job_file)).out


def test_plan_grows_with_frames_and_layers(fsgan: Any, job_file: Path) -> None:
    def needs(*words: str) -> dict[str, Any]:
        return json.loads(fsgan("plan", str(job_file), "--json", *words).out)

    few, all_of_them = needs("--frames", "1-2"), needs()
    assert few["frames"] == 2
    assert few["total_seconds"] < all_of_them["total_seconds"]


def test_plan_of_an_analysis_has_no_frames(fsgan: Any, tmp_path: Path) -> None:
    path = tmp_path / "job.json"
    write_job(AnalyzeJob(Pictures("p.%04d.exr"), "p.npz"), str(path))
    assert json.loads(fsgan("plan", str(path), "--json").out)["frames"] == 0
    assert fsgan("plan", str(path), "--measure").exit_code == 2


def test_plan_and_submit_take_the_jobs_that_move_a_source(fsgan: Any, job_file: Path) -> None:
    job = ReenactJob(Pictures("p.%04d.exr"), Pictures("p.%04d.exr"), "moved.%04d.exr")
    write_job(job, str(job_file))
    found = json.loads(fsgan("plan", str(job_file), "--json").out)
    assert (found["frames"], found["width"], found["height"]) == (5, 40, 30)
    assert fsgan("plan", str(job_file), "--measure").exit_code == 2
    assert fsgan("submit", str(job_file), "--to", "openjd").exit_code == 0
    assert '"1-5"' in (job_file.parent / "job_openjd" / "template.yaml").read_text("utf-8")


def test_verify_names_missing_frames_and_leaves_with_4(fsgan: Any, job_file: Path) -> None:
    outcome = fsgan("verify", str(job_file))
    assert outcome.exit_code == 4
    assert "frame 1: swap.0001.exr is missing" in outcome.out
    assert "5 of 5 frames are missing or damaged: 1-5" in outcome.out
    assert fsgan("verify", str(job_file), "--against", "/no/folder").exit_code == 2


def test_frames_of_a_job_that_writes_none_are_refused(fsgan: Any, tmp_path: Path) -> None:
    path = tmp_path / "job.json"
    write_job(AnalyzeJob(Pictures("p.%04d.exr"), "p.npz"), str(path))
    assert fsgan("submit", str(path), "--to", "local", "--frames", "1-2").exit_code == 2


def test_a_plan_that_needs_a_gpu_says_so(fsgan: Any, job_file: Path) -> None:
    job = SwapJob(Pictures("p.%04d.exr"), Pictures("p.0001.exr"), "o.%04d.exr", SwapSettings(device="cuda"))
    write_job(job, str(job_file))
    fsgan("submit", str(job_file), "--to", "openjd")
    assert "amount.worker.gpu" in (job_file.parent / "job_openjd" / "template.yaml").read_text("utf-8")
