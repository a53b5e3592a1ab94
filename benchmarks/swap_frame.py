"""How long one swapped frame takes, reading and writing its EXR included, and where the time goes.

    python benchmarks/swap_frame.py [--frames 20] [--size 1280x720] [--device cpu] [--threads 2]

A bundled plate is enlarged to the size, and three views of the other one are mixed on every frame. Frames run one after
the other; in a real swap reading and writing overlap the networks, which is the last figure.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from fsgan_core.cli.demo import SAMPLES
from fsgan_core.face.choose_face import choose_face
from fsgan_core.geometry.resample import resize_picture
from fsgan_core.job.progress import Progress
from fsgan_core.job.settings import AnalyzeSettings, SwapSettings
from fsgan_core.job.spec import Pictures, SwapJob
from fsgan_core.media.plate_frame import PictureHeader
from fsgan_core.media.read import open_plate
from fsgan_core.media.write import write_frame
from fsgan_core.pipeline import swap_shot
from fsgan_core.pipeline.analyze_shot import analyze_shot
from fsgan_core.pipeline.engine import frame_workers, open_engine
from fsgan_core.pipeline.frame_stream import stream_frames
from fsgan_core.pipeline.job_hash import job_hash
from fsgan_core.pipeline.linear_frame import read_linear
from fsgan_core.pipeline.result_writer import ResultWriter
from fsgan_core.pipeline.source_views import read_views
from fsgan_core.shot.frame_range import FrameRange
from fsgan_core.shot.image_window import ImageWindow
from fsgan_core.shot.plate import Plate
from fsgan_core.stages.appearance_map import build_appearance_map
from fsgan_core.stages.reenact import Reenactor
from fsgan_core.weights.load import Pack

VIEW_FRAMES = (1001, 1012, 1024)
VIEW_OFFSETS_DEG = ((-8.0, -5.0), (8.0, -5.0), (0.0, 9.0))
STAGES = ("crop_visible", "reenact", "segment_face", "inpaint", "blend", "soft_erode", "paste_layers")


class StageClock:
    """Adds up the seconds of named steps, one list entry a frame."""

    def __init__(self) -> None:
        self.seconds: dict[str, list[float]] = defaultdict(list)

    def timed(self, name: str, step: Callable[..., Any]) -> Callable[..., Any]:
        """The step, its time kept."""

        def run(*arguments: Any, **named: Any) -> Any:
            started = time.perf_counter()
            result = step(*arguments, **named)
            self.seconds[name].append(time.perf_counter() - started)
            return result

        return run


def main() -> None:
    """Measure and print."""
    options = _options()
    torch.set_num_threads(options.threads)
    with tempfile.TemporaryDirectory(prefix="fsgan_benchmark_") as folder:
        numbers = range(1, options.frames + 1)
        plate = _write_plate(Path(folder), options.size, numbers)
        out = str(Path(folder) / "out.%04d.exr")
        settings = SwapSettings(device=options.device, weights=options.weights)
        job = SwapJob(Pictures(plate), Pictures(str(SAMPLES / "b" / "plate.%04d.exr")), out, settings=settings)
        pack = open_engine(settings.weights, settings.device)
        face, swapper = _prepare(job, pack)
        clock = StageClock()
        for name in STAGES:
            setattr(swap_shot, name, clock.timed(name, getattr(swap_shot, name)))
        with open_plate(Plate(plate)) as reader:
            read = clock.timed("read EXR", lambda number: read_linear(reader, number))
            work = clock.timed("swap", lambda linear: swap_shot.swap_frame(linear, face, swapper))
            write = clock.timed("write EXR", ResultWriter(job, pack, list(numbers), job_hash(job, pack)).write)
            frame = clock.timed("frame", lambda number: write(work(read(number))))
            for number in numbers:
                frame(number)
            overlapped = _overlapped_seconds(numbers, read, work, write)
    sys.stdout.write(_table(clock, overlapped, options))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=20)
    parser.add_argument("--size", default="1280x720")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--weights", default="compact")
    parser.add_argument("--threads", type=int, default=2)
    return parser.parse_args()


def _write_plate(folder: Path, size: str, numbers: range) -> str:
    """A bundled frame at another size, under several numbers; its pattern."""
    width, height = (int(side) for side in size.split("x"))
    with open_plate(Plate(str(SAMPLES / "a" / "plate.%04d.exr"))) as reader:
        picture = resize_picture(reader.read(1001).rgb, (height, width))
    header = PictureHeader(ImageWindow.of_size(width, height), ImageWindow.of_size(width, height))
    for number in numbers:
        channels = {name: picture[..., index] for index, name in enumerate("RGB")}
        write_frame(str(folder / f"plate.{number:04d}.exr"), channels, header)
    return str(folder / "plate.%04d.exr")


def _prepare(job: SwapJob, pack: Pack) -> tuple[Any, swap_shot.FaceSwapper]:
    """The face of the first frame, the same on every other, and three views around its pose."""
    analyze = AnalyzeSettings(smooth=False)
    first = replace(job.plate_to_analyze(), frames=FrameRange.of([1]))
    face = choose_face(analyze_shot(first, pack, analyze), "largest").at(1)
    assert face is not None
    source = Plate(job.source.path, FrameRange.of(VIEW_FRAMES))
    source_face = choose_face(analyze_shot(source, pack, analyze), "largest")
    with open_plate(source) as reader:
        views = read_views(reader, source_face, np.arange(len(source_face)), Progress())
    around = [
        replace(view, pose=face.pose + np.array([*offset, 0], np.float32))
        for view, offset in zip(views, VIEW_OFFSETS_DEG, strict=True)
    ]
    reenactor = Reenactor(pack.reenactment, pack.transformer, job.settings.step_deg)
    swapper = swap_shot.FaceSwapper(pack, reenactor, build_appearance_map(around), job.settings)
    assert len(swapper.source.query(face.pose).indices) == 3
    return face, swapper


def _overlapped_seconds(
    numbers: range, read: Callable[..., Any], work: Callable[..., Any], write: Callable[..., Any]
) -> float:
    started = time.perf_counter()
    with frame_workers("cpu") as workers:
        for _ in stream_frames(numbers, read, work, write, workers):
            pass
    return (time.perf_counter() - started) / len(numbers)


def _table(clock: StageClock, overlapped: float, options: argparse.Namespace) -> str:
    """Medians over the frames that ran one after the other, and the time a frame takes in a shot."""
    medians = {name: statistics.median(times[: options.frames]) for name, times in clock.seconds.items()}
    names = ["read EXR", *STAGES, "write EXR"]
    rows = [(name, medians[name]) for name in names]
    rows.append(("other", medians["frame"] - sum(medians[name] for name in names)))
    rows += [("one frame", medians["frame"]), ("in a shot", overlapped)]
    title = (
        f"{options.size}, three views, {options.device}, {options.threads} threads, median of {options.frames} frames"
    )
    return "\n".join([title, *(f"  {name:<14} {1000 * seconds:7.1f} ms" for name, seconds in rows)]) + "\n"


if __name__ == "__main__":
    main()
