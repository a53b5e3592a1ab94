"""How soon a render starts: as a process of its own, and through `fsgan serve` the first and the second time.

    python benchmarks/serve_start.py [--frames 1001-1002] [--rounds 3]

Prints, for each way, the seconds to the first event, to the first frame and to the end of a two-frame job whose
analysis is on disk, as a second render in a host has it.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import fsgan_core
from fsgan_core.host.engine_run import EngineRun, start_run
from fsgan_core.host.find_engine import find_engine
from fsgan_core.host.served_run import start_served_run, stop_server
from fsgan_core.job.progress import ProgressEvent
from fsgan_core.job.settings import AnalyzeSettings, SwapSettings
from fsgan_core.job.spec import Pictures, SwapJob

PLATES = Path(fsgan_core.__file__).parent / "samples" / "plates"


def timed(start: object, job: SwapJob) -> tuple[float, float, float]:
    """Seconds to the first event, to the first frame of the swap, and to the end."""
    began = time.monotonic()
    run = start(job, find_engine())  # type: ignore[operator]
    assert isinstance(run, EngineRun)
    moments: dict[str, float] = {}

    def hear(event: ProgressEvent) -> None:
        now = time.monotonic() - began
        moments.setdefault("event", now)
        if event.event == "frame" and str(event.step).startswith("swap"):
            moments.setdefault("frame", now)

    # EngineRun.wait looks every 50 ms: that is part of what is told.
    run.wait(600, hear)
    run.outcome.raise_if_failed()
    return moments["event"], moments["frame"], time.monotonic() - began


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--frames", default="1001-1002")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fsgan_serve_") as folder:
        os.environ["FSGAN_SERVE_DIR"] = os.path.join(folder, "s")
        settings = SwapSettings(frames=options.frames, source_frames="1001")
        job = SwapJob(
            Pictures(str(PLATES / "b" / "plate.%04d.exr")),
            Pictures(str(PLATES / "a" / "plate.%04d.exr")),
            os.path.join(folder, "warm.%04d.exr"),
            settings,
            AnalyzeSettings(frames=options.frames),
            plate_analysis=os.path.join(folder, "plate.npz"),
            source_analysis=os.path.join(folder, "source.npz"),
        )
        find_engine()
        timed(start_run, job)  # leaves the analysis, and the files of Python and torch in the system's memory
        numbers = iter(range(1000))

        def fresh() -> SwapJob:
            return replace(job, out=os.path.join(folder, f"out{next(numbers)}.%04d.exr"))

        show("own process", [timed(start_run, fresh()) for _ in range(options.rounds)])
        show("serve, first", [timed(start_served_run, fresh())])
        show("serve, later", [timed(start_served_run, fresh()) for _ in range(options.rounds)])
        stop_server()
    sys.stdout.write(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores\n")


def show(name: str, rounds: list[tuple[float, float, float]]) -> None:
    """One line: medians."""
    event, frame, end = (statistics.median(values) for values in zip(*rounds, strict=True))
    sys.stdout.write(f"{name:<14} first event {event:5.2f} s   first frame {frame:5.2f} s   all {end:5.2f} s\n")


if __name__ == "__main__":
    main()
