"""What an engine process costs at several plate sizes: the numbers behind `fsgan plan`.

    python benchmarks/plan_costs.py [--frames 8] [--sizes 360 720 1440]

Swaps the bundled plates, resized, in a fresh process for each size, and prints the constants of
`fsgan_core.cli.plan_report.MEASURED`: straight lines through the sizes. Seconds are CPU seconds over the cores: what a
clock shows on a quiet machine, and on a busy one only a little more than that. It prints the load.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from fsgan_core.geometry.resample import resize_picture
from fsgan_core.job.job_file import write_job
from fsgan_core.job.settings import SwapSettings
from fsgan_core.job.spec import Pictures, SwapJob
from fsgan_core.media.plate_frame import PictureHeader
from fsgan_core.media.read import open_plate
from fsgan_core.media.write import write_frame
from fsgan_core.shot.image_window import ImageWindow
from fsgan_core.shot.plate import Plate

SAMPLES = Path(__file__).parent.parent / "fsgan_core" / "samples" / "plates"
FIRST_FRAME = 1001

RUN = """
import json, os, resource, sys, time
from fsgan_core.cli.plan_report import StepClock
from fsgan_core.cli.job_commands import read_local_job
from fsgan_core.cli.run_job import run_job
job = read_local_job(sys.argv[1], "")
cores = os.cpu_count()
clock = StepClock(lambda: time.process_time() / cores)
run_job(job, clock)
clock.stop()
plate = job.plate.path
print(json.dumps({
    "analyze": clock.seconds_of(f"find faces in {plate}", f"measure faces in {plate}"),
    "swap": clock.seconds_of("swap"),
    "all": time.process_time() / cores,
    "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9,
}))
"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--frames", type=int, default=8)
    parser.add_argument("--sizes", type=int, nargs="+", default=[360, 720, 1440], help="plate heights in pixels")
    options = parser.parse_args()
    rows = [measure(height, options.frames) for height in options.sizes]
    megapixels = [row["megapixels"] for row in rows]
    say(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores at {time.strftime('%H:%M')}")
    for name in ("memory", "swap", "analyze"):
        slope, base = np.polyfit(megapixels, [row[name] for row in rows], 1)
        say(f"{name}: {base:.3f} + {slope:.3f} a megapixel")
    for name in ("disk", "disk_bare"):
        say(f"{name}: {np.mean([row[name] / row['megapixels'] for row in rows]):.2f} MB a megapixel")
    say(f"start: {np.mean([row['start'] for row in rows]):.1f} s")


def measure(height: int, frames: int) -> dict[str, float]:
    """The costs of a job at one plate size; seconds a frame, GB, MB a file."""
    with tempfile.TemporaryDirectory(prefix="fsgan_costs_") as folder:
        job, width = sample_job(Path(folder), height, frames)
        found = run(job, Path(folder))
        sizes = {
            "disk": written_mb(Path(folder) / "out"),
            # Without layers the result is as large as the plate, which is written the same way.
            "disk_bare": written_mb(Path(folder), "a.*.exr"),
        }
    row = {
        "megapixels": width * height / 1e6,
        "memory": found["memory"],
        "swap": found["swap"] / frames,
        "analyze": found["analyze"] / frames,
        "start": found["all"] - found["swap"] - found["analyze"],
        **sizes,
    }
    say(json.dumps({name: round(value, 3) for name, value in row.items()}))
    return row


def sample_job(folder: Path, height: int, frames: int) -> tuple[SwapJob, int]:
    """Plate a, resized, with two frames of plate b as source; and its width."""
    width = height * 16 // 9
    for name, count in (("a", frames), ("b", 2)):
        with open_plate(Plate(str(SAMPLES / name / "plate.%04d.exr"))) as reader:
            for index in range(count):
                frame = reader.read(reader.frames[index % len(reader.frames)])
                picture = resize_picture(frame.rgb, (height, width))
                window = ImageWindow.of_size(width, height)
                channels = {channel: picture[..., at] for at, channel in enumerate("RGB")}
                path = folder / f"{name}.{FIRST_FRAME + index:04d}.exr"
                write_frame(str(path), channels, PictureHeader(window, window))
    plate, source = (Pictures(str(folder / f"{name}.%04d.exr")) for name in "ab")
    return SwapJob(plate, source, str(folder / "out" / "swap.%04d.exr"), SwapSettings(device="cpu")), width


def run(job: SwapJob, folder: Path) -> dict[str, float]:
    """Run a job in a fresh process."""
    write_job(job, str(folder / "job.json"))
    command = [sys.executable, "-c", RUN, str(folder / "job.json")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def written_mb(folder: Path, pattern: str = "*.exr") -> float:
    """Mean size of some files."""
    return float(np.mean([path.stat().st_size for path in folder.glob(pattern)])) / 1e6


def say(line: str) -> None:
    """One line, at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
