"""Cryptomatte 1.2.0: what a name is called in pixels, and the metadata that lets a host find it again.

The numbers of a name are its MurmurHash3 (32 bit, x86, seed 0), taken for the bits of a float.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence

_MASK = 0xFFFFFFFF
_C1, _C2 = 0xCC9E2D51, 0x1B873593


def name_id(name: str) -> float:
    """The float that stands for a name in the id channels: always normal, never 0, NaN or infinite."""
    return float(struct.unpack("<f", struct.pack("<I", _id_bits(name)))[0])


def cryptomatte_attributes(layer: str, names: Sequence[str]) -> dict[str, str]:
    """The header attributes of one Cryptomatte.

    Args:
        layer: Its name, such as `fsgan_crypto`; its channels are `fsgan_crypto00.R` and so on.
        names: Everything that can stand in it, in the whole shot, so that the manifest is the same in every frame.
    """
    prefix = f"cryptomatte/{murmur3_32(layer.encode()):08x}"[: len("cryptomatte/") + 7]
    manifest = {name: f"{_id_bits(name):08x}" for name in names}
    return {
        f"{prefix}/name": layer,
        f"{prefix}/hash": "MurmurHash3_32",
        f"{prefix}/conversion": "uint32_to_float32",
        f"{prefix}/manifest": json.dumps(manifest, ensure_ascii=True, separators=(",", ":")),
    }


def cryptomatte_channels(layer: str, levels: int) -> tuple[str, ...]:
    """The channel names of so many levels: `fsgan_crypto00.R` (id), `.G` (coverage), `.B` (id), `.A` (coverage), ..."""
    return tuple(f"{layer}{level:02d}.{channel}" for level in range(levels) for channel in "RGBA")


def murmur3_32(data: bytes) -> int:
    """MurmurHash3_x86_32 with seed 0 (Appleby, public domain)."""
    value, whole = 0, len(data) // 4 * 4
    for (block,) in struct.iter_unpack("<I", data[:whole]):
        value ^= _scrambled(block)
        value = (_rotated(value, 13) * 5 + 0xE6546B64) & _MASK
    value ^= _scrambled(int.from_bytes(data[whole:], "little"))
    value ^= len(data)
    for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35)):
        value = ((value ^ (value >> shift)) * factor) & _MASK
    return value ^ (value >> 16)


def _scrambled(block: int) -> int:
    return _rotated(block * _C1 & _MASK, 15) * _C2 & _MASK


def _rotated(value: int, bits: int) -> int:
    return (value << bits | value >> (32 - bits)) & _MASK


def _id_bits(name: str) -> int:
    """The hash of a name, its exponent changed where the float would be 0, denormal, infinite or NaN."""
    bits = murmur3_32(name.encode("utf-8"))
    return bits ^ 1 << 23 if bits >> 23 & 255 in (0, 255) else bits
