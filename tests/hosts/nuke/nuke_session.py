"""A Nuke of one test: started, with a shot in it, and followed to the end of a render."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from fake_nuke import FakeNuke


def start_nuke(gizmos: Path, gui: bool, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    fake = FakeNuke(gizmos, gui)
    monkeypatch.setitem(sys.modules, "nuke", fake.module)
    forget_adapter()
    yield fake
    forget_adapter()


def forget_adapter() -> None:
    """The adapter anew: it has seen another Nuke."""
    for name in [name for name in sys.modules if name.split(".")[0] == "fsgan_nuke"]:
        del sys.modules[name]


def make_shot(nuke: Any, tmp_path: Path, toy_engine: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("FSGAN_ENGINE", toy_engine.make_toy_engine(tmp_path / "the engine"))
    monkeypatch.setenv("FSGAN_SERVE_DIR", str(tmp_path / "s"))
    monkeypatch.setenv("FSGAN_TOY", "")
    folder = tmp_path / "my shot"
    folder.mkdir()
    nuke.root_node["name"].setValue(f"{folder}/comp v1.nk")
    plate = nuke.make("Read", "Plate", file=f"{folder}/plate.%04d.exr", first=1001, last=1003)
    source = nuke.make("Read", "Actor", file=f"{folder}/actor.mov", first=1, last=9)
    node = nuke.make("FSGAN_Swap")
    node.setInput(0, plate)
    node.setInput(1, source)
    node["frames"].setValue("1001-1003")
    out = folder / "fsgan" / "FSGAN_Swap1" / "v001"
    return SimpleNamespace(nuke=nuke, folder=folder, plate=plate, source=source, node=node, out=out)


def finished(shot: Any, node: Any = None) -> None:
    """Wait for the render of a node, and let Nuke's main thread do its part."""
    import fsgan_nuke.render as render

    name = (node or shot.node).fullName()
    deadline = time.monotonic() + 60
    while name in render.running_nodes() and time.monotonic() < deadline:
        shot.nuke.pump()
        time.sleep(0.02)
    assert name not in render.running_nodes()
    shot.nuke.pump()
