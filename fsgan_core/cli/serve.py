"""`fsgan serve`: one process that keeps the models loaded and runs the jobs of this user's hosts, one after another."""

from __future__ import annotations

import os
import time
from typing import Annotated

import typer

from fsgan_core.cli.cancellation import cancellation
from fsgan_core.cli.followed_progress import FollowedProgress, open_run_folder
from fsgan_core.cli.job_commands import PATH_MAP_VARIABLE, read_local_job
from fsgan_core.cli.reporting import as_fsgan_error
from fsgan_core.cli.serve_socket import JobQueue, ServeSocket
from fsgan_core.errors import EngineError, OutputError
from fsgan_core.host.run_folder import RunFolder
from fsgan_core.host.run_lock import RunLock
from fsgan_core.host.serve_address import ServeAddress, find_server, serve_files, serve_folder
from fsgan_core.job.progress import Progress

IDLE_MINUTES = 30.0
START_S = 30.0
"""How long to wait for a server that has the lock and does not listen yet."""


def serve(
    first: Annotated[str, typer.Option("--first", metavar="DIR", help="Run folder of a job to begin with.")] = "",
    idle_minutes: Annotated[
        float, typer.Option("--idle-minutes", min=0.0, help="End after so long without a job; 0: never.")
    ] = IDLE_MINUTES,
    status: Annotated[bool, typer.Option("--status", help="Say whether a server runs, and leave.")] = False,
    stop: Annotated[bool, typer.Option("--stop", help="Ask the server to end after its jobs, and leave.")] = False,
) -> None:
    """Keep the models loaded between the jobs of this user's hosts, which then start in under a second."""
    folder = serve_folder()
    running = find_server(folder)
    if status or stop:
        if stop and running is not None:
            running.ask("stop")
        typer.echo("No server runs." if running is None else f"Process {running.pid}, fsgan {running.version}.")
        return
    address, lock = serve_files(folder)
    run_folder = open_run_folder(first) if first else None
    try:
        lock.acquire((run_folder or RunFolder(folder)).holder(served=True), patience_s=0.5)
    except OutputError as problem:
        if run_folder is None:
            raise EngineError(f"fsgan serve runs already, {_who(lock)}. Stop it with fsgan serve --stop.") from problem
        hand_over(run_folder, folder)
        return
    try:
        if os.path.exists(address):
            os.unlink(address)
        run_server(folder, run_folder, idle_minutes * 60)
    finally:
        lock.release()


def hand_over(run_folder: RunFolder, folder: str) -> None:
    """Give a job to the server that was faster; where it refuses, say so in the job's events."""
    with cancellation() as cancelled_by:
        progress = FollowedProgress(run_folder, Progress(), cancelled_by)
        try:
            _wait_for_server(folder).ask("run", run_folder=run_folder.path)
        except EngineError as problem:
            progress.failed(problem)
        finally:
            progress.close()


def run_server(folder: str, first: RunFolder | None, idle_s: float) -> None:
    """Answer requests in a thread, run jobs in this one, until stopped, or idle for long."""
    jobs = JobQueue()
    if first is not None:
        jobs.add(first.path)
    with ServeSocket(folder, jobs):
        while True:
            path = jobs.next(idle_s)
            if path is None:
                return
            try:
                if run_one(RunFolder(path)) is not None:
                    return
            finally:
                jobs.done()


def run_one(run_folder: RunFolder) -> int | None:
    """One job, told to its run folder, whatever happens; the signal by which this process was asked to stop."""
    with cancellation() as cancelled_by:
        progress = FollowedProgress(run_folder, Progress(), cancelled_by)
        try:
            progress.lock_output(served=True)
            progress.note(f"fsgan serve, process {os.getpid()}")
            from fsgan_core.cli.run_job import run_job
            from fsgan_core.pipeline.engine import keep_packs

            keep_packs()
            run_job(read_local_job(run_folder.job, os.environ.get(PATH_MAP_VARIABLE, "")), progress)
        except (Exception, KeyboardInterrupt) as problem:  # noqa: BLE001 - the server outlives a job
            progress.failed(as_fsgan_error(problem))
        finally:
            progress.close()
        return cancelled_by()


def _wait_for_server(folder: str) -> ServeAddress:
    """The server that holds the lock, once it listens.

    Raises:
        EngineError: It does not within a while.
    """
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        server = find_server(folder)
        if server is not None:
            return server
        time.sleep(0.1)
    raise EngineError("fsgan serve is just starting or ending. Render again.")


def _who(lock: RunLock) -> str:
    holder = lock.holder()
    return holder.sentence() if holder is not None else "somewhere"
