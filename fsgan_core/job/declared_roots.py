"""Folders outside which nothing is written, for machines that run jobs of others.

    FSGAN_WRITE_ROOTS=/mnt/renders:/mnt/scratch        (separated as PATH is)
"""

from __future__ import annotations

import os
from typing import Any, List, Tuple

from fsgan_core.errors import JobError

ROOTS_VARIABLE = "FSGAN_WRITE_ROOTS"


def check_outputs(job: Any) -> None:
    """Refuse a job that would write outside the declared folders, links followed; without declared ones all is allowed.

    Raises:
        JobError: Names the path.
    """
    roots = declared_roots()
    if not roots:
        return
    for path in written_paths(job):
        real = os.path.realpath(path)
        if not any(real == root or real.startswith(root.rstrip(os.sep) + os.sep) for root in roots):
            raise JobError(
                f"{path} lies outside the folders that may be written to ({', '.join(roots)}; {ROOTS_VARIABLE}). "
                "Name another output."
            )


def declared_roots() -> Tuple[str, ...]:
    """The folders, links followed; empty where none is declared."""
    return tuple(os.path.realpath(one) for one in os.environ.get(ROOTS_VARIABLE, "").split(os.pathsep) if one)


def written_paths(job: Any) -> Tuple[str, ...]:
    """Every path that a job writes: its result and the analyses beside it."""
    paths: List[str] = [job.out]
    if hasattr(job, "analyses"):
        paths += [path for path, _ in job.analyses()]
    return tuple(dict.fromkeys(paths))
