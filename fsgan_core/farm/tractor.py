"""The task plan as a Tractor job script (alfscript): plain command lines, one step after another."""

from __future__ import annotations

from typing import List, Sequence, Tuple

from fsgan_core.errors import JobError
from fsgan_core.farm.plan_files import job_words, write_jobs, write_texts
from fsgan_core.farm.task_plan import Step, TaskPlan

SCRIPT_FILE = "fsgan.alf"
SERVICE = "PixarRender"
"""The service key that Tractor's own examples give to machines that render."""


def write_tractor(plan: TaskPlan, folder: str, engine: str = "fsgan") -> Tuple[str, ...]:
    """Write fsgan.alf and the job file that it names; submit with `tractor-spool fsgan.alf`.

    Args:
        plan: The tasks.
        folder: Where to, absolute: the workers read the job file there.
        engine: The program that workers start.

    Returns:
        The files written.

    Raises:
        OutputError: The folder cannot be written.
        JobError: A path holds a brace or a backslash at its end, which the script cannot carry.
    """
    return (*write_texts(folder, {SCRIPT_FILE: script_text(plan, folder, engine)}), *write_jobs(plan, folder))


def script_text(plan: TaskPlan, folder: str, engine: str = "fsgan") -> str:
    """The script: the steps are done one after another, the tasks of one step side by side."""
    lines = [f"Job -title {braced(plan.name)} -serialsubtasks 1 -subtasks {{"]
    for step in plan.steps:
        lines += _task(step, plan, folder, engine)
    return "\n".join([*lines, "}"]) + "\n"


def braced(word: str) -> str:
    """A word that Tcl takes as it is.

    Raises:
        JobError: It holds a brace or ends in a backslash.
    """
    if "{" in word or "}" in word or word.endswith("\\"):
        raise JobError(f"{word!r} holds a brace or ends in a backslash, which Tractor cannot carry. Rename it.")
    return f"{{{word}}}"


def _task(step: Step, plan: TaskPlan, folder: str, engine: str) -> List[str]:
    commands = [_command([engine, *words, "--log", "plain"]) for words in plan.tasks(step, job_words(folder))]
    if step.frames is None:
        return [f"  Task {braced(step.name)} -cmds {{", f"    {commands[0]}", "  }"]
    lines = [f"  Task {braced(step.name)} -subtasks {{"]
    for chunk, command in zip(plan.chunks(step), commands):
        lines += [f"    Task {braced(f'{step.name} {chunk}')} -cmds {{", f"      {command}", "    }"]
    return [*lines, "  }"]


def _command(words: Sequence[str]) -> str:
    return f"RemoteCmd {{{' '.join(braced(word) for word in words)}}} -service {braced(SERVICE)}"
