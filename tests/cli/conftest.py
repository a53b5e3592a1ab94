"""Running the program inside the test process, with a hand-written engine in place of the real one."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

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
    work: Callable[[Job, Progress], None] = lambda job, progress: None

    def run_job(self, job: Job, progress: Progress) -> None:
        self.jobs.append(job)
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


@pytest.fixture
def swap_bench(tmp_path: Path, painted_faces: ModuleType, monkeypatch: pytest.MonkeyPatch, repository: Path) -> Any:
    """The bench of tests/pipeline: painted plates, and generators simple enough to predict."""
    from fsgan_core.pipeline import engine as engine_module
    from fsgan_core.pipeline import swap_shot as swap_shot_module

    path = repository / "tests" / "pipeline" / "conftest.py"
    spec = importlib.util.spec_from_file_location("pipeline_conftest", path)
    assert spec is not None and spec.loader is not None
    bench_module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "pipeline_conftest", bench_module)
    spec.loader.exec_module(bench_module)
    pack = SimpleNamespace(
        **vars(painted_faces.fake_pack()),
        transformer=bench_module.StillTransformer(),
        reenactment=bench_module.PassingGenerator(),
        inpainting=bench_module.FillingGenerator(),
        blending=bench_module.DimmingGenerator(),
        device="cpu",
    )
    for module in (engine_module, swap_shot_module):
        monkeypatch.setattr(module, "open_engine", lambda weights, device: pack)
    return bench_module.SwapBench(tmp_path, painted_faces)
