"""The layers of pyproject.toml hold, and host-safe modules load nothing heavy."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

HOST_SAFE = ("errors.py", "shot", "job", "farm", "host")
HEAVY = ("torch", "numpy", "scipy", "cv2", "OpenImageIO", "av", "safetensors", "typer", "rich")
ARRAYS_ONLY = ("geometry", "networks", "face", "stages")


def host_safe_files(repository: Path) -> list[Path]:
    core = repository / "fsgan_core"
    files = [path for name in HOST_SAFE for path in [core / name, *(core / name).rglob("*.py")] if path.suffix == ".py"]
    assert len(files) > 8
    return files


def test_import_linter_contracts_hold(repository: Path) -> None:
    lint = [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"]
    done = subprocess.run([*lint, "--no-cache"], cwd=repository, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 broken" in done.stdout


def test_host_safe_modules_load_nothing_heavy_in_a_fresh_process(repository: Path) -> None:
    names = [
        ".".join(path.relative_to(repository).with_suffix("").parts).removesuffix(".__init__")
        for path in host_safe_files(repository)
    ]
    code = (
        "import importlib, json, sys\n"
        f"for name in {names!r}: importlib.import_module(name)\n"
        f"print(json.dumps([name for name in {HEAVY!r} if name in sys.modules]))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=repository, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == []


def test_host_safe_modules_are_python_3_9(repository: Path) -> None:
    for path in host_safe_files(repository):
        text = path.read_text(encoding="utf-8")
        tree = ast.parse(text, feature_version=(3, 9))
        if any(not isinstance(node, ast.Expr) for node in tree.body):
            assert "from __future__ import annotations" in text, path


@pytest.mark.parametrize("layer", ARRAYS_ONLY)
def test_array_layers_open_no_file(repository: Path, layer: str) -> None:
    """What import-linter cannot see: calls of open and of the readers of the array libraries."""
    readers = {"open", "imread", "imwrite", "fromfile", "tofile", "savez", "savez_compressed", "loadtxt", "save_file"}
    for path in (repository / "fsgan_core" / layer).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
                assert name not in readers, f"{path}:{node.lineno} calls {name}"


def test_nothing_evaluates_text_or_unpickles(repository: Path) -> None:
    for path in (repository / "fsgan_core").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.id if isinstance(node.func, ast.Name) else ""
            assert name not in {"eval", "exec"}, f"{path}:{node.lineno} calls {name}"
            for keyword in node.keywords:
                value = keyword.value.value if isinstance(keyword.value, ast.Constant) else None
                assert (keyword.arg, value) not in {("allow_pickle", True), ("shell", True), ("weights_only", False)}, (
                    f"{path}:{node.lineno} passes {keyword.arg}={value}"
                )


def test_torch_load_is_called_in_one_place_and_for_weights_only(repository: Path) -> None:
    """Conventions: pickles are read where the authors' files are imported, nowhere else, and never run."""
    calls = []
    for path in (repository / "fsgan_core").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "torch.load":
                keywords = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}
                calls.append((path.name, keywords.get("weights_only")))
    assert calls == [("released_files.py", "True")]
