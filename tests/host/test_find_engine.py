"""The engine is found where the artist, the studio or the checkout says; a missing or old one says how to get it."""

from __future__ import annotations

import os
from pathlib import Path
from types import ModuleType

import pytest

from fsgan_core.errors import EngineError
from fsgan_core.host import find_engine as find_engine_module
from fsgan_core.host.engine_environment import engine_environment
from fsgan_core.host.find_engine import find_engine, locate_engine

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the toy engine is a POSIX script")


def test_order_is_artist_then_variable_then_path(
    tmp_path: Path, toy_engine: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, variable, path = (toy_engine.make_toy_engine(tmp_path / name) for name in ("asked", "variable", "path"))
    environ = {"FSGAN_ENGINE": variable, "PATH": str(tmp_path / "path")}
    monkeypatch.setattr(find_engine_module, "_checkout", lambda: str(tmp_path / "no checkout"))
    assert locate_engine(asked, environ) == asked
    assert locate_engine("", environ) == variable
    assert locate_engine("", {"PATH": environ["PATH"]}) == path
    assert locate_engine("fsgan", {"PATH": environ["PATH"]}) == path


def test_environment_or_checkout_stands_for_its_program(tmp_path: Path, toy_engine: ModuleType) -> None:
    program = toy_engine.make_toy_engine(tmp_path / "checkout 1" / ".venv" / "bin")
    assert locate_engine(str(tmp_path / "checkout 1")) == program
    assert locate_engine(str(tmp_path / "checkout 1" / ".venv")) == program


def test_missing_engine_says_how_to_install_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(find_engine_module, "_checkout", lambda: str(tmp_path))
    with pytest.raises(EngineError, match=r"not installed on this machine. Install it with: python3 install/boot"):
        find_engine("", {"PATH": str(tmp_path)})


def test_wrong_setting_is_named_and_not_passed_over(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=r"\$FSGAN_ENGINE is set to .*nowhere, and there is no program"):
        find_engine("", {"FSGAN_ENGINE": str(tmp_path / "nowhere"), "PATH": os.environ["PATH"]})


def test_old_engine_is_refused_with_both_versions(tmp_path: Path, toy_engine: ModuleType) -> None:
    program = toy_engine.make_toy_engine(tmp_path, "0.1.3")
    with pytest.raises(EngineError, match=r"is version 0.1.3, and this node needs 0.2 or newer. Update it"):
        find_engine(program)


def test_newer_engine_is_taken(tmp_path: Path, toy_engine: ModuleType) -> None:
    assert find_engine(toy_engine.make_toy_engine(tmp_path, "11.0.1")).version == (11, 0, 1)


@pytest.mark.parametrize("text", ["#!/bin/sh\necho broken library >&2\nexit 3\n", "no program at all"])
def test_program_that_does_not_start_is_told(tmp_path: Path, text: str) -> None:
    program = tmp_path / "fsgan"
    program.write_text(text)
    program.chmod(0o755)
    with pytest.raises(EngineError, match="does not start"):
        find_engine(str(program))


def test_environment_keeps_colour_and_drops_the_hosts_libraries() -> None:
    host = {
        "PYTHONHOME": "/n", "PythonPath": "/n", "LD_LIBRARY_PATH": "/n", "DYLD_FRAMEWORK_PATH": "/n",
        "QT_PLUGIN_PATH": "/n", "NUKE_TEMP_DIR": "/n", "OCIO": "/c/config.ocio", "FSGAN_PATH_MAP": "/m", "PATH": "/bin",
        "HOME": "/h", "CUDA_VISIBLE_DEVICES": "1",
    }  # fmt: skip
    kept = engine_environment(host)
    assert {name for name in kept if name in host} == {"OCIO", "FSGAN_PATH_MAP", "PATH", "HOME", "CUDA_VISIBLE_DEVICES"}
    assert kept["PYTHONIOENCODING"] == "utf-8"
