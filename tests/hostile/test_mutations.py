"""Damaged and hostile files of every kind: no crash, no hang, nothing written outside the output folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

RUN = Path(__file__).parent / "mutation_run.py"
FAST = {"exr": 150, "movie": 25, "weights": 15, "manifest": 60, "analysis": 120, "job": 150}
ALL = {"exr": 4000, "movie": 800, "weights": 600, "manifest": 1200, "analysis": 2000, "job": 2000}
"""10,600 in all."""


def read_mutated(sandbox: Path, kind: str, count: int, seed: int) -> dict[str, int]:
    """How many inputs were read and refused; fails where the process did anything else."""
    sandbox.mkdir()
    keeper = sandbox / "keeper"
    keeper.mkdir()
    command = [sys.executable, str(RUN), str(sandbox), kind, str(count), str(seed)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "FSGAN_RETRY_SECONDS": "0"}
    done = subprocess.run(
        command, cwd=keeper, capture_output=True, text=True, env=environment, timeout=3000, check=False
    )
    assert done.returncode == 0, f"{kind}: {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-4000:]}"
    # The process worked in an empty folder beside its output: whatever is new there was written outside.
    assert not list(keeper.iterdir())
    assert {entry.name for entry in sandbox.iterdir()} == {"keeper", "base", "in", "out"}
    told: dict[str, int] = json.loads(done.stdout.splitlines()[-1])
    assert told["read"] + told["refused"] == count
    return told


@pytest.mark.parametrize("kind", list(FAST))
def test_some_mutated_files_are_read_or_refused(kind: str, tmp_path: Path) -> None:
    told = read_mutated(tmp_path / "sandbox", kind, FAST[kind], 1)
    assert told["refused"] > 0


@pytest.mark.slow
@pytest.mark.parametrize("kind", list(ALL))
def test_ten_thousand_mutated_files(kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = read_mutated(tmp_path / "sandbox", kind, ALL[kind], 2)
    with capsys.disabled():
        sys.stdout.write(f"\n{kind}: {ALL[kind]} mutated files, {told['read']} read, {told['refused']} refused\n")
