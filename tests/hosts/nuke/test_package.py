"""The adapter loads in Nuke's Python: nothing heavy, no Qt, Python 3.9 syntax; init.py and menu.py start with Nuke."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

HEAVY = ("torch", "numpy", "scipy", "cv2", "OpenImageIO", "av", "safetensors", "typer", "rich", "PySide2", "PySide6")
STUB = (
    "import sys, types\n"
    "nuke = types.ModuleType('nuke')\n"
    "for name in ('Node', 'Group', 'Gizmo', 'File_Knob', 'EvalString_Knob', 'ProgressTask'):\n"
    "    setattr(nuke, name, type(name, (), {}))\n"
    "nuke.GUI = False\n"
    "nuke.pluginAddPath = lambda path: print('path', path)\n"
    "sys.modules['nuke'] = nuke\n"
)


def run(code: str, cwd: Path) -> str:
    command = [sys.executable, "-I", "-c", STUB + code]
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_init_makes_the_adapter_importable_and_nothing_heavy_loads(gizmos: Path, tmp_path: Path) -> None:
    """What happens in every Nuke, with the folder of the gizmos as its only knowledge."""
    names = ["buttons", "menu", "doctor", "gizmos", "install"]
    code = (
        f"exec(compile(open({str(gizmos / 'init.py')!r}).read(), {str(gizmos / 'init.py')!r}, 'exec'),"
        f" {{'__file__': {str(gizmos / 'init.py')!r}}})\n"
        "import importlib, json\n"
        f"for name in {names!r}: importlib.import_module('fsgan_nuke.' + name)\n"
        f"print(json.dumps([name for name in {HEAVY!r} if name in sys.modules]))\n"
    )
    path, loaded = run(code, tmp_path).splitlines()
    assert path == f"path {gizmos / 'icons'}"
    assert json.loads(loaded) == []


def test_adapter_is_python_3_9(repository: Path) -> None:
    files = [*(repository / "fsgan_nuke").glob("*.py"), *(repository / "gizmos" / "nuke").glob("*.py")]
    assert len(files) > 12
    for path in files:
        ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 9))


def test_only_one_module_opens_the_door_to_nuke(repository: Path) -> None:
    found = {
        path.name
        for path in (repository / "fsgan_nuke").glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Import) and any(name.name == "nuke" for name in node.names)
    }
    assert found == {"nuke_api.py", "menu.py"}


def test_menu_is_added_once_and_names_every_node(nuke_gui: Any, adapter: Any, gizmos: Path) -> None:
    class Menu:
        def __init__(self) -> None:
            self.items: dict[str, Any] = {}

        def findItem(self, name: str) -> Any:
            return self.items.get(name)

        def addMenu(self, name: str, icon: str = "") -> Any:
            self.items[name] = Menu()
            return self.items[name]

        def addCommand(self, name: str, command: str, icon: str = "") -> None:
            compile(command, name, "exec")
            assert name not in self.items
            assert not icon or (gizmos / "icons" / icon).exists()
            self.items[name] = command

        def addSeparator(self) -> None:
            pass

    toolbar = Menu()
    nuke_gui.module.menu = lambda name: toolbar if name == "Nodes" else None
    adapter("menu").add_menu()
    adapter("menu").add_menu()
    assert list(toolbar.items) == ["FSGAN"]
    for node_class in ("FSGAN_Swap", "FSGAN_Reenact", "FSGAN_Finetune", "FSGAN_Analyze", "FSGAN_Recombine"):
        assert any(node_class in str(command) for command in toolbar.items["FSGAN"].items.values())


def test_menu_that_fails_does_not_stop_nuke(gizmos: Path, tmp_path: Path) -> None:
    path = str(gizmos / "menu.py")
    code = f"exec(compile(open({path!r}).read(), {path!r}, 'exec'))\nprint('started')\n"
    assert run(code, tmp_path) == "started\n"  # fsgan_nuke cannot be found from there
