"""Running the program inside the test process, with a hand-written engine in place of the real one."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from types import ModuleType

import pytest

from fsgan_core.job.progress import Progress
from fsgan_core.job.spec import Job


@dataclass
class Outcome:
    """What one run of the program left."""

    exit_code: int
    out: str
    err: str


@dataclass
class FakeEngine:
    """Keeps the jobs it was given, and does with each what `work` says."""

    jobs: list[Job] = field(default_factory=list)
    forced: list[bool] = field(default_factory=list)
    work: Callable[[Job, Progress], None] = lambda job, progress: None

    def run_job(self, job: Job, progress: Progress, *, force: bool = False) -> None:
        self.jobs.append(job)
        self.forced.append(force)
        self.work(job, progress)


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> FakeEngine:
    """Stands where `fsgan_core.cli.run_job` would import torch."""
    fake = FakeEngine()
    module = ModuleType("fsgan_core.cli.run_job")
    module.run_job = fake.run_job  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "fsgan_core.cli.run_job", module)
    return fake


@pytest.fixture
def fsgan(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Outcome]:
    """Runs `fsgan ARGUMENTS` and gives back its exit code and what it said."""
    monkeypatch.delenv("FSGAN_PATH_MAP", raising=False)

    def run(*arguments: str) -> Outcome:
        from fsgan_core.cli.main import main

        monkeypatch.setattr(sys, "argv", ["fsgan", *arguments])
        capsys.readouterr()
        try:
            main()
            exit_code = 0
        except SystemExit as end:
            exit_code = end.code if isinstance(end.code, int) else int(end.code is not None)
        said = capsys.readouterr()
        return Outcome(exit_code, said.out, said.err)

    return run
