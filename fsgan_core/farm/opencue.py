"""The task plan as an OpenCue outline: a Python script for `pycuerun`, one layer a step."""

from __future__ import annotations

from typing import Tuple

from fsgan_core.farm.plan_files import job_words, write_jobs, write_texts
from fsgan_core.farm.task_plan import Step, TaskPlan

OUTLINE_FILE = "fsgan.outline"
_HEAD = '''"""{title}: submit with `pycuerun {file}`. One frame of a layer is one task: a chunk of frames."""

import outline
from outline.modules.shell import Shell, ShellSequence

job = outline.current_outline()
job.set_name({name})
job.set_frame_range({tasks})
'''


def write_outline(plan: TaskPlan, folder: str, engine: str = "fsgan") -> Tuple[str, ...]:
    """Write fsgan.outline and the job file that it names.

    Args:
        plan: The tasks.
        folder: Where to, absolute: the workers read the job file there.
        engine: The program that workers start.

    Returns:
        The files written.

    Raises:
        OutputError: The folder cannot be written.
    """
    return (*write_texts(folder, {OUTLINE_FILE: outline_text(plan, folder, engine)}), *write_jobs(plan, folder))


def outline_text(plan: TaskPlan, folder: str, engine: str = "fsgan") -> str:
    """The script. Every value in it is a Python literal."""
    title = "".join(letter for letter in plan.name if letter.isalnum() or letter in " ._-")
    tasks = f"1-{max(len(plan.chunks(step)) or 1 for step in plan.steps)}"
    head = _HEAD.format(title=title, file=OUTLINE_FILE, name=repr(layer_name(plan.name)), tasks=repr(tasks))
    return "\n".join([head, *(_layer(step, plan, folder, engine) for step in plan.steps)])


def layer_name(text: str) -> str:
    """A name that OpenCue takes: letters, digits and underscores, three at least."""
    name = "".join(letter if letter.isascii() and letter.isalnum() else "_" for letter in text)
    return name if len(name) >= 3 else f"{name}_fsgan"


def _layer(step: Step, plan: TaskPlan, folder: str, engine: str) -> str:
    commands = [[engine, *words, "--log", "plain"] for words in plan.tasks(step, job_words(folder))]
    name = layer_name(step.name).lower()
    lines = [f"{name} = Shell({name!r}, command={commands[0]!r}, range='1')"]
    if step.frames is not None:
        listed = "".join(f"    {command!r},\n" for command in commands)
        lines = [f"{name} = ShellSequence({name!r}, commands=[\n{listed}])"]
    lines += [f"{name}.depend_all({layer_name(before).lower()!r})" for before in step.depends_on]
    return "\n".join(lines) + "\n"
