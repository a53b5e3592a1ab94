"""Looks at a .npz before numpy takes memory for what its headers claim."""

from __future__ import annotations

import math
import zipfile
from pathlib import Path

import numpy as np

LARGEST_BYTES = 4 << 30
"""Arrays of one archive; an analysis needs about three kilobytes a face and frame."""
MOST_ARRAYS = 20_000


def check_archive(path: Path) -> None:
    """Refuse an archive whose arrays are more or larger than any of ours, or larger than what the archive holds.

    Raises:
        ValueError: It is one of these.
        OSError, zipfile.BadZipFile: It cannot be read.
    """
    with zipfile.ZipFile(path) as archive:
        entries = archive.infolist()
        if len(entries) > MOST_ARRAYS:
            raise ValueError(f"it holds {len(entries)} arrays, and at most {MOST_ARRAYS} are read")
        if sum(entry.file_size for entry in entries) > LARGEST_BYTES:
            raise ValueError(f"its arrays claim more than {LARGEST_BYTES >> 30} GiB")
        for entry in entries:
            with archive.open(entry) as file:
                version = np.lib.format.read_magic(file)
                read_header = np.lib.format.read_array_header_1_0 if version == (1, 0) else (
                    np.lib.format.read_array_header_2_0
                )
                shape, _, dtype = read_header(file)
                if math.prod(shape) * dtype.itemsize > entry.file_size:
                    raise ValueError(f"{entry.filename} claims {shape} {dtype} in {entry.file_size} bytes")
