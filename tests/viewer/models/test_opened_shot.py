"""What `fsgan view SHOT` finds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fsgan_core.errors import JobError, PlateError
from fsgan_core.job.job_file import write_job
from fsgan_core.job.spec import AnalyzeJob, Pictures, SwapJob
from fsgan_viewer.models.opened_shot import find_shot


def test_a_result_finds_what_the_engine_left_beside_it(shot: Any) -> None:
    files = find_shot(shot.result)
    assert files.result == shot.result
    assert files.plate_analysis == shot.analysis
    assert files.corrections.endswith("swap.corrections.json")
    assert "the plate" in files.missing()
    assert "an analysis of the plate (fsgan analyze)" not in files.missing()


def test_a_job_names_everything_relative_to_itself(shot: Any) -> None:
    job = SwapJob(Pictures("plate.%04d.exr"), Pictures("source.mov"), "swap.%04d.exr", corrections="mine.json")
    path = str(shot.folder / "shot.job.json")
    write_job(job, path)
    files = find_shot(path)
    assert files.plate == shot.plate
    assert files.source == str(shot.folder / "source.mov")
    assert files.plate_analysis == shot.analysis
    assert files.corrections == str(shot.folder / "mine.json")
    assert files.job_file == path


def test_an_analyze_job_is_a_shot_too(shot: Any) -> None:
    path = str(shot.folder / "a.job.json")
    write_job(AnalyzeJob(Pictures("plate.%04d.exr"), "faces.npz"), path)
    assert find_shot(path).plate_analysis == str(shot.folder / "faces.npz")


def test_a_plate_is_no_result(shot: Any) -> None:
    files = find_shot(shot.plate)
    assert (files.plate, files.result) == (shot.plate, "")


def test_a_folder_opens_its_job_else_its_result_else_its_plate(shot: Any) -> None:
    assert find_shot(str(shot.folder)).result == shot.result
    job = SwapJob(Pictures("plate.%04d.exr"), Pictures("source.mov"), "swap.%04d.exr")
    write_job(job, str(shot.folder / "shot.job.json"))
    assert find_shot(str(shot.folder)).plate == shot.plate
    for path in [*shot.folder.glob("swap.*"), shot.folder / "shot.job.json"]:
        path.unlink()
    assert find_shot(str(shot.folder)).plate == shot.plate


def test_what_the_artist_names_wins(shot: Any) -> None:
    files = find_shot(shot.result, {"plate": shot.plate, "plate_analysis": "other.npz", "report": ""})
    assert (files.plate, files.plate_analysis) == (shot.plate, "other.npz")
    assert files.report.endswith("swap.report.json")


def test_nothing_there_is_a_sentence(shot: Any, tmp_path: Path) -> None:
    with pytest.raises(PlateError, match="Did you mean"):
        find_shot(str(shot.folder / "plat.%04d.exr"))
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(PlateError, match="no job, no sequence"):
        find_shot(str(empty))
    (empty / "bad.json").write_text('{"fsgan_job": 1, "kind": "dance"}', encoding="utf-8")
    with pytest.raises(JobError, match="dance"):
        find_shot(str(empty / "bad.json"))
