"""Writes a PNG for a look: contact sheets, documentation. Results are EXR, through `write`."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from fsgan_core.errors import JobError
from fsgan_core.media.atomic import complete_or_absent

# OpenImageIO reports a PNG as written although the disk was full; OpenCV encodes in memory, and the system writes.
_TO_OPENCV_ORDER = {3: [2, 1, 0], 4: [2, 1, 0, 3]}


def write_png(path: str, picture: NDArray[Any]) -> None:
    """Write an 8- or 16-bit PNG, complete or not at all.

    Args:
        path: The file, ending in .png; missing folders are made, an existing file is replaced.
        picture: (H, W), (H, W, 3) or (H, W, 4), uint8 or uint16 sRGB, row 0 on top.

    Raises:
        JobError: The path is no .png.
        OutputError: The disk is full or the folder may not be written to.
        ValueError: The picture is of another type or shape.
    """
    if not path.lower().endswith(".png"):
        raise JobError(f"{path}: name a file that ends in .png.")
    if picture.dtype not in (np.uint8, np.uint16) or picture.ndim not in (2, 3):
        raise ValueError(f"a PNG holds uint8 or uint16 pictures, not {picture.dtype} {picture.shape}")
    ordered = picture if picture.ndim == 2 else picture[..., _TO_OPENCV_ORDER[picture.shape[2]]]
    _, encoded = cv2.imencode(".png", np.ascontiguousarray(ordered))
    with complete_or_absent(path) as temporary, open(temporary, "xb") as file:
        file.write(encoded.tobytes())
