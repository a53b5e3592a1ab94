"""What PNG, JPEG, TIFF and DPX files say about themselves, as the EXR attributes that the result carries."""

from __future__ import annotations

import struct
from fractions import Fraction

import OpenImageIO as oiio  # noqa: N813

from fsgan_core.media.exr_attribute import AttributeValue, ExrAttribute
from fsgan_core.media.exr_header import STORAGE_ATTRIBUTES

# OpenImageIO's words for attributes that EXR has a name of its own for.
_EXR_NAMES = {"Copyright": "owner", "ImageDescription": "comments", "DateTime": "capDate"}
# How the pixels were stored, which the result does not share.
# fmt: off
_STORAGE_WORDS = frozenset({
    "compression", "planarconfig", "Orientation", "PixelAspectRatio", "XResolution", "YResolution", "ResolutionUnit",
    "ICCProfile", "Software", "HostComputer",
})
# fmt: on
_STORAGE_PREFIXES = ("oiio:", "tiff:", "png:", "jpeg:", "dpx:", "ICCProfile", "thumbnail", "Exif:Pixel", "Exif:Color")


def attributes_of_spec(spec: oiio.ImageSpec) -> dict[str, AttributeValue]:
    """Timecode, key code, frame rate, and every other text or number that is not about storage."""
    attributes: dict[str, AttributeValue] = {}
    for item in spec.extra_attribs:
        if item.name in _STORAGE_WORDS | STORAGE_ATTRIBUTES or item.name.startswith(_STORAGE_PREFIXES):
            continue
        value = _attribute_of(item.name, item.value)
        if value is not None:
            attributes[_EXR_NAMES.get(item.name, _exr_name(item.name))] = value
    return attributes


def _exr_name(name: str) -> str:
    return {"smpte:TimeCode": "timeCode", "smpte:KeyCode": "keyCode", "FramesPerSecond": "framesPerSecond"}.get(
        name, name
    )


def _attribute_of(name: str, value: object) -> AttributeValue | None:
    """The value as an attribute, None where EXR has no type for it (blobs, lists)."""
    if name == "smpte:TimeCode" and isinstance(value, tuple):
        return ExrAttribute("timecode", struct.pack("<2I", *value))
    if name == "smpte:KeyCode" and isinstance(value, tuple):
        return ExrAttribute("keycode", struct.pack("<7i", *value))
    if name == "FramesPerSecond":
        rate = Fraction(*value) if isinstance(value, tuple) else Fraction(str(value)).limit_denominator(1001)
        return rate if rate > 0 else None
    if isinstance(value, int):
        return value if -(2**31) <= value < 2**31 else str(value)
    return value if isinstance(value, (str, float)) else None
