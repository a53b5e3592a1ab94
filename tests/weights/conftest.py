"""The documented layout of the released files, their networks computed a second time, and a YuNet made here."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest


def _load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def layout() -> ModuleType:
    """tests/weights/released_layout.py."""
    return _load("released_layout")


@pytest.fixture(scope="session")
def made_yunet() -> ModuleType:
    """tests/weights/made_yunet.py."""
    return _load("made_yunet")


@pytest.fixture(scope="session")
def forward() -> ModuleType:
    """tests/weights/released_forward.py."""
    return _load("released_forward")
