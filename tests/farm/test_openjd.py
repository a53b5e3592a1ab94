"""The template is accepted by Open Job Description's own model, and the bundle names what workers read and write."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from openjd.model import StepParameterSpaceIterator, create_job, decode_job_template, preprocess_job_parameters

from fsgan_core.errors import JobError
from fsgan_core.farm.openjd import WorkerNeeds, asset_references, job_template, parameter_values, write_bundle
from fsgan_core.farm.task_plan import TaskPlan
from fsgan_core.job.job_file import read_job
from fsgan_core.shot.frame_range import FrameRange

NEEDS = WorkerNeeds(memory_mib=2048)


def chunks_of(template: dict, folder: Path, **values: str) -> list[str]:
    """The frames of each task, as Open Job Description cuts them."""
    decoded = decode_job_template(template=template, supported_extensions=["TASK_CHUNKING"])
    parameters = preprocess_job_parameters(
        job_template=decoded, job_parameter_values=values, job_template_dir=folder, current_working_dir=folder
    )
    job = create_job(job_template=decoded, job_parameter_values=parameters)
    step = next(step for step in job.steps if step.name == "Frames")
    return [task["Frames"].value for task in StepParameterSpaceIterator(space=step.parameterSpace)]


def test_template_is_valid_and_cuts_frames_as_asked(plan: TaskPlan, tmp_path: Path) -> None:
    template = job_template(plan, NEEDS)
    assert chunks_of(template, tmp_path) == ["1001-1004", "1005-1007", "1008-1010"]
    assert chunks_of(template, tmp_path, ChunkSize="10", Frames="1-20") == ["1-10", "11-20"]


def test_scattered_frames_are_cut_into_what_the_engine_reads(scattered_plan: TaskPlan, tmp_path: Path) -> None:
    chunks = chunks_of(job_template(scattered_plan, NEEDS), tmp_path)
    assert [number for chunk in chunks for number in FrameRange.parse(chunk)] == [1001, 1003, 1005, 1007, 1009, 1050]


def test_steps_depend_on_each_other_and_end_in_time(plan: TaskPlan) -> None:
    steps = job_template(plan, WorkerNeeds(2048, gpu=True))["steps"]
    assert [(step["name"], [on["dependsOn"] for on in step.get("dependencies", [])]) for step in steps] == [
        ("Finetune", []), ("Analyze", ["Finetune"]), ("Frames", ["Analyze"]), ("Verify", ["Frames"]),
    ]  # fmt: skip
    for step in steps:
        action = step["script"]["actions"]["onRun"]
        assert action["cancelation"]["mode"] == "NOTIFY_THEN_TERMINATE"
        assert "--path-map" in action["args"]
    amounts = steps[2]["hostRequirements"]["amounts"]
    assert {"name": "amount.worker.memory", "min": 2048} in amounts
    assert {"name": "amount.worker.gpu", "min": 1} in amounts


def test_too_many_scattered_frames_are_refused_in_words(plan_of: Callable[..., TaskPlan]) -> None:
    with pytest.raises(JobError, match="too scattered"):
        job_template(plan_of(",".join(str(number * number) for number in range(400))), NEEDS)


def test_bundle_is_complete_and_its_job_runs_from_anywhere(plan: TaskPlan, tmp_path: Path) -> None:
    written = write_bundle(plan, str(tmp_path / "bundle"), NEEDS)
    names = {"template.yaml", "parameter_values.yaml", "asset_references.yaml", "job.json", "finetune.json"}
    assert {Path(path).name for path in written} == names == {path.name for path in (tmp_path / "bundle").iterdir()}
    assert read_job(str(tmp_path / "bundle" / "job.json")) == plan.job
    texts = {name: yaml.safe_load((tmp_path / "bundle" / name).read_text("utf-8")) for name in names - {"job.json"}}
    assert texts["template.yaml"] == job_template(plan, NEEDS)
    assert texts["parameter_values.yaml"] == parameter_values(plan)
    assert texts["asset_references.yaml"] == asset_references(plan)


def test_assets_are_the_files_read_and_the_folders_written(plan: TaskPlan) -> None:
    references = asset_references(plan)["assetReferences"]
    assert references["inputs"] == {"filenames": [], "directories": []}  # none of them exists here
    assert references["outputs"] == {"directories": ["/show/sh 010", "/show/weights/anna"]}


def test_openjd_check_passes(plan: TaskPlan, tmp_path: Path) -> None:
    write_bundle(plan, str(tmp_path), NEEDS)
    command = [sys.executable, "-m", "openjd", "check", str(tmp_path / "template.yaml")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads((tmp_path / "job.json").read_text("utf-8"))["kind"] == "swap"
