"""Writes scanline EXR files: every channel in its own type, every attribute byte for byte, every half bit for bit.

OpenImageIO's Python binding takes channels of mixed type only as float32: three times slower for a layered result, and
it changes the bits of NaNs. Reading, where that does not arise, stays with OpenImageIO.
"""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from fsgan_core.media.bit_depth import to_half
from fsgan_core.media.exr_attribute import ExrAttribute, as_attribute
from fsgan_core.media.exr_header import EXR_MAGIC, LONG_NAMES_FLAG
from fsgan_core.media.plate_frame import PictureHeader, as_unit_float
from fsgan_core.shot.image_window import ImageWindow

# Rows that are compressed together, and the code of the method in the header (OpenEXR file layout).
_ROWS_PER_CHUNK = {"none": 1, "zips": 1, "zip": 16}
_METHOD_CODES = {"none": 0, "zips": 2, "zip": 3}
COMPRESSIONS = tuple(_ROWS_PER_CHUNK)
# 2 costs 2 % of time more than 1 and saves 1 % of space; 4 costs 40 % more and saves 6 %.
_ZLIB_LEVEL = 2
_TYPE_CODES = {"half": 1, "float": 2}
_DTYPES: dict[str, np.dtype[Any]] = {"half": np.dtype("<f2"), "float": np.dtype("<f4")}


@dataclass(frozen=True)
class ExrChannel:
    """One channel to write.

    Args:
        name: Full name, such as `fsgan_matte.A`.
        pixel_type: `half` or `float`.
        pixels: (H, W); whole numbers are divided by their largest. A strided view is fine.
    """

    name: str
    pixel_type: str
    pixels: NDArray[Any]


def write_exr(file: BinaryIO, channels: Sequence[ExrChannel], header: PictureHeader, compression: str) -> None:
    """Write one picture to `file`, which must be able to seek.

    Args:
        file: Open for writing, empty.
        channels: Any number, all of the size of the data window, each name once.
        header: Windows, pixel aspect and attributes.
        compression: One of COMPRESSIONS; all are lossless.

    Raises:
        OSError: The file system refuses: disk full, not allowed.
        ValueError: A channel has another size, or a name comes twice.
    """
    window = header.data_window
    ordered = sorted(channels, key=lambda channel: channel.name.encode())
    if len({channel.name for channel in ordered}) != len(ordered):
        raise ValueError("a channel name comes twice")
    for channel in ordered:
        if channel.pixels.shape != (window.height, window.width):
            raise ValueError(f"{channel.name} is {channel.pixels.shape}, the data window {window}")
    file.write(_header_bytes(ordered, header, compression))
    table_position = file.tell()
    rows = _ROWS_PER_CHUNK[compression]
    starts = range(0, window.height, rows)
    file.write(bytes(8 * len(starts)))
    offsets = []
    with ThreadPoolExecutor(_thread_count()) as pool:
        chunks = pool.map(lambda start: _chunk(ordered, start, rows, compression), starts)
        for start, chunk in zip(starts, chunks, strict=True):
            offsets.append(file.tell())
            file.write(struct.pack("<ii", window.y0 + start, len(chunk)))
            file.write(chunk)
    file.seek(table_position)
    file.write(struct.pack(f"<{len(offsets)}Q", *offsets))


def _chunk(channels: Sequence[ExrChannel], start: int, rows: int, compression: str) -> Any:
    """The bytes of the rows from `start` on: per row, per channel, the row's pixels; compressed if that is shorter."""
    words = np.concatenate([_words(channel, start, rows) for channel in channels], axis=1).ravel()
    if compression == "none":
        return words.data.cast("B")
    packed = zlib.compress(_predicted(words).data, _ZLIB_LEVEL)
    return packed if len(packed) < words.nbytes else words.data.cast("B")


def _words(channel: ExrChannel, start: int, rows: int) -> NDArray[np.uint16]:
    """(rows, W) or, for floats, (rows, 2 W) 16-bit words of some rows of a channel, as they stand in the file."""
    pixels = channel.pixels[start : start + rows]
    if pixels.dtype.kind == "u":
        pixels = as_unit_float(pixels)
    if channel.pixel_type == "half" and _is_black(pixels):  # most of a layer is; six times faster than rounding it
        return np.zeros(pixels.shape, np.uint16)
    pixels = to_half(pixels) if channel.pixel_type == "half" else pixels
    return np.ascontiguousarray(pixels, dtype=_DTYPES[channel.pixel_type]).view("<u2")


def _is_black(pixels: NDArray[Any]) -> bool:
    """Whether float32 pixels are +0 to the bit; False where that is not quickly known."""
    return pixels.dtype == np.float32 and pixels.flags.c_contiguous and not pixels.view(np.uint32).any()


def _predicted(words: NDArray[np.uint16]) -> NDArray[np.uint8]:
    """EXR's preparation for zip: all even bytes, then all odd ones, each replaced by its difference to the last."""
    count = words.size
    split = np.empty(2 * count, np.uint8)
    split[:count] = words  # the low bytes
    split[count:] = words >> 8
    difference = np.empty_like(split)
    difference[0] = split[0]
    np.subtract(split[1:], split[:-1], out=difference[1:])
    difference[1:] += np.uint8(128)
    return difference


def _header_bytes(channels: Sequence[ExrChannel], header: PictureHeader, compression: str) -> bytes:
    """Magic number, flags and all attributes."""
    attributes: dict[str, ExrAttribute] = {
        "screenWindowCenter": ExrAttribute("v2f", struct.pack("<2f", 0.0, 0.0)),
        "screenWindowWidth": ExrAttribute("float", struct.pack("<f", 1.0)),
    }
    attributes |= {name: as_attribute(value) for name, value in header.attributes.items()}
    attributes |= {
        "channels": _channel_list(channels),
        "compression": ExrAttribute("compression", bytes([_METHOD_CODES[compression]])),
        "dataWindow": _box(header.data_window),
        "displayWindow": _box(header.display_window),
        "lineOrder": ExrAttribute("lineOrder", b"\0"),
        "pixelAspectRatio": ExrAttribute("float", struct.pack("<f", header.pixel_aspect)),
    }
    names = [*attributes, *(item.type for item in attributes.values()), *(channel.name for channel in channels)]
    long_names = any(len(name.encode("utf-8", "surrogateescape")) > 31 for name in names)
    body = b"".join(_attribute_bytes(name, item) for name, item in attributes.items())
    return struct.pack("<iI", EXR_MAGIC, 2 | (LONG_NAMES_FLAG if long_names else 0)) + body + b"\0"


def _attribute_bytes(name: str, item: ExrAttribute) -> bytes:
    encoded = name.encode("utf-8", "surrogateescape")
    return encoded + b"\0" + item.type.encode() + b"\0" + struct.pack("<i", len(item.data)) + item.data


def _channel_list(channels: Sequence[ExrChannel]) -> ExrAttribute:
    """The `chlist`: name, type, linear flag, and no subsampling."""
    entries = (
        channel.name.encode() + b"\0" + struct.pack("<iiii", _TYPE_CODES[channel.pixel_type], 0, 1, 1)
        for channel in channels
    )
    return ExrAttribute("chlist", b"".join(entries) + b"\0")


def _box(window: ImageWindow) -> ExrAttribute:
    """A window as EXR has it: the last pixel inclusive."""
    return ExrAttribute("box2i", struct.pack("<4i", window.x0, window.y0, window.x1 - 1, window.y1 - 1))


def _thread_count() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
