"""Unfinished files of processes that were killed: known by their names, removed by the next process of the machine."""

from __future__ import annotations

import os
import platform
import re
import uuid

_NAME = re.compile(r"\.fsgan-(?P<host>[A-Za-z0-9-]*)_(?P<pid>\d+)-[0-9a-f]{16}\.part\Z")


def unfinished_name() -> str:
    """A name for a file that is being written, which nobody else gives: machine, process and a random number."""
    return f".fsgan-{_host()}_{os.getpid()}-{uuid.uuid4().hex[:16]}.part"


def remove_abandoned(folder: str) -> int:
    """Remove the unfinished files that dead processes of this machine left in a folder; gives their number.

    Those of other machines are left alone: whether their process lives cannot be seen from here.
    """
    try:
        names = os.listdir(folder or ".")
    except OSError:
        return 0
    removed = 0
    for name in names:
        match = _NAME.match(name)
        if match and match["host"] == _host() and not _is_alive(int(match["pid"])):
            try:
                os.unlink(os.path.join(folder, name))
                removed += 1
            except OSError:  # on Windows a file that is open, so somebody writes it
                continue
    return removed


def _host() -> str:
    """This machine's name, as far as a file name can hold it."""
    return re.sub("[^A-Za-z0-9-]", "-", platform.node())[:40]


def _is_alive(pid: int) -> bool:
    """Whether a process of this machine runs; on Windows the attempt to remove its file tells."""
    if pid == os.getpid():
        return True
    if os.name == "nt":
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
