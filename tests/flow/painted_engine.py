"""The program `fsgan` with painted networks in place of weights, for tests that start many engine processes.

    python tests/flow/painted_engine.py run job.json ...
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

TESTS = Path(__file__).resolve().parent.parent


def load(name: str) -> ModuleType:
    """A module of the tests folder."""
    path = TESTS / name
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


def use_painted_networks() -> None:
    """From now on every engine of this process finds and swaps painted faces."""
    from fsgan_core.pipeline import engine, verify_job

    pack: Any = load("pipeline/painted_swaps.py").painted_pack(load("face/painted_faces.py"))
    engine.load_pack = lambda name, device: pack
    verify_job.pack_identity = lambda name, provided: pack


if __name__ == "__main__":
    from fsgan_core.cli.main import main

    if "--help" not in sys.argv:
        use_painted_networks()
    main()
