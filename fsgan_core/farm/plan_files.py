"""The files that every farm gets: the jobs of a plan and the farm's own texts, each complete or absent."""

from __future__ import annotations

import os
from typing import Dict, Tuple

from fsgan_core.errors import OutputError
from fsgan_core.farm.task_plan import FINETUNE_JOB, JOB, TaskPlan
from fsgan_core.job.job_file import write_job

JOB_FILE, FINETUNE_FILE = "job.json", "finetune.json"


def write_jobs(plan: TaskPlan, folder: str) -> Tuple[str, ...]:
    """Write the job, and the finetune job if there is one; gives their paths.

    Raises:
        OutputError: The folder cannot be written.
    """
    jobs = [(JOB_FILE, plan.job)] + ([(FINETUNE_FILE, plan.finetune)] if plan.finetune is not None else [])
    for name, job in jobs:
        write_job(job, os.path.join(folder, name))
    return tuple(os.path.join(folder, name) for name, _ in jobs)


def job_words(folder: str) -> Dict[str, str]:
    """What the words of a command line that stand for job files mean, where `write_jobs` put them."""
    return {JOB: os.path.join(folder, JOB_FILE), FINETUNE_JOB: os.path.join(folder, FINETUNE_FILE)}


def write_texts(folder: str, texts: Dict[str, str]) -> Tuple[str, ...]:
    """Write some text files into a folder; gives their paths.

    Raises:
        OutputError: The folder cannot be made or written.
    """
    try:
        os.makedirs(folder, exist_ok=True)
        for name, text in texts.items():
            temporary = os.path.join(folder, f".{name}.part")
            with open(temporary, "w", encoding="utf-8", newline="\n") as stream:
                stream.write(text)
            os.replace(temporary, os.path.join(folder, name))
    except OSError as problem:
        raise OutputError(f"The farm files cannot be written: {problem.strerror}.", path=folder) from problem
    return tuple(os.path.join(folder, name) for name in texts)
