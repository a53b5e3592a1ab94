"""A job becomes tasks: each frame in exactly one chunk, steps in order, any kind of job."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fsgan_core.errors import JobError
from fsgan_core.farm.task_plan import (
    FINETUNE_JOB,
    JOB,
    TaskOptions,
    absolute_job,
    cut_into_chunks,
    files_of,
    frames_on_disk,
    input_paths,
    output_paths,
    plan_tasks,
)
from fsgan_core.job.settings import AnalyzeSettings, SwapSettings
from fsgan_core.job.spec import JOB_KINDS, AnalyzeJob, FinetuneJob, Pictures, PoseJob, ReenactJob, SwapJob
from fsgan_core.shot.frame_range import FrameRange

JOB_FILES = {JOB: "/show/job.json", FINETUNE_JOB: "/show/finetune.json"}


def swap_job(**settings: object) -> SwapJob:
    return SwapJob(
        Pictures("/show/p.%04d.exr"), Pictures("/show/s.mov"), "/show/out/swap.%04d.exr",
        SwapSettings(**settings),  # type: ignore[arg-type]
    )  # fmt: skip


def test_a_swap_is_analyzed_made_in_chunks_and_verified() -> None:
    plan = plan_tasks(swap_job(), FrameRange.parse("1001-1005"), TaskOptions(2))
    assert [step.name for step in plan.steps] == ["Analyze", "Frames", "Verify"]
    assert [step.depends_on for step in plan.steps] == [(), ("Analyze",), ("Frames",)]
    assert [plan.tasks(step, JOB_FILES) for step in plan.steps] == [
        [("run", "/show/job.json", "--only-analyze")],
        [
            ("run", "/show/job.json", "--frames", "1001-1002"),
            ("run", "/show/job.json", "--frames", "1003-1004"),
            ("run", "/show/job.json", "--frames", "1005"),
        ],
        [("verify", "/show/job.json")],
    ]
    assert plan.name == "swap"


def test_finetuning_comes_first_and_makes_the_weights_of_the_job() -> None:
    finetune = FinetuneJob((Pictures("/show/s.mov"),), "/show/weights/anna")
    plan = plan_tasks(swap_job(weights="/show/weights/anna"), FrameRange.of([1]), TaskOptions(finetune=finetune))
    assert [step.name for step in plan.steps] == ["Finetune", "Analyze", "Frames", "Verify"]
    assert plan.tasks(plan.steps[0], JOB_FILES) == [("run", "/show/finetune.json")]
    assert plan.steps[1].depends_on == ("Finetune",)
    with pytest.raises(JobError, match="uses the weights compact"):
        plan_tasks(swap_job(), FrameRange.of([1]), TaskOptions(finetune=finetune))


@pytest.mark.parametrize(
    "job",
    [
        AnalyzeJob(Pictures("/p.%04d.exr"), "/p.npz"),
        FinetuneJob((Pictures("/s.mov"),), "/weights/anna"),
        swap_job(frames="3-9"),
        ReenactJob(Pictures("/s.mov"), Pictures("/d.mov"), "/o/moved.%04d.exr"),
        PoseJob(Pictures("/s.mov"), "/o/turned.%04d.exr", curve="/c.csv"),
    ],
)
def test_every_kind_of_job_has_a_plan(job: object) -> None:
    plan = plan_tasks(job, FrameRange.parse("1-9"), TaskOptions(4))  # type: ignore[arg-type]
    assert plan.steps[-1].name == "Verify"
    has_chunks = any(plan.chunks(step) for step in plan.steps)
    assert has_chunks == hasattr(job, "for_frames")
    assert len(JOB_KINDS) >= 5


def test_a_job_with_frames_needs_them() -> None:
    with pytest.raises(JobError, match="Set frames"):
        plan_tasks(swap_job(), None, TaskOptions())
    with pytest.raises(JobError, match="at least 1"):
        TaskOptions(0)


@given(st.sets(st.integers(-50, 2000), min_size=1, max_size=120), st.integers(1, 50))
def test_chunks_hold_every_frame_once_in_order_and_are_balanced(numbers: set[int], size: int) -> None:
    chunks = cut_into_chunks(FrameRange.of(numbers), size)
    assert [number for chunk in chunks for number in chunk] == sorted(numbers)
    lengths = [len(chunk) for chunk in chunks]
    assert max(lengths) <= size
    assert max(lengths) - min(lengths) <= 1
    assert [FrameRange.parse(str(chunk)) for chunk in chunks] == list(chunks)


def test_frames_come_from_the_settings_or_the_plate_on_disk(tmp_path: Path) -> None:
    for number in (7, 8, 9):
        (tmp_path / f"p.{number:04d}.exr").write_bytes(b"x")
    job = replace(swap_job(), plate=Pictures(str(tmp_path / "p.%04d.exr")))
    assert frames_on_disk(job) == FrameRange.parse("7-9")
    assert frames_on_disk(replace(job, analyze=AnalyzeSettings(frames="7-8"))) == FrameRange.parse("7-8")
    assert frames_on_disk(replace(job, settings=SwapSettings(frames="2,9"))) == FrameRange.of([2, 9])
    assert frames_on_disk(replace(job, plate=Pictures("m.mov"))) is None
    assert frames_on_disk(AnalyzeJob(Pictures("p.exr"), "o.npz")) is None
    # Its frames are those of the driver, whatever the source has.
    moved = ReenactJob(job.plate, Pictures("driver.mov"), "m.%04d.exr")
    assert frames_on_disk(moved) is None
    assert frames_on_disk(moved.for_frames("3-4")) == FrameRange.of([3, 4])


def test_what_is_read_and_what_is_written(tmp_path: Path) -> None:
    job = replace(swap_job(weights="/show/weights/anna"), corrections="/show/c.json")
    assert set(input_paths(job)) == {"/show/p.%04d.exr", "/show/s.mov", "/show/c.json", "/show/weights/anna"}
    assert set(output_paths(job)) == {
        "/show/out/swap.%04d.exr", "/show/out/swap.plate.npz", "/show/out/swap.source.npz",
    }  # fmt: skip
    (tmp_path / "pack").mkdir()
    for name in ("a.0001.exr", "a.0002.exr", "b.0001.exr", "pack/manifest.json"):
        (tmp_path / name).write_bytes(b"x")
    assert [Path(name).name for name in files_of(str(tmp_path / "a.%04d.exr"))] == ["a.0001.exr", "a.0002.exr"]
    assert [Path(name).name for name in files_of(str(tmp_path / "pack"))] == ["manifest.json"]
    assert files_of(str(tmp_path / "none.%04d.exr")) == ()


def test_relative_paths_are_taken_from_the_folder_given() -> None:
    job = SwapJob(Pictures("../p.exr"), Pictures("s.mov"), "o.%04d.exr", SwapSettings(weights="compact"))
    moved = absolute_job(job, "/show/sh010")
    assert (moved.plate.path, moved.source.path, moved.out) == ("/show/p.exr", "/show/sh010/s.mov",
                                                               "/show/sh010/o.%04d.exr")  # fmt: skip
    assert moved.settings.weights == "compact"
