"""Nuke told where the nodes are: one marked block in `init.py` and one in `menu.py` of a .nuke folder.

What else stands in the two files is left as it is, byte for byte; doing it again changes nothing.
"""

from __future__ import annotations

import os
import tempfile
from typing import Dict, List

from fsgan_core.errors import OutputError
from fsgan_nuke.gizmos import GIZMOS

BEGIN = "# >>> FSGAN (fsgan install nuke; do not edit) >>>"
END = "# <<< FSGAN <<<"


def nuke_folder() -> str:
    """The user's own .nuke folder, which Nuke reads on every system."""
    return os.path.join(os.path.expanduser("~"), ".nuke")


def install(folder: str = "", engine: str = "", gizmos: str = GIZMOS) -> List[str]:
    """Write the blocks; gives the files that were changed.

    Args:
        folder: The .nuke folder; "" means the user's own.
        engine: The program fsgan that nodes take where the studio says nothing else; "" leaves that to them.
        gizmos: The folder that Nuke shall scan.

    Raises:
        OutputError: The gizmos are not there, or a file cannot be written.
    """
    if not os.path.isfile(os.path.join(gizmos, "init.py")):
        raise OutputError("The gizmos are not here: fsgan install works from a checkout of FSGAN.", path=gizmos)
    folder = folder or nuke_folder()
    changed = []
    for name, lines in _blocks(gizmos.replace("\\", "/"), engine.replace("\\", "/")).items():
        path = os.path.join(folder, name)
        before = _read(path)
        after = _without_block(before, path)
        if after and not after.endswith("\n"):
            after += "\n"
        after += "\n".join([BEGIN, *lines, END, ""])
        if after != before:
            _write(path, after)
            changed.append(path)
    return changed


def uninstall(folder: str = "") -> List[str]:
    """Take the blocks away; a file that held nothing else is removed. Gives the files that were changed.

    Raises:
        OutputError: A file cannot be written.
    """
    folder = folder or nuke_folder()
    changed = []
    for name in ("init.py", "menu.py"):
        path = os.path.join(folder, name)
        before = _read(path)
        after = _without_block(before, path)
        if after != before:
            _write(path, after) if after else os.unlink(path)
            changed.append(path)
    return changed


def print_path() -> str:
    """What a studio puts into NUKE_PATH instead of installing."""
    return GIZMOS


def _blocks(gizmos: str, engine: str) -> Dict[str, List[str]]:
    told = ["import os", f"os.environ.setdefault('FSGAN_ENGINE', {engine!r})"] if engine else []
    return {
        "init.py": ["import nuke", *told, f"nuke.pluginAddPath({gizmos!r})"],
        "menu.py": [
            "try:",
            "    from fsgan_nuke.menu import add_menu",
            "    add_menu()",
            "except ImportError as problem:",
            "    nuke.tprint('FSGAN is not where it was: %s. Run fsgan install nuke again.' % problem)",
        ],
    }


def _without_block(text: str, path: str) -> str:
    """The text without our block.

    Raises:
        OutputError: The block was cut in half by hand.
    """
    if (BEGIN in text) != (END in text) or text.count(BEGIN) > 1:
        raise OutputError("The FSGAN block in this file was edited. Remove it by hand, then install again.", path=path)
    if BEGIN not in text:
        return text
    head, _, rest = text.partition(BEGIN)
    return head + rest.partition(END)[2][1:]


def _read(path: str) -> str:
    try:
        with open(path, encoding="utf-8", newline="") as stream:
            return stream.read()
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as problem:
        raise OutputError(f"This file cannot be read ({problem}), so it is left as it is.", path=path) from problem


def _write(path: str, text: str) -> None:
    """The whole new file, or the old one; a link stays a link."""
    path = os.path.realpath(path)
    temporary = ""
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=os.path.dirname(path), prefix=".fsgan_")
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as stream:
            stream.write(text)
        os.chmod(temporary, os.stat(path).st_mode & 0o777 if os.path.exists(path) else 0o644)
        os.replace(temporary, path)
    except OSError as problem:
        if temporary and os.path.exists(temporary):
            os.unlink(temporary)
        raise OutputError(f"Nuke's start-up file cannot be written: {problem.strerror}.", path=path) from problem
