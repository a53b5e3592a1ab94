"""Fusion in the suite of all hosts: the macro's own buttons, in LuaJIT against the strict Fusion of tests/resolve."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from compliance import Bench, HostDriver, load

from fsgan_core.host.job_form import form_fields


class Driver(HostDriver):
    """FSGAN Swap in a composition."""

    def __init__(self, bench: Bench) -> None:
        super().__init__(bench)
        (bench.folder / "actor.mov").write_text("movie")
        self.fusion = _bench_module(bench.repository).FusionBench(bench.folder)
        self.fusion.set(plate=bench.plate, source=bench.source, out=bench.out, engine=bench.engine)

    def fill(self, values: dict[str, Any]) -> None:
        infos = {field.name: field.info for field in form_fields("swap")}
        for name, value in values.items():
            if infos[name].choices:
                value = infos[name].choices.index(value)
            self.fusion.set(**{name: int(value) if isinstance(value, bool) else value})

    def use_engine(self, program: str) -> None:
        self.fusion.set(engine=program)

    def job(self) -> dict[str, Any]:
        self.render()
        return dict(json.loads((self.fusion.run_folder() / "job.json").read_text(encoding="utf-8")))

    def render(self) -> str:
        said = str(self.fusion.press("start"))
        return str(self.fusion.run_script("FSGAN Follow")) if said.startswith("Started.") else said

    def start(self) -> None:
        assert self.fusion.press("start").startswith("Started.")
        events = self.fusion.run_folder() / "events.ndjson"
        while not events.exists() or '"frame"' not in events.read_text():
            self.fusion.hooks.wait()

    def cancel(self) -> str:
        assert self.fusion.press("cancel").startswith("Stopping")
        return str(self.fusion.run_script("FSGAN Follow"))


def _bench_module(repository: Path) -> ModuleType:
    return sys.modules.get("compliance_resolve") or load(repository / "tests" / "resolve" / "fusion_bench.py")
