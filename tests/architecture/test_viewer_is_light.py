"""The viewer never loads torch or OpenCV: shown in a process of its own, as `fsgan view` starts one."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

NEVER = ("torch", "cv2", "safetensors", "typer", "rich")
WITHOUT_QT = ("models",)


def modules_of(repository: Path, *, with_qt: bool) -> list[str]:
    package = repository / "fsgan_viewer"
    names = []
    for path in sorted(package.rglob("*.py")):
        place = path.relative_to(package)
        if path.name == "__main__.py" or (not with_qt and place.parts[0] not in WITHOUT_QT):
            continue
        names.append(".".join(path.relative_to(repository).with_suffix("").parts).removesuffix(".__init__"))
    return names


def loaded_after_importing(repository: Path, names: list[str], watched: tuple[str, ...]) -> list[str]:
    code = (
        "import importlib, json, sys\n"
        f"for name in {names!r}: importlib.import_module(name)\n"
        f"print(json.dumps([name for name in {watched!r} if name in sys.modules]))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=repository, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return list(json.loads(done.stdout))


def test_no_module_of_the_viewer_loads_torch_or_opencv(repository: Path, why_no_qt: str) -> None:
    if why_no_qt:
        pytest.skip(f"Qt cannot be loaded here: {why_no_qt}")
    names = modules_of(repository, with_qt=True)
    assert len(names) > 15
    assert loaded_after_importing(repository, names, NEVER) == []


def test_the_models_do_not_even_load_qt(repository: Path) -> None:
    names = modules_of(repository, with_qt=False)
    assert len(names) > 8
    assert loaded_after_importing(repository, names, (*NEVER, "PyQt5")) == []
