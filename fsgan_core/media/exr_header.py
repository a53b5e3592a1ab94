"""Reads the headers of an EXR file byte for byte; OpenImageIO, which reads the pixels, renames and drops attributes."""

from __future__ import annotations

import mmap
import struct
from collections.abc import Mapping
from dataclasses import dataclass

from fsgan_core.errors import PlateError
from fsgan_core.media.exr_attribute import ExrAttribute

EXR_MAGIC = 20000630
LONG_NAMES_FLAG = 0x400
_DEEP_FLAG = 0x800
_MULTI_PART_FLAG = 0x1000

# What a file says about its own storage, or about pixels that the result no longer has; the writer makes these itself.
# fmt: off
STORAGE_ATTRIBUTES = frozenset({
    "channels", "compression", "dataWindow", "displayWindow", "lineOrder", "pixelAspectRatio", "tiles", "type", "name",
    "version", "chunkCount", "preview", "multiView", "dwaCompressionLevel", "zipCompressionLevel", "deepImageState",
    "acesImageContainerFlag",
})
# fmt: on


@dataclass(frozen=True)
class ExrPart:
    """One part's header: every attribute by name, as stored."""

    attributes: Mapping[str, ExrAttribute]

    def value_of(self, name: str) -> object:
        """What an attribute says, None where the part has none or its bytes are damaged."""
        try:
            return self.attributes[name].value if name in self.attributes else None
        except ValueError:
            return None

    @property
    def kept_attributes(self) -> dict[str, ExrAttribute]:
        """The attributes that pass from a plate to its result."""
        return {name: value for name, value in self.attributes.items() if name not in STORAGE_ATTRIBUTES}


def read_exr_headers(path: str) -> tuple[ExrPart, ...]:
    """The headers of all parts of an EXR file, in the order of the file.

    Raises:
        PlateError: The file is no EXR, ends inside its header, or holds deep pixels.
    """
    try:
        with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            magic, flags = struct.unpack_from("<iI", data, 0)
            if magic != EXR_MAGIC:
                raise PlateError("is named .exr but is no EXR file. Render it again.", path=path)
            if flags & _DEEP_FLAG:
                raise PlateError("holds deep pixels. Flatten it (in Nuke: DeepToImage) and write it again.", path=path)
            return _read_parts(data, is_multi_part=bool(flags & _MULTI_PART_FLAG))
    except (struct.error, ValueError, IndexError) as error:
        raise PlateError(f"has a damaged EXR header ({error}). Render it again.", path=path) from error
    except OSError as error:
        raise PlateError(f"cannot be read: {error.strerror}.", path=path) from error


def _read_parts(data: mmap.mmap, *, is_multi_part: bool) -> tuple[ExrPart, ...]:
    """All headers from byte 8 on; those of a multi-part file end with an empty one."""
    parts: list[ExrPart] = []
    position = 8
    while not (parts and (not is_multi_part or data[position] == 0)):
        attributes = {}
        while data[position] != 0:
            name, position = _read_text(data, position)
            kind, position = _read_text(data, position)
            (size,) = struct.unpack_from("<i", data, position)
            position += 4
            if size < 0 or position + size >= len(data):
                raise ValueError(f"attribute {name!r} claims {size} bytes")
            attributes[name] = ExrAttribute(kind, data[position : position + size])
            position += size
        parts.append(ExrPart(attributes))
        position += 1
    return tuple(parts)


def _read_text(data: mmap.mmap, position: int) -> tuple[str, int]:
    """The null-terminated text at `position` and the position after it."""
    end = data.find(b"\0", position, position + 256)
    if end < 0:
        raise ValueError("a name has no end")
    return data[position:end].decode("utf-8", "surrogateescape"), end + 1
