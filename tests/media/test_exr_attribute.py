"""Attribute values are what an artist would read in the header, and plain values become attributes."""

from __future__ import annotations

import struct
from fractions import Fraction

import pytest

from fsgan_core.media.exr_attribute import AttributeValue, ExrAttribute, as_attribute


@pytest.mark.parametrize("value", ["swapped", "Größe", "", 1, -5, 0.5, Fraction(24000, 1001)])
def test_plain_value_is_stored_and_read_back(value: AttributeValue) -> None:
    attribute = as_attribute(value)
    assert attribute.value == value
    assert as_attribute(attribute) is attribute


@pytest.mark.parametrize(
    ("attribute", "value"),
    [
        (ExrAttribute("v2f", struct.pack("<2f", 1, 2)), (1.0, 2.0)),
        (ExrAttribute("double", struct.pack("<d", 1 / 3)), 1 / 3),
        (ExrAttribute("stringvector", struct.pack("<i", 3) + b"one" + struct.pack("<i", 0)), ("one", "")),
        (ExrAttribute("timecode", struct.pack("<2I", 5, 6)), (5, 6)),
        (ExrAttribute("studioBlob", b"\0\1"), b"\0\1"),
    ],
)
def test_value_of_stored_bytes(attribute: ExrAttribute, value: object) -> None:
    assert attribute.value == value


@pytest.mark.parametrize("attribute", [ExrAttribute("float", b"\0"), ExrAttribute("rational", bytes(8))])
def test_bytes_that_do_not_fit_their_type_have_no_value(attribute: ExrAttribute) -> None:
    with pytest.raises(ValueError, match=attribute.type):
        _ = attribute.value


def test_values_that_exr_cannot_hold_are_refused() -> None:
    with pytest.raises(ValueError, match="32 bits"):
        as_attribute(2**31)
    with pytest.raises(TypeError, match="cannot hold"):
        as_attribute([1, 2])  # type: ignore[arg-type]
