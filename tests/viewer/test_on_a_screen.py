"""The viewer on a real screen, which Xvfb lends: open, scrub, layers, bind, correct, puppet, cancel a job."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import OpenImageIO as oiio  # noqa: N813
import pytest

from fsgan_core.job.job_file import write_job
from fsgan_core.job.settings import SwapSettings
from fsgan_core.job.spec import Pictures, SwapJob

STOPS = ("1_open", "2_scrubbed", "3_layers", "4_corrected", "5_puppet", "6_job", "7_cancelled")
LIBRARIES = "libxcb-icccm4 libxcb-keysyms1 libxcb-xinerama0 libxcb-image0 libxcb-render-util0 libxkbcommon-x11-0"


@pytest.fixture
def display(why_no_qt: str) -> Iterator[str]:
    """A screen of its own."""
    if why_no_qt:
        pytest.skip(f"no window is opened here, Qt cannot be loaded: {why_no_qt}")
    xvfb = shutil.which("Xvfb")
    if xvfb is None:
        pytest.skip(f"no window is opened here, there is no Xvfb. On Debian: apt-get install xvfb {LIBRARIES}")
    reading, writing = os.pipe()
    command = [xvfb, "-displayfd", str(writing), "-screen", "0", "1600x1000x24", "-nolisten", "tcp"]
    server = subprocess.Popen(command, pass_fds=[writing], stderr=subprocess.DEVNULL)
    os.close(writing)
    with os.fdopen(reading) as stream:
        number = stream.readline().strip()
    assert number, "Xvfb did not start"
    yield f":{number}"
    server.terminate()
    server.wait(10)


@pytest.fixture
def swapped_shot(tmp_path: Path, sample_plates: Path) -> str:
    """A job whose result and map are there: four frames of plate b with three of plate a."""
    for name, last in (("b", 1004), ("a", 1003)):
        for frame in range(1001, last + 1):
            shutil.copy(sample_plates / name / f"plate.{frame}.exr", tmp_path / f"{name}.{frame}.exr")
    job = SwapJob(Pictures("b.%04d.exr"), Pictures("a.%04d.exr"), "swap.%04d.exr", SwapSettings(device="cpu"))
    path = str(tmp_path / "swap.job.json")
    write_job(job, path)
    fsgan = os.path.join(os.path.dirname(sys.executable), "fsgan")
    map_options = ["--source", str(tmp_path / "a.%04d.exr"), "--plate-analysis", str(tmp_path / "swap.plate.npz")]
    for arguments in (["run", path], ["appearance-map", *map_options, "--out", str(tmp_path / "swap.map.json")]):
        done = subprocess.run([fsgan, *arguments], capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stdout + done.stderr
    return path


def test_a_tour_through_the_window(display: str, swapped_shot: str, tmp_path: Path, repository: Path) -> None:
    folder = Path(os.environ.get("FSGAN_SCREENSHOTS", tmp_path / "screenshots"))
    folder.mkdir(exist_ok=True)
    environment = {**os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}
    environment["FSGAN_ENGINE"] = os.path.join(os.path.dirname(sys.executable), "fsgan")
    tour = [sys.executable, str(repository / "tests" / "viewer" / "screen_tour.py"), swapped_shot, str(folder)]
    done = subprocess.run(tour, env=environment, cwd=repository, capture_output=True, text=True, timeout=400)
    if "could not load the Qt platform plugin" in done.stderr.lower():
        pytest.skip(f"no window is opened here, Qt's xcb plug-in lacks a library: apt-get install {LIBRARIES}")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.split("\n")[-2] == "done"
    pictures = {name: oiio.ImageBuf(str(folder / f"{name}.png")).get_pixels(oiio.UINT8) for name in STOPS}
    for name, picture in pictures.items():
        assert picture.shape[0] > 800 and picture.std() > 20, f"{name} shows a window with a picture in it"
    for before, after in zip(STOPS, STOPS[1:], strict=False):
        size = np.minimum(pictures[before].shape, pictures[after].shape)
        different = pictures[before][: size[0], : size[1], :3] != pictures[after][: size[0], : size[1], :3]
        assert different.any(), f"{after} looks like {before}"
