"""EXR headers are read as they stand, and a damaged one is an error, never a guess."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from fsgan_core.errors import PlateError
from fsgan_core.media.exr_attribute import ExrAttribute
from fsgan_core.media.exr_header import read_exr_headers


def test_attributes_of_a_part_are_its_bytes(tmp_path: Path, media_files: ModuleType) -> None:
    path = media_files.raw_exr(tmp_path / "a.exr", media_files.half_picture(8, 8), [("blob", "x", b"\0\1\2")])
    (part,) = read_exr_headers(str(path))
    assert part.attributes["blob"] == ExrAttribute("x", b"\0\1\2")
    assert part.attributes["pixelAspectRatio"].value == 2.0
    assert set(part.kept_attributes) == {"blob", "screenWindowCenter", "screenWindowWidth"}


def test_every_part_has_its_header(tmp_path: Path, media_files: ModuleType) -> None:
    pixels = media_files.half_picture(8, 8)
    path = media_files.write_parts(tmp_path / "a.exr", [("one", pixels, "RGB", ""), ("two", pixels, "RGB", "")])
    assert [part.attributes["name"].value for part in read_exr_headers(str(path))] == ["one", "two"]


def test_header_cut_off_anywhere_is_a_plate_error(tmp_path: Path, media_files: ModuleType) -> None:
    path = media_files.raw_exr(tmp_path / "a.exr", media_files.half_picture(8, 8), [("owner", "string", b"us")])
    data = path.read_bytes()
    end = data.index(b"us\0") + 3
    for length in range(1, end, 7):
        path.write_bytes(data[:length])
        with pytest.raises(PlateError, match=r"a\.exr"):
            read_exr_headers(str(path))


def test_noise_in_the_header_never_escapes_as_another_error(tmp_path: Path, media_files: ModuleType) -> None:
    path = media_files.raw_exr(tmp_path / "a.exr", media_files.half_picture(8, 8), [("owner", "string", b"us")])
    data = np.frombuffer(path.read_bytes(), np.uint8)
    noise = np.random.default_rng(0)
    for _ in range(60):
        broken = data.copy()
        broken[noise.integers(8, 300, 6)] = noise.integers(0, 256, 6)
        path.write_bytes(broken.tobytes())
        try:
            read_exr_headers(str(path))
        except PlateError as error:
            assert str(path) in str(error)  # noqa: PT017


def test_file_of_another_kind_is_a_plate_error(tmp_path: Path) -> None:
    (tmp_path / "a.exr").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    with pytest.raises(PlateError, match="no EXR file"):
        read_exr_headers(str(tmp_path / "a.exr"))
