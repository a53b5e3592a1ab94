"""The engine as a compositor meets it: the command, the bundled weights, the bundled plates."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import OpenImageIO as oiio  # noqa: N813
import pytest

from fsgan_core.geometry.resample import resize_picture
from fsgan_core.media.movie import write_movie
from fsgan_core.media.plate_frame import PictureHeader
from fsgan_core.media.read import open_plate
from fsgan_core.media.write import write_frame
from fsgan_core.shot.image_window import ImageWindow
from fsgan_core.shot.plate import Plate

SIZE = (180, 320)
"""Height and width that the bundled plates are shrunk to: the faces are still 100 px high."""


def small_frames(sample_plates: Path, name: str, numbers: range) -> dict[int, np.ndarray]:
    """Frames of a bundled plate, (180, 320, 3) linear, numbered from 1."""
    with open_plate(Plate(str(sample_plates / name / "plate.%04d.exr"))) as reader:
        return {i + 1: resize_picture(reader.read(number).rgb, SIZE) for i, number in enumerate(numbers)}


def write_plate(folder: Path, name: str, frames: dict[int, np.ndarray]) -> str:
    header = PictureHeader(ImageWindow.of_size(SIZE[1], SIZE[0]), ImageWindow.of_size(SIZE[1], SIZE[0]))
    for number, picture in frames.items():
        channels = {channel: picture[..., index] for index, channel in enumerate("RGB")}
        write_frame(str(folder / f"{name}.{number:04d}.exr"), channels, header)
    return str(folder / f"{name}.%04d.exr")


def fsgan(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "fsgan_core.cli.main", *arguments, "--device", "cpu", "--log", "plain"]


def run(*arguments: str) -> str:
    done = subprocess.run(fsgan(*arguments), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def read_channels(path: Path) -> dict[str, np.ndarray]:
    picture = oiio.ImageInput.open(str(path))
    spec = picture.spec()
    pixels = np.asarray(picture.read_image(oiio.FLOAT)).reshape(spec.height, spec.width, spec.nchannels)
    picture.close()
    return {name: pixels[..., index] for index, name in enumerate(spec.channelnames)}


@pytest.fixture(scope="module")
def plates(sample_plates: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """Three frames of plate a, and a still of plate b."""
    folder = tmp_path_factory.mktemp("plates")
    plate = write_plate(folder, "a", small_frames(sample_plates, "a", range(1001, 1004)))
    still = write_plate(folder, "b", small_frames(sample_plates, "b", range(1001, 1002)))
    return plate, still.replace("%04d", "0001")


def test_chunks_of_a_real_swap_are_bit_identical_and_hold_the_contract(plates: tuple[str, str], tmp_path: Path) -> None:
    plate, still = plates
    analyses = ["--plate-analysis", str(tmp_path / "p.npz"), "--source-analysis", str(tmp_path / "s.npz")]
    swap = ["swap", "--source", still, "--plate", plate, *analyses]
    said = run(*swap, "--out", str(tmp_path / "whole.%04d.exr"))
    assert "3 frames (3 swapped)" in said
    run(*swap, "--out", str(tmp_path / "part.%04d.exr"), "--frames", "2-3")
    run(*swap, "--out", str(tmp_path / "part.%04d.exr"), "--frames", "1")
    for number in (1, 2, 3):
        whole, part = (tmp_path / f"{name}.{number:04d}.exr" for name in ("whole", "part"))
        assert whole.read_bytes() == part.read_bytes()
        result, native = read_channels(whole), read_channels(Path(plate % number))
        matte = result["fsgan_matte.A"]
        assert (matte == 1).any()
        for channel in "RGB":
            np.testing.assert_array_equal(result[channel][matte == 0], native[channel][matte == 0])
            mixed = result[f"fsgan_blend.{channel}"] * matte + native[channel] * (1 - matte)
            np.testing.assert_allclose(result[channel], mixed, rtol=2**-10, atol=2e-7)


def test_a_movie_on_a_movie(sample_plates: Path, tmp_path: Path) -> None:
    def movie(name: str) -> str:
        frames = small_frames(sample_plates, name, range(1001, 1003)).values()
        coded = [(np.clip(frame, 0, 1) ** (1 / 2.2) * 255).astype(np.uint8) for frame in frames]
        path = str(tmp_path / f"{name}.mp4")
        write_movie(path, coded, 24)
        return path

    run("swap", "--source", movie("a"), "--plate", movie("b"), "--out", str(tmp_path / "out.%04d.exr"))
    for number in (1, 2):
        result = read_channels(tmp_path / f"out.{number:04d}.exr")
        assert (result["fsgan_matte.A"] == 1).any()
        assert result["R"].shape == SIZE


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGTERM")
def test_sigterm_leaves_only_complete_frames(sample_plates: Path, tmp_path: Path) -> None:
    first = small_frames(sample_plates, "a", range(1001, 1002))[1]
    plate = write_plate(tmp_path, "a", dict.fromkeys(range(1, 13), first))
    still = write_plate(tmp_path, "b", small_frames(sample_plates, "b", range(1001, 1002))) % 1
    out = tmp_path / "out"
    swap = fsgan("swap", "--source", still, "--plate", plate, "--out", str(out / "out.%04d.exr"))
    with subprocess.Popen(swap, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as engine:
        deadline = time.monotonic() + 500
        while not list(out.glob("out.*.exr")) and engine.poll() is None and time.monotonic() < deadline:
            time.sleep(0.02)
        engine.send_signal(signal.SIGTERM)
        said, _ = engine.communicate(timeout=120)
    assert engine.returncode == 143, said
    written = sorted(out.iterdir())
    assert 1 <= len(list(out.glob("out.*.exr"))) < 12
    assert all(path.suffix in (".exr", ".npz") and not path.name.startswith(".") for path in written), written
    for path in out.glob("out.*.exr"):
        assert read_channels(path)["fsgan_st.V"].shape == SIZE
