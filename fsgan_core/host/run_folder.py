"""The folder beside an output that holds its runs: job file, events, log, cancel wish, and the lock of the output."""

from __future__ import annotations

import getpass
import os
import re
import shutil
import socket
import time
from dataclasses import dataclass
from typing import List, Optional

from fsgan_core.errors import OutputError
from fsgan_core.host.run_lock import LockHolder, RunLock
from fsgan_core.job.spec import output_stem

SUFFIX = ".fsgan"
_RUN_NAME = re.compile(r"\d{8}-\d{6}-")
"""Other things may lie beside the runs, such as what a host rendered for them."""

KEPT_RUNS = 8
"""Older runs are removed when a new one starts; the logs of the last ones help to see what changed."""


@dataclass(frozen=True)
class RunFolder:
    """The files of one run.

    Args:
        path: The folder, such as `shot/swap.fsgan/20260102-140507-250-000-4711`.
    """

    path: str

    @property
    def name(self) -> str:
        """The run's name: date, time, milliseconds, count, process; a later run sorts behind."""
        return os.path.basename(self.path)

    @property
    def job(self) -> str:
        """The job file."""
        return os.path.join(self.path, "job.json")

    @property
    def events(self) -> str:
        """What the engine says, one JSON object a line (`job.progress.ProgressEvent`)."""
        return os.path.join(self.path, "events.ndjson")

    @property
    def log(self) -> str:
        """What the engine's process prints: warnings, and the traceback of an internal error."""
        return os.path.join(self.path, "engine.log")

    @property
    def cancel(self) -> str:
        """While this file exists the engine is asked to stop; works across machines and systems."""
        return os.path.join(self.path, "cancel")

    @property
    def lock(self) -> RunLock:
        """The lock of the output, which all its runs share."""
        return RunLock(os.path.join(os.path.dirname(self.path), "lock"))

    def ask_to_cancel(self) -> None:
        """Leave the wish to stop where the engine looks for it."""
        with open(self.cancel, "w", encoding="utf-8"):
            pass

    def is_cancel_asked(self) -> bool:
        """Whether somebody wants this run to stop."""
        return os.path.exists(self.cancel)

    def holder(self, served: bool) -> LockHolder:
        """This process, as the holder of the output's lock."""
        return LockHolder(self.name, os.getpid(), socket.gethostname(), _user(), time.time(), served)


def runs_of(out: str) -> str:
    """The folder that holds all runs of an output: `shot/swap.%04d.exr` gives `shot/swap.fsgan`."""
    return output_stem(out) + SUFFIX


def new_run_folder(out: str) -> RunFolder:
    """A fresh folder for a run that will write `out`; the oldest finished runs are removed.

    Raises:
        OutputError: The folder of the output cannot be made or written to.
    """
    parent = runs_of(os.path.abspath(out))
    now = time.time()
    stamp = f"{time.strftime('%Y%m%d-%H%M%S', time.localtime(now))}-{int(now * 1000) % 1000:03d}"
    names = (f"{stamp}-{count:03d}-{os.getpid()}" for count in range(1000))
    try:
        os.makedirs(parent, exist_ok=True)
        name = next(name for name in names if not os.path.exists(os.path.join(parent, name)))
        os.mkdir(os.path.join(parent, name))
    except OSError as problem:
        raise OutputError(
            f"The output folder cannot be written to ({problem.strerror}). Choose another output or change its "
            "permissions.",
            path=os.path.dirname(parent),
        ) from problem
    running = running_run(out)
    for old in past_runs(out)[:-KEPT_RUNS]:
        if old != running:
            shutil.rmtree(old.path, ignore_errors=True)
    return RunFolder(os.path.join(parent, name))


def past_runs(out: str) -> List[RunFolder]:
    """All runs of an output, the oldest first."""
    parent = runs_of(os.path.abspath(out))
    try:
        names = [name for name in os.listdir(parent) if _RUN_NAME.match(name)]
    except OSError:
        return []
    return [RunFolder(os.path.join(parent, name)) for name in sorted(names)]


def running_run(out: str) -> Optional[RunFolder]:
    """The run that writes `out` at this moment, whoever started it; None where the output is free."""
    parent = runs_of(os.path.abspath(out))
    lock = RunLock(os.path.join(parent, "lock"))
    if not lock.is_held():
        return None
    holder = lock.holder()
    return RunFolder(os.path.join(parent, holder.run)) if holder is not None else None


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return "somebody"
