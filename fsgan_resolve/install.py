"""Macros, scripts and the host-side core put where Fusion and Resolve look; the same on three systems."""

from __future__ import annotations

import os
import sys
from typing import Dict, List, Mapping

from fsgan_core.errors import OutputError
from fsgan_core.host.placed_files import core_files, package_files, place_files, remove_files
from fsgan_resolve.fusion_files import GIZMOS, generated_files

OWN = "FSGAN"
"""Folder below Fusion's for what Fusion does not scan: the Python part, the engine's note, the record of files."""

RECORD = f"{OWN}/fsgan_files.json"
ENGINE_NOTE = f"{OWN}/engine.txt"
PYTHON = f"{OWN}/python"


def install(folder: str = "", engine: str = "") -> List[str]:
    """Place everything; gives the files that were changed, none the second time.

    Args:
        folder: Fusion's folder; "" means those of this user's Resolve and Fusion Studio, as far as they are there.
        engine: The program fsgan that the macros take where nothing else is chosen; "" leaves that to them.

    Raises:
        OutputError: The scripts are not here, or a file cannot be written.
    """
    if not os.path.isfile(os.path.join(GIZMOS, "Modules", "Lua", "fsgan.lua")):
        raise OutputError("The scripts are not here: fsgan install works from a checkout of FSGAN.", path=GIZMOS)
    files = fusion_files(engine)
    folders = [folder] if folder else fusion_folders()
    return [path for one in folders for path in place_files(one, files, RECORD)]


def uninstall(folder: str = "") -> List[str]:
    """Take everything away; gives the files that were removed.

    Raises:
        OutputError: A file cannot be removed.
    """
    return [path for one in ([folder] if folder else fusion_folders()) for path in remove_files(one, RECORD)]


def print_path() -> str:
    """The folder that a studio adds to Fusion's path map instead of installing (Preferences, Path Map, UserPaths)."""
    return GIZMOS


def fusion_files(engine: str = "") -> Dict[str, bytes]:
    """Path below Fusion's folder to content of all that is placed."""
    files = package_files(GIZMOS, endings=(".lua", ".py", ".setting"))
    files.update({name: text.encode("utf-8") for name, text in generated_files().items()})
    files.update(core_files(PYTHON))
    here = os.path.dirname(os.path.abspath(__file__))
    files.update({f"{PYTHON}/fsgan_resolve/{name}": content for name, content in package_files(here).items()})
    if engine:
        files[ENGINE_NOTE] = engine.encode("utf-8")
    return files


def fusion_folders(system: str = sys.platform, environ: Mapping[str, str] = os.environ, home: str = "") -> List[str]:
    """Fusion's folders of this user: Resolve's always, Fusion Studio's where it has run.

    Resolve makes its folder for scripts only when asked for it, so a missing one is no sign of a missing Resolve.

    Args:
        system: As `sys.platform`.
        environ: The environment variables.
        home: The user's folder; "" means the one of this user.
    """
    home = home or os.path.expanduser("~")
    if system == "darwin":
        maker = os.path.join(home, "Library", "Application Support", "Blackmagic Design")
        resolve, studio = os.path.join(maker, "DaVinci Resolve", "Fusion"), os.path.join(maker, "Fusion")
    elif system.startswith("win"):
        maker = os.path.join(environ.get("APPDATA") or os.path.join(home, "AppData", "Roaming"), "Blackmagic Design")
        resolve = os.path.join(maker, "DaVinci Resolve", "Support", "Fusion")
        studio = os.path.join(maker, "Fusion")
    else:
        resolve = os.path.join(home, ".local", "share", "DaVinciResolve", "Fusion")
        studio = os.path.join(home, ".fusion", "BlackmagicDesign", "Fusion")
    return [resolve, *([studio] if os.path.isdir(studio) else [])]
