"""`fsgan verify`: what a farm calls around `fsgan run`."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from fsgan_core.cli.job_commands import Log, PathMap, read_local_job
from fsgan_core.cli.reporting import LogFormat, reporting
from fsgan_core.errors import JobError

JobFile = Annotated[str, typer.Argument(metavar="JOB.json", help="The job, as a host or a farm wrote it.")]
Frames = Annotated[str, typer.Option("--frames", help="Only these frames of the job, such as 1001-1010.")]


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
