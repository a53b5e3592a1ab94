"""The outline script is run with a strict stand-in for pyoutline, and builds the layers that OpenCue would get."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

import pytest

from fsgan_core.farm.opencue import layer_name, outline_text, write_outline
from fsgan_core.farm.task_plan import TaskPlan
from fsgan_core.job.job_file import read_job


@dataclass
class Layer:
    """A layer with one command a frame, as pyoutline's Shell and ShellSequence make it."""

    name: str
    commands: list[list[str]]
    range: str
    after: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        assert self.name.replace("_", "").isalnum()
        assert len(self.name) >= 3
        assert all(isinstance(word, str) for command in self.commands for word in command)

    def depend_all(self, layer: str) -> None:
        self.after.append(layer)


@dataclass
class Outline:
    """The job that pyoutline makes before it runs a script; layers join it by themselves."""

    name: str = ""
    frame_range: str = ""
    layers: list[Layer] = field(default_factory=list)

    def set_name(self, name: str) -> None:
        self.name = name

    def set_frame_range(self, frame_range: str) -> None:
        self.frame_range = frame_range

    def shell(self, name: str, *, command: list[str], range: str) -> Layer:
        self.layers.append(Layer(name, [command], range))
        return self.layers[-1]

    def shell_sequence(self, name: str, *, commands: list[list[str]]) -> Layer:
        self.layers.append(Layer(name, commands, f"1-{len(commands)}"))
        return self.layers[-1]


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str], Outline]:
    """The job that a script builds."""
    job = Outline()
    package, modules, shell = ModuleType("outline"), ModuleType("outline.modules"), ModuleType("outline.modules.shell")
    package.current_outline = lambda: job  # type: ignore[attr-defined]
    shell.Shell, shell.ShellSequence = job.shell, job.shell_sequence  # type: ignore[attr-defined]
    for module in (package, modules, shell):
        monkeypatch.setitem(sys.modules, module.__name__, module)

    def build(text: str) -> Outline:
        import importlib.util

        path = tmp_path / "outline_script.py"
        path.write_text(text, encoding="utf-8")
        spec = importlib.util.spec_from_file_location("outline_script", path)
        assert spec is not None
        assert spec.loader is not None
        spec.loader.exec_module(importlib.util.module_from_spec(spec))
        return job

    return build


def test_layers_are_the_steps_of_the_plan(plan: TaskPlan, built: Callable[[str], Outline]) -> None:
    job = built(outline_text(plan, "/show/sh 010"))
    assert (job.name, job.frame_range) == ("sh_010", "1-3")
    assert [(layer.name, layer.range, layer.after) for layer in job.layers] == [
        ("finetune", "1", []),
        ("analyze", "1", ["finetune"]),
        ("frames", "1-3", ["analyze"]),
        ("verify", "1", ["frames"]),
    ]
    assert job.layers[2].commands[0] == [
        "fsgan", "run", "/show/sh 010/job.json", "--frames", "1001-1004", "--log", "plain",
    ]  # fmt: skip


def test_frames_with_holes_are_chunks_too(scattered_plan: TaskPlan, built: Callable[[str], Outline]) -> None:
    layer = built(outline_text(scattered_plan, "/farm")).layers[2]
    assert [command[4] for command in layer.commands] == ["1001-1005x2", "1007,1009,1050"]


def test_names_and_paths_cannot_break_the_script(
    plan_of: Callable[..., TaskPlan], built: Callable[[str], Outline]
) -> None:
    folder = "/show/'); raise SystemExit #\"\\"
    assert built(outline_text(plan_of(), folder)).layers[1].commands[0][2].startswith(folder)
    assert layer_name("a") == "a_fsgan"
    assert layer_name("größe 1") == "gr__e_1"


def test_the_job_file_lies_beside_the_script(plan: TaskPlan, tmp_path: Path) -> None:
    written = write_outline(plan, str(tmp_path))
    assert [Path(path).name for path in written] == ["fsgan.outline", "job.json", "finetune.json"]
    assert read_job(str(tmp_path / "job.json")) == plan.job
