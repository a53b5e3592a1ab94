"""`fsgan submit`, `fsgan plan` and `fsgan verify`: what stands around `fsgan run` on a farm."""

from __future__ import annotations

import json
import os
import sys
from enum import StrEnum
from typing import Annotated, Any

import typer

from fsgan_core.cli.job_commands import Force, Log, PathMap, read_local_job
from fsgan_core.cli.reporting import LogFormat, reporting
from fsgan_core.errors import JobError
from fsgan_core.farm.deadline10 import write_deadline10
from fsgan_core.farm.local import LocalOptions, run_locally
from fsgan_core.farm.opencue import write_outline
from fsgan_core.farm.openjd import WorkerNeeds, write_bundle
from fsgan_core.farm.task_plan import (
    DEFAULT_CHUNK_FRAMES,
    FINETUNE_JOB,
    JOB,
    TaskOptions,
    TaskPlan,
    absolute_job,
    frames_on_disk,
    plan_tasks,
)
from fsgan_core.farm.tractor import write_tractor
from fsgan_core.job.consent import check_consent
from fsgan_core.job.spec import SwapJob
from fsgan_core.shot.frame_range import FrameRange


class Farm(StrEnum):
    """What `--to` may say."""

    LOCAL = "local"
    OPENJD = "openjd"
    OPENCUE = "opencue"
    DEADLINE10 = "deadline10"
    TRACTOR = "tractor"


_HOW_TO_SUBMIT = {
    Farm.OPENJD: "openjd run {folder}/template.yaml  or  deadline bundle submit {folder}",
    Farm.OPENCUE: "pycuerun {folder}/fsgan.outline",
    Farm.DEADLINE10: "run the command line in {folder}/submit.txt",
    Farm.TRACTOR: "tractor-spool {folder}/fsgan.alf",
}

JobFile = Annotated[str, typer.Argument(metavar="JOB.json", help="The job, as a host or a farm wrote it.")]
Frames = Annotated[str, typer.Option("--frames", help="Only these frames of the job, such as 1001-1010.")]
Chunk = Annotated[int, typer.Option("--chunk", min=1, help="Frames of one task; any number gives the same pictures.")]
Finetune = Annotated[
    str, typer.Option("--finetune", metavar="JOB.json", help="A finetune job that makes the weights of this one first.")
]


def submit(
    job_file: JobFile,
    to: Annotated[Farm, typer.Option("--to", help="This machine, or the farm to write files for.")],
    out: Annotated[
        str, typer.Option("--out", metavar="DIR", help="Where the farm's files go; empty: beside the job file.")
    ] = "",
    chunk: Chunk = DEFAULT_CHUNK_FRAMES,
    frames: Frames = "",
    finetune: Finetune = "",
    name: Annotated[str, typer.Option("--name", help="What the farm shows; empty: the name of the output.")] = "",
    workers: Annotated[int, typer.Option("--workers", min=1, help="Engines side by side, for --to local.")] = 2,
    engine: Annotated[str, typer.Option("--engine", help="The program that workers of a farm start.")] = "fsgan",
    path_map: PathMap = "",
    force: Force = False,
    log: Log = LogFormat.AUTO,
) -> None:
    """Hand a job to a farm: analyze, finetune if asked for, frames in chunks, verify."""
    with reporting(log) as progress:
        plan = make_plan(job_file, path_map, frames, finetune, TaskOptions(chunk, name=name))
        if to is Farm.LOCAL:
            extra = (*(["--path-map", path_map] if path_map else []), *(["--force"] if force else []))
            options = LocalOptions((sys.executable, "-m", "fsgan_core.cli.main"), workers, extra_words=extra)
            run_locally(plan, {JOB: job_file, FINETUNE_JOB: finetune}, options, progress)
            progress.finished(f"Done and verified: {plan.job.out}")
            return
        if force:
            raise JobError("--force is for --to local. On a farm it would make frames of a task that is retried again.")
        folder = os.path.abspath(out or f"{os.path.splitext(job_file)[0]}_{to.value}")
        for path in write_for(to, plan, folder, engine, path_map):
            progress.wrote(path)
        progress.finished(f"Submit with: {_HOW_TO_SUBMIT[to].format(folder=folder)}")


def plan(
    job_file: JobFile,
    chunk: Chunk = DEFAULT_CHUNK_FRAMES,
    frames: Frames = "",
    finetune: Finetune = "",
    measure: Annotated[
        bool, typer.Option("--measure", help="Make three frames on this machine and count with what they cost.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    path_map: PathMap = "",
) -> None:
    """Say what a job will need: frames, chunks, memory, disk, time."""
    from fsgan_core.cli.plan_report import plan_lines, plan_needs

    found = make_plan(job_file, path_map, frames, finetune, TaskOptions(chunk))
    needs = plan_needs(found, measure=measure)
    if as_json:
        typer.echo(json.dumps(needs, indent=2))
    else:
        typer.echo("\n".join(plan_lines(needs)))


def verify(
    job_file: JobFile,
    frames: Frames = "",
    against: Annotated[
        str, typer.Option("--against", metavar="DIR", help="Another result of the job that must hold the same bits.")
    ] = "",
    path_map: PathMap = "",
    log: Log = LogFormat.AUTO,
) -> None:
    """Open every frame of a job again and say which are missing, damaged or of another job."""
    with reporting(log) as progress:
        if against and not os.path.isdir(against):
            raise JobError("--against needs a folder with frames.", path=against)
        job = read_local_job(job_file, path_map, frames)
        from fsgan_core.pipeline.verify_job import verify_job

        progress.finished(verify_job(job, progress, against))


def make_plan(job_file: str, path_map: str, frames: str, finetune: str, options: TaskOptions) -> TaskPlan:
    """The tasks of a job file, its paths those of this machine.

    Raises:
        JobError: The file is no job, cannot be cut, or is not permitted by the studio's rules.
        PlateError: The plate cannot be opened to count its frames.
    """
    job: Any = absolute_job(read_local_job(job_file, path_map, frames), os.getcwd())
    before = absolute_job(read_local_job(finetune, path_map), os.getcwd()) if finetune else None
    for one in filter(None, (job, before)):
        check_consent(one)
    options = TaskOptions(options.chunk_frames, before, options.name)
    return plan_tasks(job, frames_on_disk(job) or _counted_frames(job), options)


def write_for(to: Farm, plan: TaskPlan, folder: str, engine: str, path_map: str = "") -> tuple[str, ...]:
    """The files of one farm.

    Raises:
        JobError: Rules were given, which only Open Job Description workers bring themselves.
        OutputError: The folder cannot be written.
    """
    if to is Farm.OPENJD:
        return write_bundle(plan, folder, worker_needs(plan), engine)
    writers = {Farm.OPENCUE: write_outline, Farm.DEADLINE10: write_deadline10, Farm.TRACTOR: write_tractor}
    return writers[to](plan, folder, engine)


def worker_needs(plan: TaskPlan) -> WorkerNeeds:
    """What a worker must have: memory by the estimate, a GPU where the job insists on one."""
    from fsgan_core.cli.plan_report import plan_needs

    memory_gb = plan_needs(plan, measure=False).get("memory_gb", 0.0)
    settings = getattr(plan.job, "settings", None)
    device = getattr(settings, "device", getattr(plan.job, "device", "auto"))
    return WorkerNeeds(memory_mib=int(memory_gb * 1e9 / 2**20), gpu=device == "cuda")


def _counted_frames(job: Any) -> FrameRange | None:
    """The frames of a plate that only the engine can count: a movie's, or one with holes, which is an error."""
    if not hasattr(job, "for_frames"):
        return None
    from fsgan_core.media.read import open_plate
    from fsgan_core.pipeline.retiming import plan_frames

    if not isinstance(job, SwapJob):
        return FrameRange.of(plan_frames(job).chosen(job.settings.frames))

    with open_plate(job.plate_to_analyze()) as reader:
        return FrameRange.of(reader.frames)


