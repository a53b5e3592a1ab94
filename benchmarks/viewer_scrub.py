"""How fast the viewer opens a long shot and scrubs through it at 1280x720.

    QT_QPA_PLATFORM=offscreen python benchmarks/viewer_scrub.py [--frames 1000] [--scrub 200] [--view NAME]

Writes a shot of layered results (every layer that a swap writes, zip) with an analysis of two faces, then opens it in a
window of 1280x720 picture pixels, unscaled. A frame counts when it is painted. "cold" is the first pass, whose frames
are read from disk; "again" is the same way back, from memory; "jumps" are frames in random order, none of them seen
before. The frames of the shot are hard links to twenty different files, so that the disk holds 60 MB and not 3 GB.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PyQt5.QtWidgets import QApplication

from fsgan_core.media.layer_names import LAYER_CHANNELS
from fsgan_core.media.picture_layers import read_layer
from fsgan_core.media.plate_frame import PictureHeader
from fsgan_core.media.write import write_frame
from fsgan_core.shot.image_window import ImageWindow
from fsgan_viewer.main_window import MainWindow
from fsgan_viewer.models.display_transform import display_views
from fsgan_viewer.models.opened_shot import find_shot
from fsgan_viewer.style import apply_style

WIDTH, HEIGHT = 1280, 720
DIFFERENT = 20
SAMPLES = Path(__file__).parent.parent / "fsgan_core" / "samples" / "plates" / "b"


def say(line: str) -> None:
    """One line of the report."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--frames", type=int, default=1000)
    parser.add_argument("--scrub", type=int, default=200)
    parser.add_argument("--view", default="", help="part of the name of an OCIO view; empty: the one it begins with")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="fsgan_scrub_"))
    try:
        numbers = write_shot(folder, options.frames)
        size_mb = os.path.getsize(folder / f"swap.{numbers[0]}.exr") / 1e6
        say(f"{len(numbers)} frames of {WIDTH}x{HEIGHT}, {size_mb:.1f} MB each; load {os.getloadavg()[0]:.1f}")
        measure(folder, numbers, options.scrub, options.view)
    finally:
        shutil.rmtree(folder)


def measure(folder: Path, numbers: list[int], count: int, view_name: str) -> None:
    """Open the shot and scrub."""
    application = QApplication([])
    apply_style(application)
    started, cpu = time.perf_counter(), time.process_time()
    window = MainWindow(find_shot(str(folder / "swap.%04d.exr")))
    window.resize(WIDTH + 420, HEIGHT + 320)
    window.show()
    wait_for(application, window, numbers[0])
    cpu = time.process_time() - cpu
    say(f"opened and the first frame painted: {time.perf_counter() - started:.2f} s ({cpu:.2f} s of CPU)")
    while window.shot._scan is not None and window.shot._scan._thread.is_alive():
        application.processEvents()
    say(f"statuses of all frames known: {time.perf_counter() - started:.2f} s")
    if view_name:
        view = next(one for one in display_views() if view_name.lower() in one.label.lower())
        window.session.display(view=view)
        wait_for(application, window, numbers[0])
    say(f"view: {window.session.settings.view.label}")
    way = numbers[1 : count + 1]
    say(f"cold:  {rate(application, window, way)}")
    again = way[-min(len(way), 100) :][::-1]
    say(f"again: {rate(application, window, again)}")
    unseen = numbers[count + 30 :]
    jumps = random.Random(1).sample(unseen, min(count // 2, len(unseen)))
    say(f"jumps: {rate(application, window, jumps)}")
    say(f"load {os.getloadavg()[0]:.1f}")
    window.shut_down()


def rate(application: QApplication, window: MainWindow, frames: list[int]) -> str:
    """Frames painted a second, each asked for when the one before is on the screen; and what a frame costs the CPU."""
    started, cpu = time.perf_counter(), time.process_time()
    for frame in frames:
        window.widgets.timeline.scrubbed.emit(frame)
        wait_for(application, window, frame)
    seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
    cpu_ms = 1000 * cpu / len(frames)
    return f"{len(frames) / seconds:.1f} frames/s ({cpu_ms:.0f} ms of CPU a frame, reading ahead included)"


def wait_for(application: QApplication, window: MainWindow, frame: int) -> None:
    """Until a frame is painted."""
    view = window.widgets.view
    deadline = time.perf_counter() + 30
    while time.perf_counter() < deadline:
        application.processEvents()
        loaded = view.loaded()
        if loaded is not None and loaded.request.frame == frame and loaded.request.settings == window.session.settings:
            view.repaint()
            return
        time.sleep(0.0005)
    raise SystemExit(f"frame {frame} was not shown within 30 s")


def write_shot(folder: Path, count: int) -> list[int]:
    """Results with every layer, linked from a few different ones, and an analysis; gives the frame numbers."""
    numbers = list(range(1001, 1001 + count))
    for index in range(min(DIFFERENT, count)):
        write_result(folder / f"swap.{numbers[index]}.exr", 1001 + index)
    for index in range(DIFFERENT, count):
        os.link(folder / f"swap.{numbers[index % DIFFERENT]}.exr", folder / f"swap.{numbers[index]}.exr")
    write_analysis(folder / "swap.plate.npz", numbers)
    return numbers


def write_result(path: Path, sample: int) -> None:
    """A bundled plate at the size of the benchmark, and layers that hold something where its face is."""
    plate = read_layer(str(SAMPLES / f"plate.{sample}.exr"), sample).pixels[..., :3]
    rows = np.linspace(0, plate.shape[0] - 1, HEIGHT).astype(int)
    columns = np.linspace(0, plate.shape[1] - 1, WIDTH).astype(int)
    picture = plate[rows][:, columns].astype(np.float16)
    inside = np.zeros((HEIGHT, WIDTH), bool)
    inside[150:550, 400:820] = True
    channels = {channel: np.ascontiguousarray(picture[..., index]) for index, channel in enumerate("RGB")}
    for layer, names in LAYER_CHANNELS.items():
        kind = np.float32 if layer == "fsgan_st" else np.float16
        for index, name in enumerate(names):
            channels[f"{layer}.{name}"] = np.where(inside, picture[..., index % 3], 0).astype(kind)
    window = ImageWindow.of_size(WIDTH, HEIGHT)
    write_frame(str(path), channels, PictureHeader(window, window, 1.0, {"fsgan/status": "swapped"}))


def write_analysis(path: Path, numbers: list[int]) -> None:
    """Two faces on every frame."""
    count, frames = len(numbers), np.array(numbers)
    arrays: dict[str, np.ndarray] = {"frames": frames}
    for track in (1, 2):
        matrices = np.repeat(np.eye(3)[None], count, 0)
        fields = {
            "frames": frames, "boxes": np.tile(np.array([400, 150, 820, 570], np.float32), (count, 1)),
            "scores": np.full(count, 0.9, np.float32), "plate_to_crop": matrices, "crop_size": np.array(256),
            "landmarks": np.random.default_rng(track).uniform(400, 800, (count, 98, 2)).astype(np.float32),
            "poses": np.cumsum(np.random.default_rng(track).normal(0, 0.4, (count, 3)), 0).astype(np.float32),
            "sharpness": np.ones(count, np.float32), "window_origins": np.zeros((count, 2), int),
        }  # fmt: skip
        arrays |= {f"face{track}/{name}": values for name, values in fields.items()}
    arrays["about"] = np.array(json.dumps({"version": 1, "key": "benchmark", "faces": [1, 2]}))
    np.savez(path, **arrays)


if __name__ == "__main__":
    main()
