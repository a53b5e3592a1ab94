"""Arrays from `.npz` files, with one kind of error for every way in which such a file can be broken."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

import numpy as np

from fsgan_core.training.synthesis.head_camera import FloatArray


def read_arrays(file: Path | BinaryIO, names: Sequence[str] = ()) -> dict[str, FloatArray]:
    """The arrays of a file by name; nothing in it is executed.

    Args:
        file: The file, or its bytes as a stream.
        names: Which arrays; empty for all.

    Raises:
        OSError: The file cannot be opened.
        ValueError: It is no archive of plain arrays, is cut off, or lacks one of the names.
    """
    try:
        archive = np.load(file, allow_pickle=False)
        if isinstance(archive, np.ndarray):
            raise ValueError("it is one array and no archive")
        with archive:
            return {name: archive[name] for name in names or archive.files}
    except KeyError as error:
        raise ValueError(f"it lacks {error}") from error
    except (EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise ValueError(f"it is no archive of arrays: {error}") from error
