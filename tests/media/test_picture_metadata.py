"""What other files say about themselves becomes what an EXR says, except for how they were stored."""

from __future__ import annotations

import struct
from fractions import Fraction
from pathlib import Path
from types import ModuleType

import numpy as np

from fsgan_core.media.exr_attribute import ExrAttribute, as_attribute
from fsgan_core.media.picture import read_picture


def _attributes(path: Path) -> dict[str, object]:
    return dict(read_picture(str(path), 1).attributes)


def test_dpx_passes_timecode_and_frame_rate(tmp_path: Path, media_files: ModuleType) -> None:
    pixels = np.zeros((64, 64, 3), np.uint16)
    said = {"smpte:TimeCode": ("timecode", (0x01020304, 0)), "dpx:TimeCode": 0x01020304, "dpx:FrameRate": 24.0}
    attributes = _attributes(media_files.write_picture(tmp_path / "a.dpx", pixels, "RGB", said))
    assert attributes["timeCode"] == ExrAttribute("timecode", struct.pack("<2I", 0x01020304, 0))


def test_text_and_numbers_pass_and_storage_does_not(tmp_path: Path, media_files: ModuleType) -> None:
    said = {"Copyright": "Größe & Söhne", "Artist": "us", "compression": "lzw", "XResolution": 300.0}
    path = media_files.write_picture(tmp_path / "a.tif", np.zeros((64, 64, 3), np.uint8), "RGB", said)
    attributes = _attributes(path)
    assert attributes["owner"] == "Größe & Söhne"
    assert attributes["Artist"] == "us"
    assert not {"compression", "XResolution", "ResolutionUnit", "Orientation"} & set(attributes)


def test_text_in_an_older_encoding_passes_as_its_bytes(tmp_path: Path, media_files: ModuleType) -> None:
    path = media_files.write_picture(tmp_path / "a.tif", np.zeros((64, 64, 3), np.uint8), "RGB", {"Artist": "caf#"})
    path.write_bytes(path.read_bytes().replace(b"caf#", b"caf\xe9"))
    assert as_attribute(_attributes(path)["Artist"]) == ExrAttribute("string", b"caf\xe9")  # type: ignore[arg-type]


def test_text_that_is_named_like_an_exr_storage_attribute_is_left_out(tmp_path: Path, media_files: ModuleType) -> None:
    said = {"type": "portrait", "tiles": "many", "Subject": "a face"}
    attributes = _attributes(
        media_files.write_picture(tmp_path / "a.png", np.zeros((64, 64, 3), np.uint8), "RGB", said)
    )
    assert attributes["Subject"] == "a face"
    assert not {"type", "tiles"} & set(attributes)


def test_frame_rate_of_an_exr_is_a_fraction(tmp_path: Path, media_files: ModuleType) -> None:
    said = [("framesPerSecond", "rational", struct.pack("<iI", 24000, 1001))]
    path = media_files.raw_exr(tmp_path / "a.exr", media_files.half_picture(8, 8), said)
    stored = read_picture(str(path), 1).attributes["framesPerSecond"]
    assert isinstance(stored, ExrAttribute)
    assert stored.value == Fraction(24000, 1001)
