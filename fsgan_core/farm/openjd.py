"""The task plan as an Open Job Description template and as a job bundle of AWS Deadline Cloud.

    openjd run DIR/template.yaml          runs it on this machine
    deadline bundle submit DIR            hands it to AWS Deadline Cloud

The template names the job file, the engine, the frames and the size of a chunk as parameters; everything else stands
in job.json. Paths of the submitting machine are mapped by the rules of the session.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any, Dict, List, Tuple

from fsgan_core.errors import JobError
from fsgan_core.farm.plan_files import FINETUNE_FILE, JOB_FILE, write_jobs, write_texts
from fsgan_core.farm.task_plan import (
    FINETUNE_JOB,
    FRAMES,
    JOB,
    NOTIFY_SECONDS,
    Step,
    TaskPlan,
    files_of,
    input_paths,
    output_paths,
)
from fsgan_core.farm.yaml_text import yaml_text

TEMPLATE_FILE = "template.yaml"
LONGEST_NAME = 100

_WORDS = {
    JOB: "{{Param.JobFile}}",
    FINETUNE_JOB: "{{Param.FinetuneJobFile}}",
    FRAMES: "{{Task.Param.Frames}}",
}


@dataclass(frozen=True)
class WorkerNeeds:
    """What a machine must have to take a task.

    Args:
        memory_mib: Main memory of one task; 0 where it is not known.
        gpu: Whether the job insists on a GPU.
    """

    memory_mib: int = 0
    gpu: bool = False


def write_bundle(plan: TaskPlan, folder: str, needs: WorkerNeeds, engine: str = "fsgan") -> Tuple[str, ...]:
    """Write a job bundle: template.yaml, parameter_values.yaml, asset_references.yaml, job.json.

    Args:
        plan: The tasks.
        folder: Where to; made if it does not exist.
        needs: What a worker must have.
        engine: The program that workers start.

    Returns:
        The files written.

    Raises:
        OutputError: The folder cannot be written.
        JobError: The job has frames and no name for them.
    """
    texts = {
        TEMPLATE_FILE: yaml_text(job_template(plan, needs, engine)),
        "parameter_values.yaml": yaml_text(parameter_values(plan, engine)),
        "asset_references.yaml": yaml_text(asset_references(plan)),
    }
    return (*write_texts(folder, texts), *write_jobs(plan, folder))


def job_template(plan: TaskPlan, needs: WorkerNeeds, engine: str = "fsgan") -> Dict[str, Any]:
    """The template as data; it runs without any parameter given."""
    return {
        "specificationVersion": "jobtemplate-2023-09",
        "extensions": ["TASK_CHUNKING"],
        "name": plan.name[:LONGEST_NAME],
        "parameterDefinitions": _parameters(plan, engine),
        "steps": [_step(step, needs) for step in plan.steps],
    }


def parameter_values(plan: TaskPlan, engine: str = "fsgan") -> Dict[str, Any]:
    """What the submission sets: the parameters at their defaults, to be changed here or in the submitter's window."""
    values = [{"name": item["name"], "value": item["default"]} for item in _parameters(plan, engine)]
    return {"parameterValues": values}


def asset_references(plan: TaskPlan) -> Dict[str, Any]:
    """The files that job attachments carry to the workers, and the folders whose new files they bring back."""
    jobs = [plan.job] + ([plan.finetune] if plan.finetune is not None else [])
    made = {path for job in jobs for path in output_paths(job)}
    read = [path for job in jobs for path in input_paths(job) if path not in made]
    folders = {path if job_writes_folder(path) else os.path.dirname(path) for path in made}
    return {
        "assetReferences": {
            "inputs": {"filenames": sorted({name for path in read for name in files_of(path)}), "directories": []},
            "outputs": {"directories": sorted(folders)},
            "referencedPaths": [],
        }
    }


def job_writes_folder(path: str) -> bool:
    """Whether an output is a folder (a weight pack) and no file."""
    return not os.path.splitext(path)[1]


def _parameters(plan: TaskPlan, engine: str) -> List[Dict[str, Any]]:
    parameters: List[Dict[str, Any]] = [_file_parameter("JobFile", JOB_FILE, "The job that every task runs.")]
    if plan.finetune is not None:
        parameters.append(_file_parameter("FinetuneJobFile", FINETUNE_FILE, "Makes the weights of the job."))
    parameters.append(
        {"name": "Fsgan", "type": "STRING", "default": engine, "description": "The program, as workers start it."}
    )
    frames = next((step.frames for step in plan.steps if step.frames is not None), None)
    if frames is not None:
        text = str(frames).replace("x", ":")
        if len(text) > 1024:
            raise JobError("The frames of the job are too scattered for a template. Submit them as several jobs.")
        parameters.append({"name": "Frames", "type": "STRING", "default": text, "description": "Frames to make."})
        parameters.append(
            {
                "name": "ChunkSize",
                "type": "INT",
                "default": plan.chunk_frames,
                "minValue": 1,
                "description": "Frames of one task. Any number gives the same pictures.",
            }
        )
    return parameters


def _file_parameter(name: str, file_name: str, description: str) -> Dict[str, Any]:
    return {
        "name": name,
        "type": "PATH",
        "objectType": "FILE",
        "dataFlow": "IN",
        "default": file_name,
        "description": description,
    }


def _step(step: Step, needs: WorkerNeeds) -> Dict[str, Any]:
    words = [_WORDS.get(word, word) for word in step.words]
    if step.words[0] == "verify" and JOB in step.words:
        words += _verified_frames(step)
    words += ["--path-map", "{{Session.PathMappingRulesFile}}", "--log", "openjd"]
    done: Dict[str, Any] = {"name": step.name}
    if step.depends_on:
        done["dependencies"] = [{"dependsOn": name} for name in step.depends_on]
    if step.frames is not None:
        done["parameterSpace"] = {"taskParameterDefinitions": [_frames_parameter(step)]}
    if step.words[0] == "run":
        done["hostRequirements"] = _requirements(needs)
    done["script"] = {
        "actions": {
            "onRun": {
                "command": "{{Param.Fsgan}}",
                "args": words,
                "cancelation": {"mode": "NOTIFY_THEN_TERMINATE", "notifyPeriodInSeconds": NOTIFY_SECONDS},
            }
        }
    }
    return done


def _verified_frames(step: Step) -> List[str]:
    """Frames that were taken out of the template's parameter are not looked for either."""
    return ["--frames", "{{Param.Frames}}"] if step.frames is None and "Frames" in step.depends_on else []


def _frames_parameter(step: Step) -> Dict[str, Any]:
    return {
        "name": "Frames",
        "type": "CHUNK[INT]",
        "range": "{{Param.Frames}}",
        "chunks": {
            "defaultTaskCount": "{{Param.ChunkSize}}",
            "rangeConstraint": "CONTIGUOUS" if step.is_contiguous else "NONCONTIGUOUS",
        },
    }


def _requirements(needs: WorkerNeeds) -> Dict[str, Any]:
    amounts: List[Dict[str, Any]] = [{"name": "amount.worker.vcpu", "min": 1}]
    if needs.memory_mib:
        amounts.append({"name": "amount.worker.memory", "min": needs.memory_mib})
    if needs.gpu:
        amounts.append({"name": "amount.worker.gpu", "min": 1})
    return {"amounts": amounts}
