"""Header attributes of an EXR file as the bytes they are, so that what nobody understands still passes through."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from fractions import Fraction

# struct format of the attribute types that hold plain numbers; the rest stays bytes.
_NUMBERS = {
    "int": "<i",
    "float": "<f",
    "double": "<d",
    "v2i": "<2i",
    "v2f": "<2f",
    "v2d": "<2d",
    "v3i": "<3i",
    "v3f": "<3f",
    "v3d": "<3d",
    "box2i": "<4i",
    "box2f": "<4f",
    "m33f": "<9f",
    "m33d": "<9d",
    "m44f": "<16f",
    "m44d": "<16d",
    "chromaticities": "<8f",
    "timecode": "<2I",
    "keycode": "<7i",
}


@dataclass(frozen=True)
class ExrAttribute:
    """One header attribute: its type as EXR names it (`string`, `timecode`, `m44f`, ...) and its bytes."""

    type: str
    data: bytes

    @property
    def value(self) -> str | int | float | Fraction | tuple[float, ...] | tuple[str, ...] | bytes:
        """What the bytes say: text, a number, a tuple of numbers or texts, a Fraction; else the bytes.

        Raises:
            ValueError: The bytes do not fit the type.
        """
        try:
            if self.type == "string":
                return self.data.decode("utf-8", "replace")
            if self.type == "rational":
                numerator, denominator = struct.unpack("<iI", self.data)
                return Fraction(numerator, denominator)
            if self.type == "stringvector":
                return _split_strings(self.data)
            if self.type in _NUMBERS:
                numbers = struct.unpack(_NUMBERS[self.type], self.data)
                return numbers[0] if len(numbers) == 1 else numbers
        except (struct.error, ZeroDivisionError) as error:
            raise ValueError(f"an EXR attribute of type {self.type} cannot hold {self.data!r}") from error
        return self.data


AttributeValue = ExrAttribute | str | int | float | Fraction


def as_attribute(value: AttributeValue) -> ExrAttribute:
    """The attribute that stores `value`: text, a 32-bit whole number, a float or a Fraction; an attribute is itself.

    Raises:
        TypeError: There is no attribute type for the value.
        ValueError: The number does not fit 32 bits.
    """
    try:
        if isinstance(value, ExrAttribute):
            return value
        if isinstance(value, str):
            return ExrAttribute("string", value.encode("utf-8", "surrogateescape"))
        if isinstance(value, int):
            return ExrAttribute("int", struct.pack("<i", value))
        if isinstance(value, float):
            return ExrAttribute("float", struct.pack("<f", value))
        if isinstance(value, Fraction):
            return ExrAttribute("rational", struct.pack("<iI", value.numerator, value.denominator))
    except (struct.error, OverflowError) as error:
        raise ValueError(f"{value!r} does not fit the 32 bits of an EXR attribute") from error
    raise TypeError(f"an EXR attribute cannot hold {value!r}")


def _split_strings(data: bytes) -> tuple[str, ...]:
    """The texts of a `stringvector`: each a 32-bit length and its bytes."""
    texts, position = [], 0
    while position < len(data):
        (length,) = struct.unpack_from("<i", data, position)
        texts.append(data[position + 4 : position + 4 + length].decode("utf-8", "replace"))
        position += 4 + length
    return tuple(texts)
