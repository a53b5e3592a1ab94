"""Nuke without Nuke: real Tcl, a strict fake of its Python, and the adapter imported against it."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # the modules beside this file

from nuke_session import make_shot, start_nuke


@pytest.fixture
def gizmos(repository: Path) -> Path:
    """The folder that Nuke scans."""
    return repository / "gizmos" / "nuke"


@pytest.fixture(params=["gui", "terminal"])
def gui(request: pytest.FixtureRequest) -> bool:
    """Both ways in which Nuke runs."""
    return bool(request.param == "gui")


@pytest.fixture
def nuke(gizmos: Path, gui: bool, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A Nuke that has started with our plug-in path."""
    yield from start_nuke(gizmos, gui, monkeypatch)


@pytest.fixture
def nuke_gui(gizmos: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A Nuke with a user interface."""
    yield from start_nuke(gizmos, True, monkeypatch)


@pytest.fixture
def adapter() -> Callable[[str], ModuleType]:
    """A module of the adapter, imported against the Nuke of the test."""
    return lambda name: importlib.import_module(f"fsgan_nuke.{name}")


@pytest.fixture
def shot(nuke: Any, tmp_path: Path, toy_engine: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A saved script with an FSGAN_Swap between two Reads, and an engine that answers at once."""
    return make_shot(nuke, tmp_path, toy_engine, monkeypatch)


@pytest.fixture
def shot_gui(nuke_gui: Any, tmp_path: Path, toy_engine: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The same with a user interface."""
    return make_shot(nuke_gui, tmp_path, toy_engine, monkeypatch)
