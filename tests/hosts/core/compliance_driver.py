"""The host-side core itself, driven from Python: what an adapter gets if it adds nothing of its own."""

from __future__ import annotations

import json
import time
from typing import Any

from compliance import HostDriver

from fsgan_core.errors import FsganError
from fsgan_core.host.engine_run import EngineRun, start_run
from fsgan_core.host.find_engine import find_engine
from fsgan_core.host.job_form import job_from_form
from fsgan_core.job.job_file import job_text


class Driver(HostDriver):
    """A script that fills the form and starts the engine."""

    def __init__(self, bench: Any) -> None:
        super().__init__(bench)
        self._form: dict[str, Any] = {"plate": bench.plate, "source": bench.source, "out": bench.out}
        self._engine = ""
        self._run: EngineRun | None = None

    def fill(self, values: dict[str, Any]) -> None:
        self._form.update(values)

    def use_engine(self, program: str) -> None:
        self._engine = program

    def job(self) -> dict[str, Any]:
        return dict(json.loads(job_text(job_from_form("swap", self._form, "core"))))

    def render(self) -> str:
        try:
            self.start()
        except FsganError as problem:
            return str(problem)
        return self._end()

    def start(self) -> None:
        self._run = start_run(job_from_form("swap", self._form, "core"), find_engine(self._engine))

    def cancel(self) -> str:
        assert self._run is not None
        while not self._run.state.done:
            self._run.poll()
            time.sleep(0.02)
        self._run.cancel()
        return self._end()

    def _end(self) -> str:
        assert self._run is not None
        assert self._run.wait(60)
        error = self._run.outcome.error()
        return str(error) if error is not None else self._run.outcome.message
