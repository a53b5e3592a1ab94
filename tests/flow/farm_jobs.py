"""Jobs of painted faces, and the many ways in which a farm may run them."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from fsgan_core.farm.local import LocalOptions, run_locally
from fsgan_core.farm.openjd import WorkerNeeds, write_bundle
from fsgan_core.farm.task_plan import JOB, TaskOptions, absolute_job, plan_tasks
from fsgan_core.job.job_file import write_job
from fsgan_core.job.progress import Progress
from fsgan_core.job.spec import SwapJob
from fsgan_core.shot.frame_range import FrameRange

ENGINE = (sys.executable, str(Path(__file__).parent / "painted_engine.py"))
ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1"}


def painted_shot(bench: Any, frames: int) -> SwapJob:
    """A plate whose face wanders and turns, in a job with paths of this machine."""
    pictures = {}
    for number in range(1, frames + 1):
        x, y, yaw_deg = 60 + number % 40, 60 + number % 7, number % 20 - 10.0
        pictures[number] = bench.face(bench.picture(seed=number % 3), x, y, yaw_deg=yaw_deg)
    return bench.job(bench.write_exr("plate", pictures))


def at(job: SwapJob, folder: Path) -> SwapJob:
    """The job with its results in another folder."""
    return replace(job, out=str(folder / "swap.%04d.exr"))


def run_once(job: SwapJob, engine: tuple[str, ...] = ENGINE, *words: str) -> None:
    """The whole job in one process."""
    file = job_file(job)
    done = subprocess.run([*engine, "run", file, *words], capture_output=True, text=True, env=ENVIRONMENT, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def run_local(job: SwapJob, frames: FrameRange, chunk: int, workers: int, engine: tuple[str, ...] = ENGINE) -> None:
    """The job as `fsgan submit --to local` runs it."""
    plan = plan_tasks(job, frames, TaskOptions(chunk))
    run_locally(plan, {JOB: job_file(job)}, LocalOptions(engine, workers), Progress())


def run_openjd(job: SwapJob, frames: FrameRange, chunk: int, engine: tuple[str, ...] = ENGINE) -> str:
    """The job as `openjd run` runs its template; what it said."""
    folder = Path(job.out).parent / "bundle"
    program = folder / "fsgan"
    plan = plan_tasks(absolute_job(job, os.getcwd()), frames, TaskOptions(chunk))
    write_bundle(plan, str(folder), WorkerNeeds(), str(program))
    program.write_text(f"#!/bin/sh\nexec {' '.join(engine)} \"$@\"\n")
    program.chmod(0o755)
    command = [sys.executable, "-m", "openjd", "run", str(folder / "template.yaml")]
    done = subprocess.run(command, capture_output=True, text=True, env=ENVIRONMENT, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def job_file(job: SwapJob) -> str:
    """The job's file, beside its results."""
    folder = Path(job.out).parent
    folder.mkdir(parents=True, exist_ok=True)
    path = str(folder / "job.json")
    write_job(job, path)
    return path


def frame_bytes(job: SwapJob, frames: FrameRange) -> dict[int, bytes]:
    """Every frame's file."""
    return {number: Path(job.out % number).read_bytes() for number in frames}
