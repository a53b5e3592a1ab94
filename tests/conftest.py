"""What every test may use: the slow and GPU marks, the sample plates, and one thread a process."""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

# Widgets are tested without a screen, unless QT_QPA_PLATFORM names one.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


def _why_no_qt() -> str:
    """Why Qt's widgets cannot be loaded on this machine; "" where they can."""
    try:
        importlib.import_module("PyQt5.QtWidgets")
    except ImportError as problem:  # PyQt5 is not installed, or one of the system's libraries that it links is not
        return str(problem)
    return ""


WHY_NO_QT = _why_no_qt()
if not WHY_NO_QT:
    # pyproject.toml switches its own loading off: where Qt cannot be loaded it would end the whole run.
    pytest_plugins = ["pytestqt.plugin"]

# Tests run side by side; a thread pool in each of them would only make them wait for each other.
os.environ.setdefault("OMP_NUM_THREADS", "1")

REPOSITORY = Path(__file__).resolve().parent.parent


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add --run-slow."""
    parser.addoption("--run-slow", action="store_true", help="also run the tests marked slow")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip the slow tests unless asked for, and the GPU tests where there is no GPU."""
    skip_slow = pytest.mark.skip(reason="slow: needs --run-slow")
    for item in items:
        if "slow" in item.keywords and not config.getoption("--run-slow"):
            item.add_marker(skip_slow)
        if "gpu" in item.keywords and not _has_gpu():
            item.add_marker(pytest.mark.skip(reason="no CUDA device"))


@pytest.fixture(scope="session")
def why_no_qt() -> str:
    """Why Qt's widgets cannot be loaded on this machine; "" where they can."""
    return WHY_NO_QT


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the checkout."""
    return REPOSITORY


@pytest.fixture(scope="session")
def sample_plates() -> Path:
    """The folder with the bundled plates a and b."""
    return REPOSITORY / "fsgan_core" / "samples" / "plates"


@pytest.fixture(scope="session")
def painted_faces() -> ModuleType:
    """Painted faces and the hand-written networks that find them (tests/face/painted_faces.py)."""
    return _load("face/painted_faces.py")


@pytest.fixture(scope="session")
def painted_swaps() -> ModuleType:
    """Swaps of painted faces by hand-written generators (tests/pipeline/painted_swaps.py)."""
    return _load("pipeline/painted_swaps.py")


@pytest.fixture(scope="session")
def drawn_portraits() -> ModuleType:
    """Portraits of known heads, drawn and labelled (tests/training/synthesis/drawn_portraits.py)."""
    return _load("training/synthesis/drawn_portraits.py")


@pytest.fixture(scope="session")
def cryptomatte_reader() -> ModuleType:
    """Decodes Cryptomattes as a host does (tests/media/cryptomatte_reader.py)."""
    return _load("media/cryptomatte_reader.py")


@pytest.fixture(scope="session")
def toy_engine() -> ModuleType:
    """A program that hosts take for the engine (tests/hosts/toy_engine.py)."""
    return _load("hosts/toy_engine.py")


@pytest.fixture(scope="session")
def real_tcl() -> ModuleType:
    """Node text read by a real Tcl (tests/hosts/real_tcl.py)."""
    module = _load("hosts/real_tcl.py")
    if not module.is_available():
        pytest.skip("no Tcl on this machine: install tclsh, or Python's tkinter")
    return module


@pytest.fixture(scope="session")
def farm_jobs() -> ModuleType:
    """Jobs of painted faces, run as farms run them (tests/flow/farm_jobs.py)."""
    return _load("flow/farm_jobs.py")


@pytest.fixture
def swap_bench(
    tmp_path: Path, painted_faces: ModuleType, painted_swaps: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> Any:
    """A folder to swap in, with an engine that needs no weights."""
    return painted_swaps.painted_bench(tmp_path, painted_faces, monkeypatch)


@pytest.fixture
def fsgan_program(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str]]:
    """Runs `fsgan ARGUMENTS`; gives its exit code and what it said."""

    def run(*arguments: str) -> tuple[int, str]:
        from fsgan_core.cli.main import main

        monkeypatch.setattr(sys, "argv", ["fsgan", *arguments])
        capsys.readouterr()
        try:
            main()
            code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
        said = capsys.readouterr()
        return code, said.out + said.err

    return run


def _load(name: str) -> ModuleType:
    """A module of the tests folder that is no test itself."""
    path = REPOSITORY / "tests" / name
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def _has_gpu() -> bool:
    import torch

    return torch.cuda.is_available()
