"""Files that are complete or absent: written beside their place under a hidden name, then renamed into it."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager

from fsgan_core.errors import OutputError
from fsgan_core.media.abandoned import unfinished_name
from fsgan_core.media.network_drive import FolderGone

_DISK_FULL = frozenset([errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
_NOT_ALLOWED = frozenset([errno.EACCES, errno.EPERM, errno.EROFS])


@contextmanager
def complete_or_absent(path: str, *, make_folder: bool = True) -> Iterator[str]:
    """A temporary path in the folder of `path`, for the block to write to.

    Leaving the block puts the file in place of `path`; an error, or a cancel, removes it and leaves what was at `path`
    as it was. Missing folders are made, unless `make_folder` forbids it: a drive that went away must not become a
    folder of this machine.

    Raises:
        OutputError: The disk is full, the folder cannot be written to, or any other failure of the file system.
    """
    folder = os.path.dirname(path) or "."
    temporary = os.path.join(folder, unfinished_name())
    try:
        if make_folder:
            os.makedirs(folder, exist_ok=True)
        if os.path.isdir(path):
            raise OutputError("is a folder. Name a file.", path=path)
        yield temporary
        os.replace(temporary, path)
    except OSError as error:
        gone = error.errno == errno.ENOENT and not os.path.isdir(folder)
        raise output_error(path, error) from (FolderGone() if gone else error)
    finally:
        if os.path.lexists(temporary):
            os.unlink(temporary)


def output_error(path: str, error: OSError) -> OutputError:
    """The sentence for an artist whose result could not be written to `path`."""
    folder = os.path.dirname(path) or "."
    if error.errno in _DISK_FULL:
        advice = f"the disk of {folder} is full or a quota is reached. Free some space and run again"
    elif error.errno in _NOT_ALLOWED:
        advice = f"{folder} may not be written to. Change its permissions or choose another output"
    elif error.errno == errno.ENOENT:
        advice = f"{folder} is gone. Check its drive"
    elif error.errno in (errno.ENOTDIR, errno.EEXIST):
        advice = f"{folder} is not a folder. Choose another output"
    else:
        advice = f"{error.strerror or error}. Choose another output"
    return OutputError(f"cannot be written: {advice}.", path=path)
