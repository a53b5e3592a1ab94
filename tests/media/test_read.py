"""Plates open with the frames that were asked for, or say which are not there."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from fsgan_core.errors import PlateError
from fsgan_core.media.read import open_plate
from fsgan_core.shot.frame_range import FrameRange
from fsgan_core.shot.plate import Plate


@pytest.fixture
def sequence(tmp_path: Path, media_files: ModuleType) -> str:
    """Frames 1001 to 1006 of a half EXR sequence, in a folder with spaces and non-ASCII letters."""
    for number in range(1001, 1007):
        pixels = media_files.half_picture(64, 66, seed=number)
        attributes = {"FramesPerSecond": ("rational", (24000, 1001))}
        media_files.write_picture(tmp_path / "Größe 東京 #1" / f"plate ä.{number}.exr", pixels, "RGB", attributes)
    return str(tmp_path / "Größe 東京 #1" / "plate ä.%04d.exr")


def test_sequence_gives_each_of_its_frames(sequence: str, media_files: ModuleType) -> None:
    with open_plate(Plate(sequence)) as reader:
        assert reader.frames == tuple(range(1001, 1007))
        assert reader.colorspace == "lin_rec709_scene"
        assert reader.frame_rate == Fraction(24000, 1001)
        for number in (1006, 1001, 1003):
            expected = media_files.bits(media_files.half_picture(64, 66, seed=number))
            frame = reader.read(number)
            np.testing.assert_array_equal(media_files.bits(frame.native), expected)
            assert frame.path == reader.file_of(number)
            assert frame.path.endswith(f"{number}.exr")


def test_frames_of_the_plate_are_the_only_ones(sequence: str) -> None:
    with open_plate(Plate(sequence, FrameRange.parse("1002-1006x2"))) as reader:
        assert reader.frames == (1002, 1004, 1006)
        with pytest.raises(PlateError, match="frame 1003 is not among"):
            reader.read(1003)


def test_single_still_is_one_frame(sequence: str, tmp_path: Path, media_files: ModuleType) -> None:
    with open_plate(Plate(sequence.replace("%04d", "1004"))) as reader:
        assert reader.frames == (1004,)
    portrait = media_files.write_picture(tmp_path / "portrait.png", np.zeros((64, 64, 3), np.uint8))
    with open_plate(Plate(str(portrait))) as reader:
        assert reader.frames == (1,)
        assert reader.colorspace == "srgb_rec709_scene"
        assert reader.frame_rate is None


def test_colorspace_of_the_plate_wins_over_the_file_type(sequence: str) -> None:
    with open_plate(Plate(sequence, colorspace="ACEScg")) as reader:
        assert reader.colorspace == "ACEScg"


def test_sequence_rendered_on_twos_is_complete(sequence: str) -> None:
    for number in (1002, 1004, 1006):
        Path(sequence % number).unlink()
    with open_plate(Plate(sequence)) as reader:
        assert reader.frames == (1001, 1003, 1005)


@pytest.mark.parametrize("frames", [None, FrameRange.parse("1001-1006"), FrameRange.parse("1002,1004")])
def test_missing_frame_is_a_plate_error_that_names_it(sequence: str, frames: FrameRange | None) -> None:
    Path(sequence % 1004).unlink()
    with pytest.raises(PlateError, match="frames 1004 are missing") as caught:
        open_plate(Plate(sequence, frames))
    assert caught.value.frame == 1004


def test_range_outside_the_plate_is_a_plate_error_that_says_what_there_is(sequence: str) -> None:
    with pytest.raises(PlateError, match=r"frames 1007-1010 lie outside the plate, which has 1001-1006") as caught:
        open_plate(Plate(sequence, FrameRange.parse("1005-1010")))
    assert caught.value.frame == 1007


def test_truncated_frame_fails_alone(sequence: str) -> None:
    path = Path(sequence % 1003)
    path.write_bytes(path.read_bytes()[:-500])
    with open_plate(Plate(sequence)) as reader:
        reader.read(1002)
        with pytest.raises(PlateError, match="frame 1003") as caught:
            reader.read(1003)
        reader.read(1004)
    assert caught.value.frame == 1003


def test_frame_deleted_while_the_plate_is_open_is_a_plate_error(sequence: str) -> None:
    with open_plate(Plate(sequence)) as reader:
        Path(sequence % 1002).unlink()
        with pytest.raises(PlateError, match="No such file"):
            reader.read(1002)


def test_wrong_path_suggests_the_sequences_nearby(sequence: str) -> None:
    with pytest.raises(PlateError, match=r"Did you mean .*plate ä\.%04d\.exr"):
        open_plate(Plate(sequence.replace("plate ä", "plate")))
    with pytest.raises(PlateError, match=r"Did you mean .*plate ä\.%04d\.exr"):
        open_plate(Plate(str(Path(sequence).parent)))
    with pytest.raises(PlateError, match="Check the path"):
        open_plate(Plate("/nowhere/plate.%04d.exr"))


def test_stereo_sequence_is_read_by_its_view(tmp_path: Path, media_files: ModuleType) -> None:
    for index, view in enumerate(("left", "right")):
        pixels = media_files.half_picture(64, 64, seed=index)
        media_files.write_picture(tmp_path / view / f"a_{view[0]}.1001.exr", pixels)
    with open_plate(Plate(str(tmp_path / "%V" / "a_%v.%04d.exr"), stereo_view="right")) as reader:
        expected = media_files.bits(media_files.half_picture(64, 64, seed=1))
        np.testing.assert_array_equal(media_files.bits(reader.read(1001).native), expected)


@pytest.mark.parametrize(("height", "width"), [(64, 64), (65, 97), (101, 64)])
@pytest.mark.parametrize("extension", ["exr", "png", "tif", "dpx", "jpg"])
def test_odd_sizes(tmp_path: Path, media_files: ModuleType, extension: str, height: int, width: int) -> None:
    pixels = np.random.default_rng(0).integers(0, 255, (height, width, 3)).astype(np.uint8)
    stored = pixels.astype(np.float16) if extension == "exr" else pixels
    media_files.write_picture(tmp_path / f"a.1001.{extension}", stored)
    with open_plate(Plate(str(tmp_path / f"a.####.{extension}"))) as reader:
        frame = reader.read(1001)
    assert frame.rgb.shape == (height, width, 3)
    if extension != "jpg":
        np.testing.assert_array_equal(frame.native, stored)
