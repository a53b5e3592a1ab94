"""Files that an installer puts into a host's folders: placed whole, known again, taken away without a trace."""

from __future__ import annotations

import json
import os
import tempfile
from typing import Dict, List, Mapping, Tuple

from fsgan_core.errors import OutputError

_CORE_PARTS = ("__init__.py", "errors.py", "shot", "job", "host")


def core_files(below: str) -> Dict[str, bytes]:
    """The host-side core, for an add-on far from the checkout: path below the host's folder to content.

    Args:
        below: The folder that `fsgan_core` lies in there, with forward slashes; "" for the host's folder itself.
    """
    core = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    start = f"{below}/fsgan_core" if below else "fsgan_core"
    return {f"{start}/{name}": content for part in _CORE_PARTS for name, content in package_files(core, part).items()}


def package_files(folder: str, part: str = "", endings: Tuple[str, ...] = (".py",)) -> Dict[str, bytes]:
    """The files of a package, or of one part of it: path below `folder`, with forward slashes, to content."""
    found = {}
    top = os.path.join(folder, part)
    if os.path.isfile(top):
        return {part: _content(top)}
    for place, folders, names in os.walk(top):
        folders[:] = sorted(name for name in folders if name != "__pycache__")
        for name in sorted(names):
            if name.endswith(endings):
                path = os.path.join(place, name)
                found[os.path.relpath(path, folder).replace(os.sep, "/")] = _content(path)
    return found


def place_files(folder: str, files: Mapping[str, bytes], record: str) -> List[str]:
    """Put files below a folder of the host; gives the paths that were changed, none the second time.

    Files of an earlier version that are not among them any more are removed; what others put there stays.

    Args:
        folder: The host's folder; made where it is missing.
        files: Path below it, with forward slashes, to content.
        record: Name of the file below it that remembers what was placed.

    Raises:
        OutputError: A file cannot be written; the message names it.
    """
    before = _recorded(folder, record)
    changed = []
    for name, content in files.items():
        path = _inside(folder, name)
        if not os.path.isfile(path) or _content(path) != content:
            _write(path, content)
            changed.append(path)
    changed += _remove(folder, [name for name in before if name not in files])
    if sorted(files) != before:
        _write(_inside(folder, record), json.dumps(sorted(files), indent=1).encode("utf-8"))
    return changed


def remove_files(folder: str, record: str) -> List[str]:
    """Take away what was placed, and folders that are empty then; gives the paths that were removed.

    Raises:
        OutputError: A file cannot be removed.
    """
    names = _recorded(folder, record)
    return _remove(folder, [*names, record]) if names else []


def _recorded(folder: str, record: str) -> List[str]:
    try:
        with open(_inside(folder, record), encoding="utf-8") as stream:
            names = json.load(stream)
    except (OSError, ValueError):
        return []
    return [name for name in names if isinstance(name, str) and ".." not in name.split("/")]


def _inside(folder: str, name: str) -> str:
    return os.path.join(folder, *name.split("/"))


def _content(path: str) -> bytes:
    with open(path, "rb") as stream:
        return stream.read()


def _remove(folder: str, names: List[str]) -> List[str]:
    removed = []
    for name in names:
        path = _inside(folder, name)
        try:
            if os.path.isfile(path):
                os.unlink(path)
                removed.append(path)
            _remove_empty(folder, os.path.dirname(path))
        except OSError as problem:
            raise OutputError(f"This file cannot be removed: {problem.strerror}.", path=path) from problem
    return removed


def _remove_empty(top: str, folder: str) -> None:
    """Remove a folder and those above it, up to the host's own, as far as they hold nothing but compiled files."""
    while os.path.normpath(folder) != os.path.normpath(top) and os.path.isdir(folder):
        compiled = os.path.join(folder, "__pycache__")
        if set(os.listdir(folder)) - {"__pycache__"}:
            return
        if os.path.isdir(compiled):
            for name in os.listdir(compiled):
                os.unlink(os.path.join(compiled, name))
            os.rmdir(compiled)
        os.rmdir(folder)
        folder = os.path.dirname(folder)


def _write(path: str, content: bytes) -> None:
    temporary = ""
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=os.path.dirname(path), prefix=".fsgan_")
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except OSError as problem:
        if temporary and os.path.exists(temporary):
            os.unlink(temporary)
        raise OutputError(f"This file cannot be written: {problem.strerror}.", path=path) from problem
