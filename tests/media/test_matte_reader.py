"""Mattes come in by channel, on the plate's pixels, and say what is missing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fsgan_core.errors import PlateError
from fsgan_core.media.matte_reader import MatteReader, MatteSource
from fsgan_core.shot.image_window import ImageWindow

HD = ImageWindow.of_size(8, 6)


def read(source: MatteSource, number: int = 1, display: ImageWindow = HD, data: ImageWindow = HD) -> Any:
    with MatteReader(source) as reader:
        return reader.read(number, display, data)


def ramp(height: int = 6, width: int = 8, channels: int = 1) -> np.ndarray:
    return np.linspace(0, 1, height * width * channels, dtype=np.float32).reshape(height, width, channels)


@pytest.mark.parametrize(
    ("names", "channel", "index"),
    [
        (("R", "G", "B", "A"), "", 3),
        (("R", "G", "B", "A"), "r", 0),
        (("R", "G", "B", "A"), "rgba.green", 1),
        (("R", "G", "B", "A"), "rgba.alpha", 3),
        (("R", "G", "B"), "", 0),
        (("mask.a",), "", 0),
        (("R", "G", "B", "roto.A"), "roto.alpha", 3),
        (("R", "G", "B", "roto.A"), "", 0),
        (("depth.Z", "roto.A"), "roto.A", 1),
    ],
)
def test_channel_is_found_by_the_name_of_file_or_host(
    media_files: Any, tmp_path: Path, names: tuple[str, ...], channel: str, index: int
) -> None:
    pixels = ramp(channels=len(names))
    path = media_files.write_picture(tmp_path / "m.0001.exr", pixels, names)
    found = read(MatteSource(str(path), channel))
    np.testing.assert_allclose(found, pixels[..., index], atol=1e-6)


def test_channel_that_is_not_there_lists_those_that_are(media_files: Any, tmp_path: Path) -> None:
    path = media_files.write_picture(tmp_path / "m.exr", ramp(channels=3), ("R", "G", "B"))
    with pytest.raises(PlateError, match=r"has no channel 'mask.a'. Choose one of: R, G, B"):
        read(MatteSource(str(path), "mask.a"))


def test_part_of_a_multi_part_file_is_a_channel_too(media_files: Any, tmp_path: Path) -> None:
    pixels = ramp(channels=3).astype(np.float16)
    parts = [("rgba", pixels, ("R", "G", "B"), ""), ("roto", pixels[..., :1] / 2, ("A",), "")]
    path = media_files.write_parts(tmp_path / "m.exr", parts)
    np.testing.assert_array_equal(read(MatteSource(str(path), "roto.A")), pixels[..., 0].astype(np.float32) / 2)


def test_whole_numbers_are_divided_and_nothing_is_converted(media_files: Any, tmp_path: Path) -> None:
    pixels = np.full((6, 8, 1), 128, np.uint8)
    path = media_files.write_picture(tmp_path / "m.png", pixels)
    np.testing.assert_allclose(read(MatteSource(str(path))), 128 / 255)


def test_values_outside_0_to_1_and_nan_are_cleaned(media_files: Any, tmp_path: Path) -> None:
    pixels = np.zeros((6, 8, 1), np.float32)
    pixels[0, :4, 0] = (-3, 7, np.nan, np.inf)
    path = media_files.write_picture(tmp_path / "m.exr", pixels, ("A",))
    np.testing.assert_array_equal(read(MatteSource(str(path)))[0, :4], [0, 1, 0, 1])


def test_matte_lies_on_the_pixels_of_an_overscan_plate(media_files: Any, tmp_path: Path) -> None:
    """A matte without overscan, and one cut to its box, land where the display windows say."""
    data = ImageWindow(-2, -1, 10, 7)
    pixels = ramp()
    path = media_files.write_picture(tmp_path / "m.exr", pixels, ("A",))
    placed = read(MatteSource(str(path)), data=data)
    assert placed.shape == (8, 12)
    np.testing.assert_allclose(placed[1:7, 2:10], pixels[..., 0])
    assert placed.sum() == pytest.approx(pixels.sum(), rel=1e-6)
    cut = media_files.write_picture(
        tmp_path / "cut.exr", pixels[2:4, 3:6], ("A",), x=3, y=2, full_x=0, full_y=0, full_width=8, full_height=6
    )
    np.testing.assert_allclose(read(MatteSource(str(cut)))[2:4, 3:6], pixels[2:4, 3:6, 0])


def test_inverted_matte_is_white_beyond_its_box(media_files: Any, tmp_path: Path) -> None:
    path = media_files.write_picture(
        tmp_path / "m.exr", np.ones((2, 2, 1), np.float32), ("A",), x=1, y=1, full_x=0, full_y=0, full_width=8,
        full_height=6,
    )  # fmt: skip
    inverted = read(MatteSource(str(path), invert=True))
    assert inverted.sum() == 8 * 6 - 4


def test_matte_of_another_format_is_refused(media_files: Any, tmp_path: Path) -> None:
    path = media_files.write_picture(tmp_path / "m.exr", ramp(3, 4), ("A",))
    with pytest.raises(PlateError, match="the matte is 4x3 and the plate 8x6. Render it in the plate's format"):
        read(MatteSource(str(path)))


def test_missing_frame_follows_the_policy(media_files: Any, tmp_path: Path) -> None:
    for number in (1003, 1007):
        media_files.write_picture(tmp_path / f"m.{number}.exr", np.full((6, 8, 1), number / 2000, np.float32), ("A",))
    path = str(tmp_path / "m.%04d.exr")
    with pytest.raises(PlateError, match="no frame 1004 for frame 1004 of the plate .it has 1003,1007") as caught:
        read(MatteSource(path), 1004)
    assert caught.value.frame == 1004
    assert read(MatteSource(path, on_missing="ignore"), 1004) is None
    assert read(MatteSource(path, on_missing="hold"), 1004)[0, 0] == pytest.approx(1003 / 2000)
    assert read(MatteSource(path, on_missing="hold"), 2000)[0, 0] == pytest.approx(1007 / 2000)
    assert read(MatteSource(path, offset_frames=1000), 2007)[0, 0] == pytest.approx(1007 / 2000)


def test_still_serves_every_frame_and_a_sequence_of_one_does_not(media_files: Any, tmp_path: Path) -> None:
    still = media_files.write_picture(tmp_path / "m.1001.exr", np.ones((6, 8, 1), np.float32), ("A",))
    assert read(MatteSource(str(still)), 77).all()
    with pytest.raises(PlateError, match="no frame 77"):
        read(MatteSource(str(tmp_path / "m.%04d.exr")), 77)


def test_movie_is_read_by_its_frames(media_files: Any, tmp_path: Path) -> None:
    pictures = media_files.movie_pictures(4)
    path = media_files.write_movie(tmp_path / "m.mp4", pictures)
    window = ImageWindow.of_size(96, 72)
    matte = read(MatteSource(str(path), "G", offset_frames=1000), 1003, window, window)
    assert matte.mean() == pytest.approx(pictures[2][..., 1].mean() / 255, abs=0.01)
    with pytest.raises(PlateError, match="no frame 1003 for frame 1003 of the plate .it has 1-4.*matte_offset_frames"):
        read(MatteSource(str(path)), 1003, window, window)
    with pytest.raises(PlateError, match="a movie has no channel 'mask.a'"):
        MatteReader(MatteSource(str(path), "mask.a"))


def test_path_without_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PlateError, match="no frame of this sequence exists. Check the path of the hold-out matte"):
        MatteReader(MatteSource(str(tmp_path / "m.%04d.exr"), word="hold-out matte"))
    with pytest.raises(PlateError, match="there is no such file"):
        MatteReader(MatteSource(str(tmp_path / "m.exr")))
