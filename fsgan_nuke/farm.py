"""A node's job for a farm: the engine writes what the farm takes, so that it can split frames as it likes."""

from __future__ import annotations

import os
import subprocess
from typing import List

from fsgan_core.errors import FsganError, JobError
from fsgan_core.host.engine_environment import engine_environment
from fsgan_core.host.event_tail import EventTail
from fsgan_core.host.find_engine import find_engine
from fsgan_core.job.job_file import write_job
from fsgan_core.job.progress import LAST_EVENTS
from fsgan_nuke import nuke_api
from fsgan_nuke.collect import collect_jobs

_TIMEOUT_S = 120


def save_jobs(node: nuke_api.Node) -> List[str]:
    """Write the node's jobs beside their outputs; gives the files.

    Raises:
        FsganError: As of collect_jobs, or a file cannot be written.
    """
    written = []
    for job in collect_jobs(node):
        folder, name = os.path.split(job.out)
        path = os.path.join(folder, f"{name.split('.')[0]}.job.json")
        try:
            os.makedirs(folder, exist_ok=True)
        except OSError as problem:
            raise JobError(f"The folder of the job cannot be made: {problem.strerror}.", path=folder) from problem
        write_job(job, path)
        written.append(path)
    return written


def submit(node: nuke_api.Node) -> str:
    """Write what the node's farm takes; a sentence that says how to hand it over.

    Raises:
        FsganError: As of save_jobs, or the engine could not plan the job.
    """
    engine = find_engine(nuke_api.text_of(node, "engine"))
    said = []
    for path in save_jobs(node):
        events = f"{os.path.splitext(path)[0]}.submit.ndjson"
        command = [engine.program, "submit", path, "--to", str(node["farm"].value()), "--log", "json"]
        with open(events, "wb") as stream:
            subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
                env=engine_environment(),
                timeout=_TIMEOUT_S,
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
                check=False,
            )
        told = [event for event in EventTail(events).read() if event.event in LAST_EVENTS]
        if not told or told[-1].event == "failed":
            raise FsganError(str(told[-1].message) if told else f"fsgan submit failed; {events} says why.")
        os.unlink(events)
        said.append(str(told[-1].message))
    return "\n".join(said)
