"""Arrays from `.npz` files, with one kind of error for every way in which such a file can be broken."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

import numpy as np

from fsgan_core.errors import PlateError
from fsgan_core.training.synthesis.head_camera import FloatArray

Asset = TypeVar("Asset")


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


def read_asset(path: Path, assemble: Callable[[Mapping[str, Any]], Asset], missing: str, kind: str) -> Asset:
    """What `assemble` makes of the arrays of a file of the data folder.

    Args:
        path: The file.
        assemble: Makes it.
        missing: The sentence where there is no file.
        kind: What the file should be, with its article.

    Raises:
        PlateError: The file is missing or is not such a file.
    """
    try:
        return assemble(read_arrays(path))
    except FileNotFoundError as error:
        raise PlateError(missing, path=str(path)) from error
    except (OSError, ValueError, KeyError, IndexError) as error:
        raise PlateError(f"not {kind} ({error}); copy the data folder again", path=str(path)) from error
