"""Pictures come in as they are stored, whatever their file says about windows, layers, alpha and orientation."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from fsgan_core.errors import PlateError
from fsgan_core.media.picture import read_picture
from fsgan_core.shot.image_window import ImageWindow


def test_half_pixels_keep_their_bits(tmp_path: Path, media_files: ModuleType) -> None:
    stored = media_files.half_picture(16, 20, 4)
    path = media_files.write_picture(tmp_path / "a.exr", stored, "RGBA")
    frame = read_picture(str(path), 7)
    np.testing.assert_array_equal(media_files.bits(frame.native), media_files.bits(stored[..., :3]))
    np.testing.assert_array_equal(media_files.bits(frame.alpha), media_files.bits(stored[..., 3]))
    assert frame.number == 7
    assert frame.rgb.dtype == np.float32
    assert frame.rgb[1, 1, 0] == 30.0


def test_data_window_display_window_and_pixel_aspect(tmp_path: Path, media_files: ModuleType) -> None:
    path = media_files.write_picture(
        tmp_path / "a.exr", media_files.half_picture(106, 176), "RGB", {"PixelAspectRatio": 2.0},
        x=-8, y=-8, full_x=0, full_y=0, full_width=160, full_height=90,
    )  # fmt: skip
    frame = read_picture(str(path), 1)
    assert frame.data_window == ImageWindow(-8, -8, 168, 98)
    assert frame.display_window == ImageWindow(0, 0, 160, 90)
    assert frame.pixel_aspect == 2.0
    assert (frame.height, frame.width) == (106, 176)


@pytest.mark.parametrize(("name", "dtype"), [("a.png", "uint8"), ("a.png", "uint16"), ("a.tif", "uint8"),
    ("a.tif", "uint16"), ("a.tif", "float32"), ("a.exr", "float32"), ("a.dpx", "uint16"),
    ("a.dpx", "uint8")])  # fmt: skip
def test_every_lossless_type_comes_in_unchanged(tmp_path: Path, media_files: ModuleType, name: str, dtype: str) -> None:
    values = np.random.default_rng(3).random((64, 65, 3))
    stored = (values * 250).astype(dtype) if dtype == "uint8" else (values * 60000).astype(dtype)
    frame = read_picture(str(media_files.write_picture(tmp_path / name, stored)), 1)
    assert frame.native.dtype == dtype
    np.testing.assert_array_equal(frame.native, stored)
    assert frame.alpha is None


def test_whole_numbers_as_float_are_zero_to_one(tmp_path: Path, media_files: ModuleType) -> None:
    stored = np.zeros((64, 64, 3), np.uint16)
    stored[0, 0], stored[0, 1] = 65535, 257
    frame = read_picture(str(media_files.write_picture(tmp_path / "a.png", stored)), 1)
    assert frame.rgb[0, 0].tolist() == [1.0] * 3
    assert frame.rgb[0, 1, 0] == np.float32(1 / 255)


def test_jpeg_comes_in_close_to_what_was_stored(tmp_path: Path, media_files: ModuleType) -> None:
    smooth = np.broadcast_to(np.linspace(20, 230, 66)[None, :, None], (66, 66, 3)).astype(np.uint8)
    frame = read_picture(str(media_files.write_picture(tmp_path / "a.jpg", smooth)), 1)
    assert np.abs(frame.native.astype(int) - smooth).max() <= 4  # JPEG's own loss


def test_colour_under_transparency_is_not_multiplied(tmp_path: Path, media_files: ModuleType) -> None:
    stored = np.full((64, 64, 4), 200, np.uint8)
    stored[..., 3] = 10
    path = media_files.write_picture(tmp_path / "a.png", stored, "RGBA", {"oiio:UnassociatedAlpha": 1})
    frame = read_picture(str(path), 1)
    assert frame.native[5, 5].tolist() == [200, 200, 200]
    assert frame.alpha is not None
    assert frame.alpha[5, 5] == 10


def test_grey_picture_gives_the_same_value_three_times(tmp_path: Path, media_files: ModuleType) -> None:
    grey = np.random.default_rng(0).integers(0, 255, (64, 70, 1), dtype=np.uint8)
    frame = read_picture(str(media_files.write_picture(tmp_path / "a.png", grey)), 1)
    np.testing.assert_array_equal(frame.native, np.repeat(grey, 3, axis=2))


@pytest.mark.parametrize(("orientation", "corner"), [(1, (0, 0)), (3, (-1, -1)), (6, (0, -1)), (8, (-1, 0))])
def test_picture_that_lies_on_its_side_is_turned_upright(
    tmp_path: Path, media_files: ModuleType, orientation: int, corner: tuple[int, int]
) -> None:
    """Exif: 6 is to be turned clockwise, so that its first pixel ends at the top right."""
    stored = np.zeros((64, 80, 3), np.uint8)
    stored[0, 0] = 255
    path = media_files.write_picture(tmp_path / "a.tif", stored, attributes={"Orientation": orientation})
    frame = read_picture(str(path), 1)
    assert frame.native[corner].tolist() == [255] * 3
    size = (80, 64) if orientation in (6, 8) else (64, 80)
    assert frame.native.shape[:2] == size
    assert (frame.data_window.height, frame.data_window.width) == size


def test_layer_part_and_view_are_chosen_by_name(tmp_path: Path, media_files: ModuleType) -> None:
    left, right, depth = (media_files.half_picture(16, 16, count, seed) for seed, count in ((1, 3), (2, 3), (3, 1)))
    path = media_files.write_parts(
        tmp_path / "a.exr",
        [("depth", depth, ["Z"], ""), ("beauty.left", left, "RGB", "left"), ("beauty.right", right, "RGB", "right")],
    )
    for layer, view, expected in [
        ("", "", left),
        ("beauty", "right", right),
        ("beauty.left", "", left),
        ("", "right", right),
    ]:
        frame = read_picture(str(path), 1, layer, view)
        np.testing.assert_array_equal(media_files.bits(frame.native), media_files.bits(expected))
    with pytest.raises(PlateError, match=r"no stereo view 'middle'.*left, right"):
        read_picture(str(path), 1, "", "middle")


def test_layer_of_a_multichannel_file_whose_channels_lie_apart(tmp_path: Path, media_files: ModuleType) -> None:
    stored = media_files.half_picture(16, 16, 7)
    names = ["G", "spec.B", "Z", "spec.R", "R", "spec.G", "B"]
    path = media_files.write_picture(tmp_path / "a.exr", stored, names)
    for layer, channels in (("", ["R", "G", "B"]), ("spec", ["spec.R", "spec.G", "spec.B"])):
        frame = read_picture(str(path), 1, layer)
        expected = stored[..., [names.index(name) for name in channels]]
        np.testing.assert_array_equal(media_files.bits(frame.native), media_files.bits(expected))
    with pytest.raises(PlateError, match=r"no layer 'diffuse'.*spec"):
        read_picture(str(path), 1, "diffuse")


def test_returned_pixels_cannot_be_changed_by_accident(tmp_path: Path, media_files: ModuleType) -> None:
    frame = read_picture(str(media_files.write_picture(tmp_path / "a.exr", media_files.half_picture(8, 8))), 1)
    with pytest.raises(ValueError, match="read-only"):
        frame.native[0] = 0


@pytest.mark.parametrize("compression", ["none", "rle", "zips", "zip", "piz", "pxr24", "b44", "dwaa"])
def test_every_compression_of_a_plate_can_be_read(tmp_path: Path, media_files: ModuleType, compression: str) -> None:
    flat = np.full((64, 64, 3), 0.5, np.float16)
    path = media_files.write_picture(tmp_path / "a.exr", flat, attributes={"compression": compression})
    # dwaa loses a thousandth; the others keep a flat picture.
    np.testing.assert_allclose(read_picture(str(path), 1).native, flat, rtol=1e-3)


def test_tiled_exr_can_be_read(tmp_path: Path, media_files: ModuleType) -> None:
    stored = media_files.half_picture(100, 130)
    path = media_files.write_picture(tmp_path / "a.exr", stored, tile_width=32, tile_height=32)
    np.testing.assert_array_equal(media_files.bits(read_picture(str(path), 1).native), media_files.bits(stored))


# Bad input. Each message names the file and the frame.


def _error(path: Path, number: int = 1021) -> str:
    with pytest.raises(PlateError) as caught:
        read_picture(str(path), number)
    assert caught.value.path == str(path)
    assert caught.value.frame == number
    assert str(path) in str(caught.value)
    assert "frame 1021" in str(caught.value)
    return str(caught.value)


def test_missing_file_is_a_plate_error(tmp_path: Path) -> None:
    assert "No such file" in _error(tmp_path / "a.exr")


@pytest.mark.parametrize("name", ["a.exr", "a.png", "a.tif", "a.jpg", "a.dpx"])
def test_zero_byte_file_is_a_plate_error(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"")
    assert "empty (0 bytes)" in _error(tmp_path / name)


@pytest.mark.parametrize("name", ["a.exr", "a.png", "a.tif", "a.jpg", "a.dpx"])
@pytest.mark.parametrize("kept", [0.02, 0.3, 0.7, 0.98])
def test_truncated_file_is_a_plate_error(tmp_path: Path, media_files: ModuleType, name: str, kept: float) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (90, 160, 3)).astype(np.uint8)
    pixels = noise.astype(np.float16) if name == "a.exr" else noise
    path = media_files.write_picture(tmp_path / name, pixels)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * kept)])
    _error(path)


@pytest.mark.parametrize("name", ["a.exr", "a.png", "a.tif"])
def test_file_that_is_no_picture_is_a_plate_error(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"this is a text file, whatever its name says\n" * 20)
    _error(tmp_path / name)


def test_exr_without_rgb_is_a_plate_error_that_lists_what_it_has(tmp_path: Path, media_files: ModuleType) -> None:
    path = media_files.write_picture(tmp_path / "a.exr", media_files.half_picture(8, 8, 2), ["Z", "id.A"])
    message = _error(path)
    assert "no R G B" in message
    assert "id.A" in message


def test_exr_with_colour_only_in_layers_asks_for_one(tmp_path: Path, media_files: ModuleType) -> None:
    names = ["beauty.R", "beauty.G", "beauty.B"]
    path = media_files.write_picture(tmp_path / "a.exr", media_files.half_picture(8, 8), names)
    assert "Set layer to one of: beauty" in _error(path)


def test_deep_exr_is_a_plate_error(tmp_path: Path, media_files: ModuleType) -> None:
    path = media_files.raw_exr(tmp_path / "a.exr", media_files.half_picture(8, 8), [], version_flags=0x800)
    assert "deep" in _error(path)


def test_damaged_names_are_a_plate_error(tmp_path: Path, media_files: ModuleType) -> None:
    """OpenImageIO then speaks in bytes that are no text."""
    path = media_files.write_picture(tmp_path / "a.exr", media_files.half_picture(8, 8))
    for name in (b"chlist", b"compression\0compression"):
        damaged = path.read_bytes().replace(name, name[:-2] + b"\xe3\xff", 1)
        (tmp_path / "b.exr").write_bytes(damaged)
        _error(tmp_path / "b.exr")


def test_folder_instead_of_a_file_is_a_plate_error(tmp_path: Path) -> None:
    _error(tmp_path)
