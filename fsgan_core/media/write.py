"""Writes a result frame: the one door through which layered EXRs go out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from numpy.typing import NDArray

from fsgan_core.errors import JobError
from fsgan_core.media.atomic import complete_or_absent
from fsgan_core.media.exr_writer import COMPRESSIONS, ExrChannel, write_exr
from fsgan_core.media.layer_names import pixel_type
from fsgan_core.media.plate_frame import PictureHeader

BIT_DEPTHS = ("half", "float")


def write_frame(
    path: str,
    channels: Mapping[str, NDArray[Any]],
    header: PictureHeader,
    *,
    bit_depth: str = "half",
    compression: str = "zip",
    make_folder: bool = True,
) -> None:
    """Write one EXR, complete or not at all.

    The header of a result is its plate's, with more attributes:
    `replace(frame.header, attributes={**frame.attributes, "fsgan/status": "swapped"})`.

    Args:
        path: The file, ending in .exr; missing folders are made, an existing file is replaced.
        channels: Channel name (`R`, `fsgan_matte.A`) to (H, W) array of the data window's size. float16 keeps its bits
            in a half channel, NaN included; float32 is rounded to the nearest half, and what is finite stays finite;
            uint8 and uint16 (the alpha of a PNG) are divided by their largest. Strided views are not copied whole.
        header: Windows, pixel aspect and attributes.
        bit_depth: `half` or `float`; the ST map is always float.
        compression: `none`, `zips` (single rows, for playback in Nuke) or `zip` (sixteen rows, smaller). All lossless.

        make_folder: Whether a missing folder is made.

    Raises:
        JobError: The path is no .exr, or the bit depth or compression has no such name.
        OutputError: The disk is full or the folder may not be written to.
        ValueError: A channel does not have the data window's size.
    """
    check_output_path(path)
    if bit_depth not in BIT_DEPTHS:
        raise JobError(f"bit_depth is {bit_depth!r}. Choose {' or '.join(BIT_DEPTHS)}.")
    if compression not in COMPRESSIONS:
        raise JobError(
            f"compression is {compression!r}. Choose one of {', '.join(COMPRESSIONS)}, which keep every bit."
        )
    stored = [ExrChannel(name, pixel_type(name, bit_depth), pixels) for name, pixels in channels.items()]
    with complete_or_absent(path, make_folder=make_folder) as temporary, open(temporary, "xb") as file:
        write_exr(file, stored, header, compression)


def check_output_path(path: str) -> None:
    """Refuse an output that is not an EXR, before any work is done.

    Args:
        path: A file or a pattern.

    Raises:
        JobError: The path does not end in .exr.
    """
    if not path.lower().endswith(".exr"):
        raise JobError(f"{path}: results are EXR files, so that light and layers survive. End the output in .exr.")
