"""A run by `fsgan serve`, whose models stay loaded: same files, same `EngineRun`, no process to start."""

from __future__ import annotations

import os
from typing import Optional

from fsgan_core.errors import EngineError
from fsgan_core.host.engine_run import EngineRun, prepare_run, start_detached, start_run
from fsgan_core.host.find_engine import Engine
from fsgan_core.host.run_lock import RunLock
from fsgan_core.host.serve_address import (
    ServeAddress,
    counted_variables,
    find_server,
    serve_files,
    serve_folder,
)
from fsgan_core.job.spec import Job


def start_served_run(job: Job, engine: Engine) -> EngineRun:
    """The job handed to the server of this user, which is started if there is none.

    A server of another version, or with another `$OCIO` or path mapping, is not used: it is asked to end, and this job
    runs in a process of its own.

    Args:
        job: With absolute paths.
        engine: From `find_engine`.

    Raises:
        OutputError: Another render writes this output, or its folder cannot be written to.
        EngineError: The program does not start.
    """
    folder = serve_folder()
    server = find_server(folder)
    if server is not None and not _fits(server, engine):
        _ask_to_end(server)
        return start_run(job, engine)
    run_folder = prepare_run(job)
    _, lock = serve_files(folder)
    if server is not None:
        try:
            server.ask("run", run_folder=run_folder.path)
            return EngineRun(run_folder, None, _ServerWatch(lock))
        except EngineError:
            pass  # It ended this very moment, or hangs: a new one takes the job over, or finds why it cannot.
    command = [engine.program, "serve", "--first", run_folder.path]
    process = start_detached(command, run_folder.log)
    watch = _ServerWatch(lock)
    return EngineRun(run_folder, None, lambda: watch() or process.poll() is None)


def stop_server() -> Optional[ServeAddress]:
    """Ask this user's server to end after its job; the one asked, or None where there was none.

    Raises:
        EngineError: It does not answer.
    """
    server = find_server(serve_folder())
    if server is not None:
        server.ask("stop")
    return server


class _ServerWatch:
    """Whether the server that took a job is still the one that runs."""

    def __init__(self, lock: RunLock) -> None:
        self._lock = lock
        self._pid: Optional[int] = None

    def __call__(self) -> bool:
        holder = self._lock.holder() if self._lock.is_held() else None
        if holder is None:
            return False
        if self._pid is None:
            self._pid = holder.pid
        return self._pid == holder.pid


def _fits(server: ServeAddress, engine: Engine) -> bool:
    return server.version == engine.version_text and server.variables == counted_variables(os.environ)


def _ask_to_end(server: ServeAddress) -> None:
    try:
        server.ask("stop")
    except EngineError:
        return
