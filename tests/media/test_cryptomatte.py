"""Names become the numbers that the Cryptomatte specification 1.2.0 gives for them."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fsgan_core.media.cryptomatte import cryptomatte_attributes, cryptomatte_channels, murmur3_32, name_id


@pytest.mark.parametrize(
    ("data", "value"),
    [
        # Published test vectors of MurmurHash3_x86_32 with seed 0: no tail, and tails of one to three bytes.
        (b"", 0),
        (b"test", 0xBA6BD213),
        (b"Hello, world!", 0xC0363E43),
        (b"The quick brown fox jumps over the lazy dog", 0x2E4FF723),
        (b"abc", 0xB3DD93FA),
    ],
)
def test_hash_has_its_published_values(data: bytes, value: int) -> None:
    assert murmur3_32(data) == value


@pytest.mark.parametrize(
    ("name", "value"),
    [
        # The values of the specification.
        ("hello", 6.0705627102400005616e-17),
        ("cube", -4.08461912519e15),
        ("sphere", 2.79018604383e15),
        ("plane", 3.66557617593e-11),
        ("torus", -1.54943624832e30),
        ("\u0440\u0430\u0432\u043d\u0438\u043d\u0430", -1.31926312124e-25),
    ],
)
def test_name_has_the_number_of_the_specification(name: str, value: float) -> None:
    assert name_id(name) == pytest.approx(value, rel=1e-6, abs=0)


@given(st.text())
def test_id_is_a_normal_float_that_keeps_its_bits(name: str) -> None:
    value = name_id(name)
    assert math.isfinite(value)
    assert abs(value) >= np.finfo(np.float32).tiny
    assert float(np.float32(value)) == value


def test_attributes_name_the_layer_and_every_name() -> None:
    attributes = cryptomatte_attributes("fsgan_crypto", ["person01/face", "person01/hair"])
    keys = {name.split("/")[1] for name in attributes}
    assert keys == {f"{murmur3_32(b'fsgan_crypto'):08x}"[:7]}
    values = {name.rpartition("/")[2]: value for name, value in attributes.items()}
    assert (values["name"], values["hash"], values["conversion"]) == (
        "fsgan_crypto", "MurmurHash3_32", "uint32_to_float32",
    )  # fmt: skip
    manifest = json.loads(values["manifest"])
    assert list(manifest) == ["person01/face", "person01/hair"]
    assert int(manifest["person01/face"], 16) == np.float32(name_id("person01/face")).view(np.uint32)
    assert cryptomatte_channels("c", 2)[3:6] == ("c00.A", "c01.R", "c01.G")
