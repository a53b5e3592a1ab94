"""The real Blender: where it is, and how a test runs a scenario in it."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

PYTHON_VARIABLE = "FSGAN_BLENDER_PYTHON"
REQUIRED_VARIABLE = "FSGAN_BLENDER_REQUIRED"
TIMEOUT_S = 240
Scenario = Callable[..., Any]


def blender_pythons() -> list[str]:
    """The Pythons that have bpy: those of FSGAN_BLENDER_PYTHON, else that of install/bootstrap.py test."""
    named = os.environ.get(PYTHON_VARIABLE, "")
    if named:
        return named.split(os.pathsep)
    made = Path(__file__).resolve().parent.parent.parent / ".venv-blender" / "bin" / "python"
    return [str(made)] if made.exists() else []


def python_or_skip() -> str:
    """The first of them; where there is none the test is skipped, or fails where Blender is required."""
    found = blender_pythons()
    if not found:
        sentence = (
            f"Blender is not there: run install/bootstrap.py test once, or name a Python with bpy in {PYTHON_VARIABLE}"
        )
        if os.environ.get(REQUIRED_VARIABLE):
            pytest.fail(sentence)
        pytest.skip(sentence)
    return found[0]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Every test that drives Blender runs in each of them."""
    if "blender_python" in metafunc.fixturenames:
        metafunc.parametrize(
            "blender_python", blender_pythons() or [""], ids=lambda path: Path(path).parts[-3] if path else ""
        )


@pytest.fixture
def blender(blender_python: str) -> Scenario:
    """Runs a scenario of drive_blender.py in Blender, and gives its findings."""
    if not blender_python:
        blender_python = python_or_skip()

    def run(scenario: str, environ: dict[str, str] | None = None, **arguments: Any) -> Any:
        script = Path(__file__).parent / "drive_blender.py"
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "FSGAN"))}
        done = subprocess.run(
            [blender_python, str(script), scenario, json.dumps(arguments)],
            capture_output=True, text=True, timeout=TIMEOUT_S, env={**kept, **(environ or {})}, check=False,
            cwd=Path(blender_python).parent,
        )  # fmt: skip
        told = [line for line in done.stdout.splitlines() if line.startswith("FINDINGS: ")]
        assert told, f"Blender told nothing (exit {done.returncode}):\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        findings = json.loads(told[-1].removeprefix("FINDINGS: "))
        assert "traceback" not in findings, findings["traceback"] + done.stderr[-2000:]
        return findings

    return run
