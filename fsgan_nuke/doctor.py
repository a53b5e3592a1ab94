"""Checks that only a running Nuke can make: `FSGAN > Doctor`, or `nuke -t fsgan_nuke/doctor.py` in a terminal."""

from __future__ import annotations

import os
import platform
import sys
from typing import Callable, List, Tuple

if __name__ == "__main__":
    sys.path.append(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from fsgan_core.errors import EngineError, FsganError
from fsgan_core.host.find_engine import find_engine
from fsgan_core.host.serve_address import find_server, serve_folder
from fsgan_nuke import nuke_api
from fsgan_nuke.gizmos import GIZMOS, gizmo_files

OLDEST_NUKE, NEWEST_NUKE = 14, 17
_HEAVY = ("torch", "numpy", "cv2", "OpenImageIO")


def report(engine: str = "") -> str:
    """One line a check, `ok` or `FAIL` before it.

    Args:
        engine: What a node's Engine knob says.
    """
    before = {name for name in _HEAVY if name in sys.modules}
    checks: List[Tuple[str, Callable[[], str]]] = [
        ("nuke", _check_nuke),
        ("gizmos", _check_gizmos),
        ("engine", lambda: _check_engine(engine)),
        ("serve", _check_serve),
        ("colour", _check_colour),
        ("script", _check_script),
    ]
    lines = []
    for name, check in checks:
        try:
            lines.append(f"ok    {name}: {check()}")
        except (FsganError, OSError) as problem:
            lines.append(f"FAIL  {name}: {problem}")
    loaded = {name for name in _HEAVY if name in sys.modules} - before
    lines.append(f"FAIL  imports: {', '.join(sorted(loaded))}" if loaded else "ok    imports: nothing heavy")
    return "\n".join(lines)


def _check_nuke() -> str:
    version = int(nuke_api.host_name().split()[1].split(".")[0])
    where = f"{nuke_api.host_name()}, Python {platform.python_version()}, {'GUI' if nuke_api.in_gui() else 'terminal'}"
    if not OLDEST_NUKE <= version <= NEWEST_NUKE:
        raise EngineError(f"{where}: FSGAN is made for Nuke {OLDEST_NUKE} to {NEWEST_NUKE}; it may work.")
    return where


def _check_gizmos() -> str:
    folder = nuke_api.gizmo_folder("FSGAN_Swap.gizmo")
    if not folder:
        raise EngineError("Nuke does not find FSGAN_Swap.gizmo. Run: fsgan install nuke, and start Nuke again.")
    for name, text in gizmo_files().items():
        path = os.path.join(folder, name)
        with open(path, encoding="utf-8") as stream:
            if stream.read() != text:
                raise EngineError(f"{path} is not of this version ({GIZMOS}). Remove the other installation.")
    return f"{len(gizmo_files())} in {folder}"


def _check_engine(asked: str) -> str:
    engine = find_engine(asked)
    return f"{engine.program}, version {engine.version_text}"


def _check_serve() -> str:
    server = find_server(serve_folder())
    return f"process {server.pid}" if server is not None else "not running; it starts with the first render"


def _check_colour() -> str:
    return nuke_api.working_colorspace() or "Nuke's own linear; EXR goes to the engine as scene-linear"


def _check_script() -> str:
    folder = nuke_api.script_folder()
    if not os.access(folder, os.W_OK):
        raise EngineError(f"{folder} may not be written to. Results need another Output.")
    return folder


if __name__ == "__main__":
    nuke_api.log(report())
