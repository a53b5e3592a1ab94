"""What tells that files are still the same ones, on this machine and on every other that mounts the same storage.

Folders do not count, since machines mount storage in different places, and no two clocks are ever compared: a time of
change is only held against the same file's time of change.
"""

from __future__ import annotations

import hashlib
import os
from typing import Any

from fsgan_core.color.colorspaces import config_name
from fsgan_core.errors import PlateError
from fsgan_core.shot.plate import Plate


def file_stamp(path: str) -> list[Any]:
    """Name, size and time of change of a file; the time in whole microseconds, which all file systems agree on.

    Raises:
        OSError: The file cannot be looked at.
    """
    status = os.stat(path)
    return [os.path.basename(path), status.st_size, status.st_mtime_ns // 1000]


def file_content(path: str) -> list[Any]:
    """Name and SHA-256 of a file.

    Raises:
        OSError: The file cannot be read.
    """
    with open(path, "rb") as file:
        return [os.path.basename(path), hashlib.file_digest(file, "sha256").hexdigest()]


def plate_identity(plate: Plate) -> list[Any]:
    """What a plate, source or driver is: its name, layer, view, frames and files, without opening a picture.

    A single still counts by its content, movies and sequences by the stamps of their files.

    Raises:
        PlateError: The files cannot be looked at.
    """
    sequence = plate.sequence
    try:
        found = sequence.find_frames()
        if plate.frames is not None and not sequence.is_movie:
            found = {number: path for number, path in found.items() if number in plate.frames}
        only_one = len(found) == 1 and not sequence.is_movie
        files = [[number, *(file_content(path) if only_one else file_stamp(path))] for number, path in found.items()]
    except OSError as error:
        raise PlateError(f"cannot be looked at: {error.strerror}.", path=plate.path) from error
    frames = str(plate.frames) if plate.frames is not None else ""
    return [os.path.basename(plate.path), plate.layer, plate.stereo_view, plate.colorspace, frames, files]


def color_identity() -> Any:
    """The OCIO configuration in use: the stamp of its file, or the name of a built-in one."""
    name = config_name()
    return file_stamp(name) if os.path.isfile(name) else name
