"""The add-on put where Blender looks for extensions; needs no Blender, and is the same on every system.

What is placed is the add-on, the host-side core that it works with, and a note that names the engine.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

from fsgan_core.errors import OutputError
from fsgan_core.host.placed_files import core_files, package_files, place_files, remove_files

from . import BUNDLED

ADDON = "fsgan_blender"
RECORD = "fsgan_files.json"
ENGINE_NOTE = "engine.txt"
SUPPORTED = ("4.5", "5.0")


def install(folder: str = "", engine: str = "") -> list[str]:
    """Place the add-on; gives the files that were changed, none the second time.

    Args:
        folder: A repository of extensions, such as `.../extensions/user_default`; "" means that of every Blender of
            this user.
        engine: The program fsgan that the add-on takes where nothing else is chosen; "" leaves that to it.

    Raises:
        OutputError: There is no Blender to install for, or a file cannot be written.
    """
    folders = [folder] if folder else user_folders()
    if not folders:
        raise OutputError(
            "No Blender 4.5 or newer has run for this user. Start Blender once, or name its extensions folder with "
            "--folder."
        )
    return [path for one in folders for path in place_files(os.path.join(one, ADDON), _files(engine), RECORD)]


def uninstall(folder: str = "") -> list[str]:
    """Take the add-on away; gives the files that were removed.

    Raises:
        OutputError: A file cannot be removed.
    """
    removed = []
    for one in [folder] if folder else user_folders():
        place = os.path.join(one, ADDON)
        removed += remove_files(place, RECORD)
        if os.path.isdir(place) and not os.listdir(place):
            os.rmdir(place)
    return removed


def print_path() -> str:
    """Where the add-on lies in the checkout: a studio names its parent folder as a repository of extensions."""
    return os.path.dirname(os.path.abspath(__file__))


def user_folders(system: str = sys.platform, environ: Mapping[str, str] = os.environ) -> list[str]:
    """The extension folders of every supported Blender that has run for this user.

    Args:
        system: As `sys.platform`.
        environ: The environment variables.
    """
    named = environ.get("BLENDER_USER_EXTENSIONS")
    if named:
        return [os.path.join(named, "user_default")]
    home = os.path.expanduser("~")
    if system == "darwin":
        root = os.path.join(home, "Library", "Application Support", "Blender")
    elif system.startswith("win"):
        root = os.path.join(
            environ.get("APPDATA", os.path.join(home, "AppData", "Roaming")), "Blender Foundation", "Blender"
        )
    else:
        root = os.path.join(environ.get("XDG_CONFIG_HOME") or os.path.join(home, ".config"), "blender")
    return [
        os.path.join(root, version, "extensions", "user_default")
        for version in (sorted(os.listdir(root)) if os.path.isdir(root) else [])
        if version[:1].isdigit() and version >= SUPPORTED[0]
    ]


def _files(engine: str) -> dict[str, bytes]:
    here = os.path.dirname(os.path.abspath(__file__))
    files = package_files(here, endings=(".py", ".toml"))
    files.update(core_files(BUNDLED))
    if engine:
        files[ENGINE_NOTE] = engine.encode("utf-8")
    return files
