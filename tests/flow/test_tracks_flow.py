"""A compositor's round trip with the bundled weights: swap, export, drag a track, import, swap again."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import OpenImageIO as oiio  # noqa: N813
import pytest

from fsgan_core.geometry.resample import resize_picture
from fsgan_core.media.plate_frame import PictureHeader
from fsgan_core.media.read import open_plate
from fsgan_core.media.write import write_frame
from fsgan_core.shot.image_window import ImageWindow
from fsgan_core.shot.plate import Plate

HEIGHT, WIDTH = 270, 480


def run(*arguments: str) -> None:
    command = [sys.executable, "-m", "fsgan_core.cli.main", *arguments, "--log", "plain"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def small_plate(sample_plates: Path, folder: Path, name: str) -> str:
    window = ImageWindow.of_size(WIDTH, HEIGHT)
    with open_plate(Plate(str(sample_plates / name / "plate.%04d.exr"))) as reader:
        for number in (1001, 1002):
            picture = resize_picture(reader.read(number).rgb, (HEIGHT, WIDTH))
            channels = {channel: picture[..., index] for index, channel in enumerate("RGB")}
            write_frame(str(folder / f"{name}.{number}.exr"), channels, PictureHeader(window, window))
    return str(folder / f"{name}.%04d.exr")


def rgb(path: Path) -> np.ndarray:
    return np.asarray(oiio.ImageBuf(str(path)).get_pixels(oiio.FLOAT)[..., :3])


@pytest.mark.slow
def test_dragged_mouth_corner_changes_the_swap_there(sample_plates: Path, tmp_path: Path) -> None:
    plate, source = (small_plate(sample_plates, tmp_path, name) for name in ("a", "b"))
    analyses = ("--plate-analysis", str(tmp_path / "a.npz"), "--source-analysis", str(tmp_path / "b.npz"))
    swap = ("swap", "--source", source, "--plate", plate, *analyses, "--device", "cpu")
    run(*swap, "--out", str(tmp_path / "before.%04d.exr"))
    run("export", plate, "--out", str(tmp_path / "x"), "--analysis", str(tmp_path / "a.npz"), "--formats", "tracker")
    text = (tmp_path / "x" / "tracker.nk").read_text()
    line = next(line for line in text.splitlines() if '"lm76_mouth_left"' in line)
    x, y = (float(found) for found in re.findall(r"\{curve x1001 (\S+)", line)[:2])
    (tmp_path / "edited.nk").write_text(text.replace(line, line.replace(f"x1001 {x:g}", f"x1001 {x - 8:g}", 1)))
    tracks = ("import-tracks", str(tmp_path / "edited.nk"), "--plate", plate, "--analysis", str(tmp_path / "a.npz"))
    run(*tracks, "--out", str(tmp_path / "fixed.json"), "--fade-frames", "0")
    run(*swap, "--out", str(tmp_path / "after.%04d.exr"), "--corrections", str(tmp_path / "fixed.json"))
    change = np.abs(rgb(tmp_path / "after.1001.exr") - rgb(tmp_path / "before.1001.exr")).max(-1)
    row, column = round(HEIGHT - y), round(x)
    near = change[row - 12 : row + 12, column - 16 : column + 12]
    assert near.max() > 0.02
    assert near.mean() > 3 * np.delete(change, np.s_[row - 12 : row + 12], 0).mean()
    # The next frame has no key, and with nothing to fade its bits stay.
    np.testing.assert_array_equal(rgb(tmp_path / "after.1002.exr"), rgb(tmp_path / "before.1002.exr"))
