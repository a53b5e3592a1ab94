"""Any layer of a picture file, as stored."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from fsgan_core.errors import PlateError
from fsgan_core.media.picture_layers import layers_of, read_layer, read_status

CHANNELS = ("R", "G", "B", "A", "fsgan_st.U", "fsgan_st.V", "fsgan_matte.A", "fsgan_blend.R", "fsgan_blend.G",
            "fsgan_blend.B", "Z", "crypto00.R", "crypto00.G", "crypto00.B", "crypto00.A")  # fmt: skip


@pytest.fixture
def layered(tmp_path: Path, media_files: ModuleType) -> Path:
    """A file whose channel number n holds n / 32 everywhere."""
    pixels = np.broadcast_to(np.arange(len(CHANNELS)) / 32, (6, 8, len(CHANNELS))).astype(np.float16)
    attributes = {"fsgan/status": "held"}
    return media_files.write_picture(tmp_path / "layered.0007.exr", pixels, CHANNELS, attributes)


def test_layers_stand_in_the_order_of_the_method(layered: Path) -> None:
    assert [layer.name for layer in layers_of(str(layered))] == [
        "", "fsgan_matte", "fsgan_blend", "fsgan_st", "Z", "crypto00",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "channels"),
    [
        ("", ("R", "G", "B", "A")),
        ("fsgan_matte", ("A",)),
        ("fsgan_st", ("U", "V")),
        ("fsgan_blend", ("R", "G", "B")),
        ("Z", ("Z",)),
        ("crypto00", ("R", "G", "B", "A")),
    ],
)
def test_a_layer_holds_its_own_channels(layered: Path, name: str, channels: tuple[str, ...]) -> None:
    picture = read_layer(str(layered), 7, name)
    assert picture.layer.channels == channels
    full = [f"{name}.{channel}" if name and name != channel else channel for channel in channels]
    assert picture.pixels[0, 0].tolist() == [CHANNELS.index(channel) / 32 for channel in full]
    assert not picture.pixels.flags.writeable


def test_the_status_comes_with_the_pixels_and_alone(layered: Path) -> None:
    assert read_layer(str(layered), 7).status == "held"
    assert read_status(str(layered)) == "held"


def test_a_missing_layer_is_told_with_what_there_is(layered: Path) -> None:
    with pytest.raises(PlateError, match=r"no layer fsgan_hair.*R G B, fsgan_matte") as caught:
        read_layer(str(layered), 7, "fsgan_hair")
    assert caught.value.frame == 7
    assert caught.value.exit_code == 3


def test_a_part_of_a_file_is_a_layer(tmp_path: Path, media_files: ModuleType) -> None:
    pixels = np.full((4, 5, 3), 0.25, np.float16)
    path = media_files.write_parts(
        tmp_path / "parts.exr", [("rgb", pixels, "RGB", ""), ("beauty", pixels * 2, "RGB", "")]
    )
    assert [layer.name for layer in layers_of(str(path))] == ["", "beauty"]
    assert read_layer(str(path), 1, "beauty").pixels[0, 0, 0] == 0.5


@pytest.mark.parametrize("cut", [0, 40, 500])
def test_a_broken_file_is_a_sentence(layered: Path, cut: int) -> None:
    layered.write_bytes(layered.read_bytes()[:cut])
    with pytest.raises(PlateError, match=r"layered\.0007\.exr"):
        read_layer(str(layered), 7)


def test_a_png_has_one_layer(tmp_path: Path, media_files: ModuleType) -> None:
    path = media_files.write_picture(tmp_path / "p.png", np.full((4, 5, 3), 128, np.uint8))
    picture = read_layer(str(path), 1)
    assert picture.layers == ("",)
    assert picture.pixels.dtype == np.uint8
    with pytest.raises(PlateError, match="no layer"):
        read_layer(str(path), 1, "fsgan_matte")
