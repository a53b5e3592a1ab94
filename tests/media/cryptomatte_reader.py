"""Reads Cryptomattes as a host does, from the specification 1.2.0 alone: nothing of the writer is used here."""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import OpenImageIO as oiio  # noqa: N813


class NoCryptomatteError(Exception):
    """What is wrong with a file that should hold a Cryptomatte."""


@dataclass(frozen=True)
class DecodedCryptomatte:
    """The mattes of a file by name, and all of its ranks: (R, H, W) id bits and coverage."""

    name: str
    mattes: dict[str, np.ndarray]
    ids: np.ndarray
    coverage: np.ndarray


def read_cryptomatte(path: Path | str) -> DecodedCryptomatte:
    """The one Cryptomatte of an EXR.

    Raises:
        NoCryptomatteError: The file breaks a rule of the specification.
    """
    picture = oiio.ImageInput.open(str(path))
    spec = picture.spec()
    pixels = picture.read_image(oiio.FLOAT)
    formats = [str(spec.channelformat(index)) for index in range(spec.nchannels)]
    named = {item.name: item.value for item in spec.extra_attribs if item.name.startswith("cryptomatte/")}
    picture.close()
    keys = {name.split("/")[1] for name in named}
    if len(keys) != 1:
        raise NoCryptomatteError(f"metadata of {len(keys)} Cryptomattes")
    about = {name.split("/")[2]: value for name, value in named.items()}
    if about.get("hash") != "MurmurHash3_32" or about.get("conversion") != "uint32_to_float32":
        raise NoCryptomatteError("hash or conversion is not that of the specification")
    if len(next(iter(keys))) != 7:
        raise NoCryptomatteError("the key is not seven digits long")
    layers = sorted({name.rpartition(".")[0] for name in spec.channelnames if name.startswith(about["name"])})
    if layers != [f"{about['name']}{level:02d}" for level in range(len(layers))] or not layers:
        raise NoCryptomatteError(f"layers {layers} are not {about['name']}00, 01, ...")
    planes = []
    for layer in layers:
        for channel in "RGBA":
            index = spec.channelnames.index(f"{layer}.{channel}")
            if formats[index] != "float":
                raise NoCryptomatteError(f"{layer}.{channel} is {formats[index]}, not float")
            planes.append(pixels[..., index])
    ids = np.stack(planes[0::2]).astype(np.float32).view(np.uint32)
    coverage = np.stack(planes[1::2])
    manifest = {name: int(digits, 16) for name, digits in json.loads(about["manifest"]).items()}
    strangers = set(np.unique(ids).tolist()) - set(manifest.values()) - {0}
    if strangers:
        raise NoCryptomatteError(f"{len(strangers)} ids stand in no manifest")
    for name, bits in manifest.items():
        value = struct.unpack("<f", struct.pack("<I", bits))[0]
        if not np.isfinite(value) or abs(value) < np.finfo(np.float32).tiny:
            raise NoCryptomatteError(f"the id of {name} is no normal float")
    mattes = {name: np.where(ids == bits, coverage, 0).sum(0) for name, bits in manifest.items()}
    return DecodedCryptomatte(about["name"], mattes, ids, coverage)
