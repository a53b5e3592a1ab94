"""FSGAN_Swap in a Nuke with a user interface, driven by its knobs and buttons."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

from compliance import HostDriver

sys.path.insert(0, str(Path(__file__).parent))


class Driver(HostDriver):
    """The strict fake Nuke with two Reads and a swap."""

    def __init__(self, bench: Any) -> None:
        super().__init__(bench)
        from fake_nuke import FakeNuke

        self._nuke = FakeNuke(bench.repository / "gizmos" / "nuke", gui=True)
        bench.monkeypatch.setitem(sys.modules, "nuke", self._nuke.module)
        self.close()
        self._nuke.root_node["name"].setValue(f"{bench.folder}/comp.nk")
        self._node = self._nuke.make("FSGAN_Swap")
        for number, path in enumerate((bench.plate, bench.source)):
            self._node.setInput(number, self._nuke.make("Read", f"Read{number}", file=path))
        self._node["out"].setValue(bench.out)

    def fill(self, values: dict[str, Any]) -> None:
        for name, value in values.items():
            self._node[name].setValue(value)

    def use_engine(self, program: str) -> None:
        self._node["engine"].setValue(program)

    def job(self) -> dict[str, Any]:
        self._nuke.press(self._node, "save_job")
        path = Path(self.bench.out).with_name("swap.job.json")
        return dict(json.loads(path.read_text(encoding="utf-8")))

    def render(self) -> str:
        self.start()
        return self._end()

    def start(self) -> None:
        self._nuke.press(self._node, "render")

    def cancel(self) -> str:
        while not list(Path(self.bench.out).parent.glob("*.exr")):
            self._nuke.pump()
            time.sleep(0.02)
        self._nuke.press(self._node, "cancel")
        return self._end()

    def close(self) -> None:
        for name in [name for name in sys.modules if name.split(".")[0] == "fsgan_nuke"]:
            del sys.modules[name]

    def _end(self) -> str:
        from fsgan_nuke.render import running_nodes

        deadline = time.monotonic() + 60
        while running_nodes() and time.monotonic() < deadline:
            self._nuke.pump()
            time.sleep(0.02)
        self._nuke.pump()
        return str(self._nuke.said[-1] if self._nuke.said else self._node["status"].value())
