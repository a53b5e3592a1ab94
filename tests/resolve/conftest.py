"""Fusion in real Lua, for every test of fsgan_resolve."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest


def load(name: str) -> ModuleType:
    path = Path(__file__).parent / f"{name}.py"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def fusion_bench() -> ModuleType:
    """Lua, `.setting` files and a strict Fusion (fusion_bench.py)."""
    return load("fusion_bench")


@pytest.fixture
def make_bench(
    tmp_path: Path, fusion_bench: ModuleType, toy_engine: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Any]:
    """Makes a composition with a macro that has a source, a plate, an output and the toy engine."""

    def make(**options: Any) -> Any:
        folder = tmp_path / "my shot"
        folder.mkdir(exist_ok=True)
        bench = fusion_bench.FusionBench(folder, **options)
        for name in ("plate.1001.exr", "plate.1002.exr", "plate.1003.exr", "who.png"):
            (folder / name).write_text("picture")
        engine = toy_engine.make_toy_engine(tmp_path / "the engine")
        out = str(folder / "out" / "swap.%04d.exr")
        bench.set(source=str(folder / "who.png"), engine=engine, out=out, frames="1001-1003")
        if options.get("macro", "FSGAN Swap") == "FSGAN Swap":
            bench.set(plate=str(folder / "plate.1001.exr"))
        return bench

    monkeypatch.delenv("FSGAN_ENGINE", raising=False)
    return make
