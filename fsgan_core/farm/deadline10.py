"""The task plan as Thinkbox Deadline 10 jobs: plain command lines, one job a step, each after the one before.

    deadlinecommand -SubmitMultipleJobs -dependent -job 1_Analyze.job 1_Analyze.plugin -job 2_Frames.job ...
"""

from __future__ import annotations

import os
from typing import Dict, List, Tuple

from fsgan_core.errors import JobError
from fsgan_core.farm.plan_files import job_words, write_jobs, write_texts
from fsgan_core.farm.task_plan import FRAMES, Step, TaskPlan

SUBMIT_FILE = "submit.txt"


def write_deadline10(plan: TaskPlan, folder: str, engine: str = "fsgan") -> Tuple[str, ...]:
    """Write a job and a plug-in info file for each step, the job file, and the command line that submits them.

    Args:
        plan: The tasks.
        folder: Where to, absolute: the workers read the job file there.
        engine: The program that workers start.

    Returns:
        The files written.

    Raises:
        OutputError: The folder cannot be written.
        JobError: A path holds a line break or a quote, which these files cannot carry.
    """
    texts: Dict[str, str] = {}
    submit = ["deadlinecommand", "-SubmitMultipleJobs", "-dependent"]
    for index, step in enumerate(plan.steps, 1):
        stem = f"{index}_{step.name}"
        texts[f"{stem}.job"] = _info_text(_job_info(step, plan))
        texts[f"{stem}.plugin"] = _info_text(_plugin_info(step, folder, engine))
        submit += ["-job", os.path.join(folder, f"{stem}.job"), os.path.join(folder, f"{stem}.plugin")]
    texts[SUBMIT_FILE] = " ".join(_quoted(word) for word in submit) + "\n"
    return (*write_texts(folder, texts), *write_jobs(plan, folder))


def _job_info(step: Step, plan: TaskPlan) -> Dict[str, str]:
    info = {"Plugin": "CommandLine", "Name": f"{plan.name} {step.name}", "BatchName": plan.name}
    if step.frames is None:
        return {**info, "Frames": "0", "ChunkSize": "1"}
    # Deadline names a task by its first and last frame: only a run without holes can be cut into longer ones.
    return {
        **info,
        "Frames": str(step.frames),
        "ChunkSize": str(plan.chunk_frames if step.is_contiguous else 1),
        "OutputDirectory0": os.path.dirname(plan.job.out),
        "OutputFilename0": os.path.basename(plan.job.out),
    }


def _plugin_info(step: Step, folder: str, engine: str) -> Dict[str, str]:
    files = job_words(folder)
    words = [files.get(word, "<STARTFRAME>-<ENDFRAME>" if word == FRAMES else word) for word in step.words]
    arguments = " ".join(_quoted(word).replace('"', "<QUOTE>") for word in [*words, "--log", "plain"])
    return {"Executable": engine, "Arguments": arguments, "SingleFramesOnly": "False", "Shell": "default",
            "ShellExecute": "False"}  # fmt: skip


def _info_text(info: Dict[str, str]) -> str:
    lines: List[str] = [f"{name}={value}" for name, value in info.items()]
    if any("\n" in line or "\r" in line for line in lines):
        raise JobError("A path or name holds a line break, which Deadline's files cannot carry. Rename it.")
    return "\n".join(lines) + "\n"


def _quoted(word: str) -> str:
    if '"' in word:
        raise JobError(f"{word!r} holds a quote, which Deadline's command lines cannot carry. Rename it.")
    return f'"{word}"' if any(letter in word for letter in " \t'&();") else word
