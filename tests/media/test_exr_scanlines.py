"""A few channels of a layered EXR: the bits that OpenImageIO reads, or nothing at all."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import OpenImageIO as oiio  # noqa: N813
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fsgan_core.errors import PlateError
from fsgan_core.media.exr_header import read_exr_headers
from fsgan_core.media.exr_scanlines import read_few_channels
from fsgan_core.media.picture_layers import read_layer

NAMES = ("R", "G", "B", "fsgan_blend.R", "fsgan_blend.G", "fsgan_blend.B", "fsgan_matte.A", "fsgan_st.U", "fsgan_st.V")


def write(
    path: Path, height: int, width: int, compression: str, seed: int = 0, smooth: bool = True, **spec: Any
) -> Path:
    """A file with every kind of number: NaN, infinity, negative, noise or ramps; the ST map is float."""
    random = np.random.default_rng(seed)
    pixels = random.normal(0.4, 0.3, (height, width, len(NAMES))).astype(np.float32)
    if smooth:
        pixels = np.cumsum(pixels, axis=1) * 0.01
    pixels[0, 0] = np.nan
    pixels[-1, -1] = -np.inf
    description = oiio.ImageSpec(width, height, len(NAMES), "float")
    description.channelnames = NAMES
    description.channelformats = tuple(oiio.TypeDesc("float" if "st" in name else "half") for name in NAMES)
    description.attribute("compression", compression)
    for name, value in spec.items():
        setattr(description, name, value)
    output = oiio.ImageOutput.create(str(path))
    assert output.open(str(path), description), output.geterror()
    write_pixels = output.write_tiles if description.tile_width else output.write_image
    if description.tile_width:
        assert write_pixels(0, width, 0, height, 0, 1, pixels), output.geterror()
    else:
        assert write_pixels(pixels), output.geterror()
    assert output.close()
    return path


def by_oiio(path: Path, names: tuple[str, ...]) -> np.ndarray:
    picture = oiio.ImageInput.open(str(path))
    places = [picture.spec().channelnames.index(name) for name in names]
    kind = oiio.FLOAT if "st" in names[0] else oiio.HALF
    planes = [picture.read_image(0, 0, place, place + 1, kind)[..., 0] for place in places]
    picture.close()
    return np.stack(planes, -1)


def bits(pixels: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(pixels).view(np.uint16 if pixels.dtype == np.float16 else np.uint32)


@settings(max_examples=40, deadline=None)
@given(
    height=st.integers(1, 40), width=st.integers(1, 37), seed=st.integers(0, 99), smooth=st.booleans(),
    compression=st.sampled_from(["zip", "zips"]),
    names=st.sampled_from(
        [("R",), ("R", "G", "B"), ("fsgan_matte.A",), ("fsgan_blend.B", "fsgan_blend.R"), ("fsgan_st.V",)]
    ),
)  # fmt: skip
def test_the_bits_are_those_of_openimageio(
    tmp_path_factory: pytest.TempPathFactory, height: int, width: int, seed: int, smooth: bool, compression: str,
    names: tuple[str, ...],
) -> None:  # fmt: skip
    path = write(tmp_path_factory.mktemp("exr") / "x.exr", height, width, compression, seed, smooth)
    found = read_few_channels(str(path), read_exr_headers(str(path))[0], names)
    assert found is not None, "this kind of file is read the quick way"
    assert found.shape == (height, width, len(names))
    assert np.array_equal(bits(found), bits(by_oiio(path, names)))


def test_a_data_window_elsewhere_does_not_matter(tmp_path: Path) -> None:
    path = write(tmp_path / "x.exr", 20, 30, "zip", x=-7, y=13, full_width=64, full_height=64)
    found = read_few_channels(str(path), read_exr_headers(str(path))[0], ("R", "G", "B"))
    assert found is not None
    assert np.array_equal(bits(found), bits(by_oiio(path, ("R", "G", "B"))))


@pytest.mark.parametrize(
    ("compression", "more"), [("piz", {}), ("none", {}), ("zip", {"tile_width": 16, "tile_height": 16})]
)
def test_other_kinds_of_file_are_left_to_openimageio(tmp_path: Path, compression: str, more: dict[str, int]) -> None:
    path = write(tmp_path / "x.exr", 32, 32, compression, **more)
    assert read_few_channels(str(path), read_exr_headers(str(path))[0], ("R", "G", "B")) is None
    assert np.array_equal(bits(read_layer(str(path), 1).pixels), bits(by_oiio(path, ("R", "G", "B"))))


def test_mixed_types_and_most_of_a_file_are_left_to_openimageio(tmp_path: Path, media_files: ModuleType) -> None:
    path = write(tmp_path / "x.exr", 8, 8, "zip")
    header = read_exr_headers(str(path))[0]
    assert read_few_channels(str(path), header, ("R", "fsgan_st.U")) is None
    assert read_few_channels(str(path), header, NAMES[:7]) is None
    assert read_few_channels(str(path), header, ("nothing",)) is None


@pytest.mark.parametrize("share", [0.3, 0.6, 0.99])
def test_a_file_that_is_cut_off_is_told_by_openimageio(tmp_path: Path, share: float) -> None:
    path = write(tmp_path / "x.exr", 40, 40, "zip", smooth=False)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    assert read_few_channels(str(path), read_exr_headers(str(path))[0], ("R", "G", "B")) is None
    with pytest.raises(PlateError, match="damaged"):
        read_layer(str(path), 1)


def test_damaged_bytes_never_crash(tmp_path: Path) -> None:
    path = write(tmp_path / "x.exr", 40, 40, "zip")
    header, data = read_exr_headers(str(path))[0], path.read_bytes()
    random = np.random.default_rng(2)
    for _ in range(60):
        damaged = bytearray(data)
        for place in random.integers(600, len(data), 12):
            damaged[place] = random.integers(0, 256)
        path.write_bytes(damaged)
        found = read_few_channels(str(path), header, ("R", "G", "B"))
        assert found is None or found.shape == (40, 40, 3)
