"""Blender in the suite of all hosts: the add-on's operators in the real Blender, a process for each press."""

from __future__ import annotations

import json
import os
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from compliance import Bench, HostDriver, load


class Driver(HostDriver):
    """The add-on with the form of a scene."""

    def __init__(self, bench: Bench) -> None:
        super().__init__(bench)
        tests = bench.repository / "tests" / "blender"
        self.python = load(tests / "conftest.py").python_or_skip()
        self.script = tests / "drive_blender.py"
        self.form: dict[str, Any] = {"plate": bench.plate, "source": bench.source, "out": bench.out}
        self.engine = bench.engine
        self.cancel_file = bench.folder / "cancel now"
        self.process: subprocess.Popen[str] | None = None

    def fill(self, values: dict[str, Any]) -> None:
        self.form.update(values)

    def use_engine(self, program: str) -> None:
        self.engine = program

    def job(self) -> dict[str, Any]:
        return dict(json.loads(self._run("job_file", form=self.form, kind="swap")))

    def render(self) -> str:
        return str(self._run("sentences", cases=[{"form": self.form}])[0]["status"])

    def start(self) -> None:
        self.process = self._open("follow_until_cancelled", form=self.form, cancel_file=str(self.cancel_file))
        deadline = time.monotonic() + 60
        while not list(Path(self.bench.out).parent.glob("*.exr")):
            assert time.monotonic() < deadline and self.process.poll() is None
            time.sleep(0.05)

    def cancel(self) -> str:
        assert self.process is not None
        self.cancel_file.write_text("")
        return str(_findings(self.process))

    def close(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.kill()

    def _run(self, scenario: str, **arguments: Any) -> Any:
        return _findings(self._open(scenario, **arguments))

    def _open(self, scenario: str, **arguments: Any) -> subprocess.Popen[str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        return subprocess.Popen(
            [self.python, str(self.script), scenario, json.dumps(arguments)],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env={**kept, "FSGAN_ENGINE": self.engine},
            cwd=self.bench.folder,
        )  # fmt: skip


def _findings(process: subprocess.Popen[str]) -> Any:
    said, _ = process.communicate(timeout=120)
    told = [line for line in said.splitlines() if line.startswith("FINDINGS: ")]
    if not told:
        pytest.fail(f"Blender told nothing:\n{said[-2000:]}")
    findings = json.loads(told[-1].removeprefix("FINDINGS: "))
    assert not (isinstance(findings, dict) and "traceback" in findings), findings
    return findings
