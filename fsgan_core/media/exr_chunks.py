"""Where the rows of a scanline EXR lie: tells a whole file from a cut-off one without decoding it."""

from __future__ import annotations

import os
import struct

from fsgan_core.media.exr_header import ExrPart

# Rows of one chunk by compression code: none, RLE, ZIPS, ZIP, PIZ, PXR24, B44, B44A, DWAA, DWAB (OpenEXR file layout).
_ROWS_PER_CHUNK = (1, 1, 1, 16, 32, 16, 32, 32, 32, 256)


def missing_bytes(path: str, header: ExrPart) -> int:
    """How many bytes are missing at the end of a single-part scanline file; 0 where it is whole.

    A file whose table of rows has holes counts as missing at least one byte.

    Raises:
        OSError: The file cannot be read.
        ValueError: The header has no data window or compression, or the table does not fit into the file.
    """
    window, compression = header.value_of("dataWindow"), header.value_of("compression")
    if not isinstance(window, tuple) or len(window) != 4 or not isinstance(compression, bytes) or not compression:
        raise ValueError("its header lacks the data window or the compression")
    rows = int(window[3]) - int(window[1]) + 1
    per_chunk = _ROWS_PER_CHUNK[compression[0]] if compression[0] < len(_ROWS_PER_CHUNK) else 1
    count = -(-rows // per_chunk)
    size = os.path.getsize(path)
    start = header_size(header)
    if count < 1 or start + 8 * count > size:
        return max(1, start + 8 * count - size)
    with open(path, "rb") as file:
        file.seek(start)
        offsets = struct.unpack(f"<{count}Q", file.read(8 * count))
        if min(offsets) < start + 8 * count:
            return 1
        if max(offsets) + 8 > size:
            return max(offsets) + 8 - size
        file.seek(max(offsets))
        _, length = struct.unpack("<ii", file.read(8))
    return max(0, max(offsets) + 8 + length - size)


def header_size(header: ExrPart) -> int:
    """Bytes of magic number, flags and the header of a single-part file: where its table of rows begins."""
    entries = sum(
        len(name.encode("utf-8", "surrogateescape")) + len(item.type.encode("utf-8", "surrogateescape")) + 6
        + len(item.data)
        for name, item in header.attributes.items()
    )  # fmt: skip
    return 8 + entries + 1
