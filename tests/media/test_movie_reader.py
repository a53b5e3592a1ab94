"""Movies give any frame by its number, in the colours they say, and name the frame that is broken."""

from __future__ import annotations

import struct
from fractions import Fraction
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from fsgan_core.errors import PlateError
from fsgan_core.media.exr_attribute import ExrAttribute
from fsgan_core.media.read import open_plate
from fsgan_core.shot.frame_range import FrameRange
from fsgan_core.shot.plate import Plate

FRAMES = 20


@pytest.fixture
def movie(tmp_path: Path, media_files: ModuleType) -> Path:
    """20 frames, each 8 brighter than the last, with frames stored out of order."""
    return media_files.write_movie(tmp_path / "Größe 東.mp4", media_files.movie_pictures(FRAMES))


def _level(pixels: np.ndarray) -> float:
    return float(pixels.astype(float).mean())


def test_every_frame_comes_in_order(movie: Path, media_files: ModuleType) -> None:
    expected = [_level(picture) for picture in media_files.movie_pictures(FRAMES)]
    with open_plate(Plate(str(movie))) as reader:
        assert reader.frames == tuple(range(1, FRAMES + 1))
        assert reader.frame_rate == Fraction(24)
        assert reader.colorspace == "srgb_rec709_scene"
        levels = [_level(reader.read(number).native) for number in reader.frames]
        assert reader.file_of(3) == str(movie)
    np.testing.assert_allclose(levels, expected, atol=1.5)  # compression and 8-bit chroma; steps are 8


def test_jumps_give_the_same_pixels_as_reading_in_order(movie: Path) -> None:
    with open_plate(Plate(str(movie))) as reader:
        in_order = {number: reader.read(number).native for number in reader.frames}
    with open_plate(Plate(str(movie), FrameRange.parse("2-20x3"))) as reader:
        for number in (20, 2, 14, 11, 5, 8, 8):
            np.testing.assert_array_equal(reader.read(number).native, in_order[number])


def test_frames_outside_the_movie_are_a_plate_error(movie: Path) -> None:
    with pytest.raises(PlateError, match=r"frames 21-30 lie outside the plate, which has 1-20"):
        open_plate(Plate(str(movie), FrameRange.parse("15-30")))


def test_broken_packet_is_reported_with_its_frame_and_the_rest_can_be_read(
    movie: Path, media_files: ModuleType
) -> None:
    with open_plate(Plate(str(movie))) as reader:
        whole = {number: reader.read(number).native for number in reader.frames}
    media_files.break_packet(movie, 9)
    broken = set()
    with open_plate(Plate(str(movie))) as reader:
        for number in reader.frames:
            try:
                frame = reader.read(number)
            except PlateError as error:
                assert error.frame == number  # noqa: PT017
                assert f"frame {number} cannot be decoded" in str(error)  # noqa: PT017
                broken.add(number)
                continue
            if not 7 <= number <= 12:  # pictures of the same group may be built on the broken one
                np.testing.assert_array_equal(frame.native, whole[number])
    assert 10 in broken
    assert broken <= set(range(7, 13))


def test_ten_bit_movie_comes_in_with_its_fine_steps(tmp_path: Path, media_files: ModuleType) -> None:
    path = media_files.write_movie(
        tmp_path / "a.mov", media_files.movie_pictures(3), codec="prores_ks", pixel_format="yuv422p10le"
    )
    with open_plate(Plate(str(path))) as reader:
        frame = reader.read(2)
    assert frame.native.dtype == np.uint16
    assert _level(frame.rgb) * 255 == pytest.approx(_level(media_files.movie_pictures(3)[1]), abs=1.5)


def test_colours_follow_the_matrix_and_range_that_the_movie_says(tmp_path: Path, media_files: ModuleType) -> None:
    """A movie tagged Rec.709 and one of small size without tags (Rec.601) both show the red that went in."""
    red = np.zeros((64, 96, 3), np.uint8)
    red[...] = (200, 30, 40)
    untagged = media_files.write_movie(tmp_path / "601.mp4", [red] * 3)
    lossless = media_files.write_movie(tmp_path / "rgb.mkv", [red] * 3, codec="ffv1", pixel_format="bgr0")
    for path in (untagged, lossless):
        with open_plate(Plate(str(path))) as reader:
            assert np.abs(reader.read(2).native[20, 20].astype(int) - (200, 30, 40)).max() <= 3


def test_timecode_and_rate_pass_to_each_frame(tmp_path: Path, media_files: ModuleType) -> None:
    import av

    path = tmp_path / "a.mov"
    with av.open(str(path), "w") as container:
        container.metadata["timecode"] = "01:00:00:22"
        video = container.add_stream("libx264", rate=24)
        video.height = video.width = 64
        video.pix_fmt = "yuv420p"
        for picture in media_files.movie_pictures(4, 64, 64):
            container.mux(video.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(video.encode())
    with open_plate(Plate(str(path))) as reader:
        attributes = reader.read(3).attributes
    assert attributes["framesPerSecond"] == Fraction(24)
    assert attributes["timeCode"] == ExrAttribute("timecode", struct.pack("<2I", 0x01000100, 0))


@pytest.mark.parametrize(
    ("content", "words"), [(b"", "empty"), (b"no movie at all " * 100, "cannot be read as a movie")]
)
def test_file_that_is_no_movie_is_a_plate_error(tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "a.mp4").write_bytes(content)
    with pytest.raises(PlateError, match=words):
        open_plate(Plate(str(tmp_path / "a.mp4")))


def test_missing_movie_is_a_plate_error(tmp_path: Path) -> None:
    with pytest.raises(PlateError, match="No such file"):
        open_plate(Plate(str(tmp_path / "a.mp4")))


def test_truncated_movie_is_a_plate_error(movie: Path) -> None:
    movie.write_bytes(movie.read_bytes()[:-2000])
    with pytest.raises(PlateError, match="cannot be read as a movie"):  # an MP4 has its index at the end
        open_plate(Plate(str(movie)))


@pytest.mark.parametrize("size", [(64, 64), (66, 98)])
def test_small_sizes(tmp_path: Path, media_files: ModuleType, size: tuple[int, int]) -> None:
    path = media_files.write_movie(tmp_path / "a.mp4", media_files.movie_pictures(2, *size))
    with open_plate(Plate(str(path))) as reader:
        assert reader.read(2).rgb.shape == (*size, 3)
