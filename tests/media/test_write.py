"""What is read and written back without a change is the same file to the bit, header included."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from fsgan_core.errors import JobError, OutputError
from fsgan_core.media.picture import read_picture
from fsgan_core.media.plate_frame import PictureHeader, PlateFrame
from fsgan_core.media.write import write_frame
from fsgan_core.shot.image_window import ImageWindow


def _header(height: int, width: int) -> PictureHeader:
    return PictureHeader(ImageWindow.of_size(width, height), ImageWindow.of_size(width, height))


def _channels(frame: PlateFrame) -> dict[str, np.ndarray]:
    channels = {name: frame.native[..., index] for index, name in enumerate("RGB")}
    return channels if frame.alpha is None else channels | {"A": frame.alpha}


@pytest.mark.parametrize("compression", ["none", "zips", "zip"])
def test_plate_written_back_is_bit_identical(tmp_path: Path, media_files: ModuleType, compression: str) -> None:
    """With overscan, pixels twice as wide, 30, -0.1, NaN of both kinds, infinity; 106 rows are no multiple of 16."""
    stored = media_files.half_picture(106, 176, 4)
    plate = media_files.write_picture(
        tmp_path / "plate.exr", stored, "RGBA", {"PixelAspectRatio": 2.0, "compression": "piz"},
        x=-8, y=-8, full_x=0, full_y=0, full_width=160, full_height=90,
    )  # fmt: skip
    frame = read_picture(str(plate), 1)
    result = tmp_path / "result.exr"
    write_frame(str(result), _channels(frame), frame.header, compression=compression)
    written = media_files.read_channels(result)
    for index, name in enumerate("RGBA"):
        np.testing.assert_array_equal(media_files.bits(written[name]), media_files.bits(stored[..., index]))
    again = read_picture(str(result), 1)
    assert again.header == frame.header


def test_every_half_there_is_survives(tmp_path: Path, media_files: ModuleType) -> None:
    halves = np.arange(65536, dtype=np.uint16).view(np.float16).reshape(256, 256)
    path = tmp_path / "a.exr"
    write_frame(str(path), dict.fromkeys("RGB", halves), _header(256, 256))
    np.testing.assert_array_equal(media_files.bits(media_files.read_channels(path)["G"]), media_files.bits(halves))


def test_every_attribute_passes_through_untouched(tmp_path: Path, media_files: ModuleType) -> None:
    """Also the ones that OpenImageIO renames, drops or refuses, and types that nobody knows."""
    kept = [
        ("timeCode", "timecode", struct.pack("<II", 0x01020304, 0xDEADBEEF)),
        ("keyCode", "keycode", struct.pack("<7i", 1, 2, 3, 4, 5, 4, 64)),
        ("chromaticities", "chromaticities", struct.pack("<8f", 0.64, 0.33, 0.3, 0.6, 0.15, 0.06, 0.3127, 0.329)),
        ("framesPerSecond", "rational", struct.pack("<iI", 24000, 1001)),
        ("owner", "string", "Größe & Söhne".encode()),
        ("latin", "string", b"caf\xe9"),
        ("empty", "string", b""),
        ("worldToCamera", "m44f", struct.pack("<16f", *range(16))),
        ("exact", "double", struct.pack("<d", 1 / 3)),
        ("box", "box2f", struct.pack("<4f", 1, 2, 3, 4)),
        ("names", "stringvector", struct.pack("<i", 3) + b"one" + struct.pack("<i", 0)),
        ("blob", "studioBlob", bytes(range(256))),
        ("oiio:subimagename", "string", b"ours"),
        ("cryptomatte/1a2b3c4/manifest", "string", b"{}" * 40000),
        ("a name of more than thirty-one characters, which sets a flag", "int", struct.pack("<i", -5)),
        ("view", "string", b"left"),
    ]
    left_behind = [
        ("preview", "preview", struct.pack("<II", 1, 1) + b"\1\2\3\4"),
        ("acesImageContainerFlag", "int", struct.pack("<i", 1)),
        ("name", "string", b"beauty"),
    ]
    plate = media_files.raw_exr(tmp_path / "plate.exr", media_files.half_picture(8, 10), [*kept, *left_behind])
    frame = read_picture(str(plate), 1)
    result = tmp_path / "result.exr"
    header = replace(
        frame.header, attributes={**frame.attributes, "fsgan/status": "swapped", "fsgan/synthetic_media": 1}
    )
    write_frame(str(result), _channels(frame), header)
    before, after = media_files.raw_attributes(plate), media_files.raw_attributes(result)
    added = {name: after.pop(name) for name in ("fsgan/status", "fsgan/synthetic_media")}
    assert added == {"fsgan/status": ("string", b"swapped"), "fsgan/synthetic_media": ("int", struct.pack("<i", 1))}
    assert set(before) - set(after) == {name for name, _, _ in left_behind}
    assert set(after) <= set(before)
    del before["compression"], after["compression"]  # none there, zip here
    assert {name: before[name] for name in after} == after
    media_files.read_channels(result)  # an independent reader accepts it


def test_mixed_types_in_one_file(tmp_path: Path, media_files: ModuleType) -> None:
    rows, columns = np.mgrid[0:90, 0:161].astype(np.float32)
    channels = {
        "R": rows / 7, "G": columns / 7, "B": rows * columns, "A": np.ones_like(rows),
        "fsgan_matte.A": np.zeros_like(rows), "fsgan_st.U": (columns + 0.5) / 161, "fsgan_st.V": (rows + 0.5) / 90,
    }  # fmt: skip
    path = tmp_path / "a.exr"
    write_frame(str(path), channels, _header(90, 161))
    written = media_files.read_channels(path)
    assert set(written) == set(channels)
    for name, pixels in channels.items():
        kind = np.float32 if name.startswith("fsgan_st.") else np.float16
        assert written[name].dtype == kind
        np.testing.assert_array_equal(written[name], pixels.astype(kind))


def test_negative_zero_keeps_its_sign_among_black(tmp_path: Path, media_files: ModuleType) -> None:
    """Black rows are written by a shorter way, which must not take -0 for black."""
    pixels = np.zeros((40, 64), np.float32)
    pixels[33, 5] = -0.0
    write_frame(str(tmp_path / "a.exr"), {"R": pixels}, _header(40, 64))
    written = media_files.bits(media_files.read_channels(tmp_path / "a.exr")["R"])
    assert written[33, 5] == 0x8000
    assert np.count_nonzero(written) == 1


def test_float_result_keeps_float_values(tmp_path: Path, media_files: ModuleType) -> None:
    values = np.random.default_rng(0).normal(0, 1e6, (64, 64)).astype(np.float32)
    write_frame(str(tmp_path / "a.exr"), {"R": values}, _header(64, 64), bit_depth="float")
    np.testing.assert_array_equal(media_files.read_channels(tmp_path / "a.exr")["R"], values)


def test_alpha_of_a_png_is_scaled_to_one(tmp_path: Path, media_files: ModuleType) -> None:
    alpha = np.full((64, 64), 65535, np.uint16)
    write_frame(str(tmp_path / "a.exr"), {"A": alpha}, _header(64, 64))
    assert (media_files.read_channels(tmp_path / "a.exr")["A"] == 1.0).all()


@pytest.mark.parametrize(("height", "width"), [(1, 1), (16, 16), (17, 3), (64, 64), (65, 97)])
def test_any_size_can_be_written(tmp_path: Path, media_files: ModuleType, height: int, width: int) -> None:
    pixels = np.random.default_rng(0).random((height, width)).astype(np.float16)
    for compression in ("none", "zips", "zip"):
        write_frame(str(tmp_path / "a.exr"), {"Y": pixels}, _header(height, width), compression=compression)
        np.testing.assert_array_equal(media_files.read_channels(tmp_path / "a.exr")["Y"], pixels)


def test_path_with_spaces_and_non_ascii_letters_in_a_new_folder(tmp_path: Path, media_files: ModuleType) -> None:
    path = tmp_path / "Größe 東京" / "ä b.0001.exr"
    pixels = media_files.half_picture(64, 64)
    write_frame(str(path), {name: pixels[..., index] for index, name in enumerate("RGB")}, _header(64, 64))
    np.testing.assert_array_equal(media_files.bits(read_picture(str(path), 1).native), media_files.bits(pixels))
    assert os.listdir(path.parent) == [path.name]


def test_same_frame_gives_the_same_file(tmp_path: Path, media_files: ModuleType) -> None:
    pixels = media_files.half_picture(300, 200)
    channels = {name: pixels[..., index] for index, name in enumerate("RGB")}
    for name in ("a.exr", "b.exr"):
        write_frame(str(tmp_path / name), channels, _header(300, 200))
    assert (tmp_path / "a.exr").read_bytes() == (tmp_path / "b.exr").read_bytes()


# Bad output.


def test_file_type_depth_and_compression_are_checked_before_writing(tmp_path: Path) -> None:
    pixels = {"R": np.zeros((4, 4), np.float16)}
    with pytest.raises(JobError, match=r"End the output in \.exr"):
        write_frame(str(tmp_path / "a.png"), pixels, _header(4, 4))
    with pytest.raises(JobError, match="none, zips, zip"):
        write_frame(str(tmp_path / "a.exr"), pixels, _header(4, 4), compression="dwaa")
    with pytest.raises(JobError, match="half or float"):
        write_frame(str(tmp_path / "a.exr"), pixels, _header(4, 4), bit_depth="int")
    assert not list(tmp_path.iterdir())


def test_channel_of_another_size_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="data window"):
        write_frame(str(tmp_path / "a.exr"), {"R": np.zeros((4, 5), np.float16)}, _header(4, 4))
    assert not list(tmp_path.iterdir())


def test_file_in_place_of_the_folder_is_an_output_error(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    with pytest.raises(OutputError, match="not a folder"):
        write_frame(str(tmp_path / "out" / "a.exr"), {"R": np.zeros((4, 4), np.float16)}, _header(4, 4))


_WRITE_PAST_A_LIMIT = """
import resource, sys
import numpy as np
from fsgan_core.errors import OutputError
from fsgan_core.media.plate_frame import PictureHeader
from fsgan_core.media.write import write_frame
from fsgan_core.shot.image_window import ImageWindow
resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
window = ImageWindow.of_size(200, 200)
noise = np.random.default_rng(0).random((200, 200)).astype(np.float16)
try:
    write_frame(sys.argv[1], dict.fromkeys("RGB", noise), PictureHeader(window, window))
except OutputError as error:
    print(error)
    sys.exit(error.exit_code)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="file size limits are POSIX")
def test_full_disk_is_an_output_error_and_leaves_the_old_file(tmp_path: Path, repository: Path) -> None:
    """The system refuses the 50,001st byte, as it does on a full disk (EFBIG for ENOSPC)."""
    path = tmp_path / "a.exr"
    path.write_bytes(b"the old one")
    command = [sys.executable, "-c", _WRITE_PAST_A_LIMIT, str(path)]
    done = subprocess.run(command, cwd=repository, capture_output=True, text=True, timeout=60)
    assert done.returncode == 7, done.stderr
    assert "Free some space" in done.stdout
    assert str(path) in done.stdout
    assert os.listdir(tmp_path) == ["a.exr"]
    assert path.read_bytes() == b"the old one"
