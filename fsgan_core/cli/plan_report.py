"""What a plan needs, in numbers and in words; the costs are the measured ones below, or measured on the spot."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from fsgan_core.errors import JobError
from fsgan_core.farm.estimate import Costs, estimate
from fsgan_core.farm.task_plan import RENDER, TaskPlan
from fsgan_core.job.progress import Progress, ProgressEvent
from fsgan_core.job.spec import SwapJob
from fsgan_core.media.read import open_plate
from fsgan_core.shot.frame_range import FrameRange

MEASURED = Costs(
    origin="benchmarks/plan_costs.py on 2 cores of an x86 server, no GPU",
    memory_gb=0.54,
    memory_gb_per_megapixel=0.22,
    disk_mb_per_megapixel=5.2,
    disk_mb_per_megapixel_bare=2.5,
    seconds_per_frame=0.15,
    seconds_per_megapixel=0.1,
    analyze_seconds_per_frame=0.1,
    analyze_seconds_per_megapixel=0.07,
    start_seconds=1.3,
)
MEASURED_FRAMES = 3


def plan_needs(plan: TaskPlan, *, measure: bool) -> dict[str, Any]:
    """What a plan needs, for JSON: its steps, and for a job that makes frames the estimate.

    Args:
        plan: The tasks.
        measure: Make a few frames here and count with their costs.

    Raises:
        FsganError: The plate cannot be opened; with `measure` also as of the pipeline.
        JobError: Another job than a swap is to be measured.
    """
    steps = [{"name": step.name, "tasks": max(1, len(plan.chunks(step)))} for step in plan.steps]
    if measure and not isinstance(plan.job, SwapJob):
        raise JobError("--measure needs a swap job.")
    if not any(step.name == RENDER for step in plan.steps):
        return {"name": plan.name, "steps": steps, "frames": 0, "chunks": 0}
    width, height = _plate_size(plan.job)
    costs = measured_here(plan.job, plan) if measure else MEASURED
    return {"name": plan.name, "steps": steps, **estimate(plan, width, height, costs).as_dict()}


def plan_lines(needs: dict[str, Any]) -> list[str]:
    """The same for people."""
    steps = ", ".join(f"{step['name']} ({step['tasks']})" for step in needs["steps"])
    lines = [f"{needs['name']}: {steps}"]
    if needs["frames"]:
        minutes = needs["total_seconds"] / 60
        lines += [
            f"frames    {needs['frames']} of {needs['width']}x{needs['height']} px, in {needs['chunks']} chunks of "
            f"{needs['chunk_frames']} or fewer",
            f"memory    {needs['memory_gb']} GB for each engine",
            f"disk      {needs['disk_gb']} GB",
            f"time      {needs['seconds_per_frame']} s a frame, {minutes:.0f} min in all on one machine",
            f"costs     {needs['costs']}",
        ]
    return lines


def measured_here(job: Any, plan: TaskPlan) -> Costs:
    """The costs of a few frames of the job, made on this machine into a folder that is removed.

    Memory is the highest of this process, so it holds the whole cost; nothing is said about other plate sizes.

    Raises:
        FsganError: As of the pipeline.
    """
    from fsgan_core.cli.run_job import run_job

    frames = next(step.frames for step in plan.steps if step.name == RENDER)
    assert frames is not None
    some = FrameRange(frames.numbers[:MEASURED_FRAMES])
    with tempfile.TemporaryDirectory(prefix="fsgan_plan_") as folder:
        out = os.path.join(folder, os.path.basename(job.out))
        short = replace(job.for_frames(str(some)), out=out, analyze=replace(job.analyze, frames=str(some)))
        for name in ("plate_analysis", "source_analysis", "driver_analysis"):
            short = replace(short, **{name: ""}) if hasattr(short, name) else short
        clock = StepClock()
        started = time.monotonic()
        run_job(short, clock)
        clock.stop()
        spent = time.monotonic() - started
        sizes = [entry.stat().st_size for entry in os.scandir(folder) if entry.name.endswith(".exr")]
    width, height = _plate_size(job)
    megapixels, count = width * height / 1e6, len(some)
    per_frame = clock.seconds_of("swap", "reenact", "pose", "expression") / count
    analyze = clock.seconds_of(f"find faces in {job.plate.path}", f"measure faces in {job.plate.path}") / count
    disk = sum(sizes) / 1e6 / count / megapixels
    return Costs(
        origin=f"{count} frames made on this machine just now",
        memory_gb=_highest_memory_gb(),
        memory_gb_per_megapixel=0.0,
        disk_mb_per_megapixel=disk,
        disk_mb_per_megapixel_bare=disk,
        seconds_per_frame=per_frame,
        seconds_per_megapixel=0.0,
        analyze_seconds_per_frame=analyze,
        analyze_seconds_per_megapixel=0.0,
        start_seconds=max(0.0, spent - count * (per_frame + analyze)),
    )


class StepClock(Progress):
    """How long every step took.

    Args:
        now: What time it is, in seconds.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._now = now
        self._steps: list[tuple[str, float]] = []

    def show(self, event: ProgressEvent) -> None:
        """Note when a step begins."""
        if event.event == "step":
            self._steps.append((event.step or "", self._now()))

    def stop(self) -> None:
        """Note when the last step ended."""
        self._steps.append(("", self._now()))

    def seconds_of(self, *names: str) -> float:
        """Seconds of the steps whose names begin so."""
        ends = [start for _, start in self._steps[1:]]
        return sum(end - start for (name, start), end in zip(self._steps, ends, strict=False) if name.startswith(names))


def _plate_size(job: Any) -> tuple[int, int]:
    """Width and height of what is written on: the plate, or the source of a job that moves it."""
    plate = job.plate_to_analyze() if isinstance(job, SwapJob) else job.source_to_analyze()
    with open_plate(plate) as reader:
        frame = reader.read(reader.frames[0])
        return frame.width, frame.height


def _highest_memory_gb() -> float:
    """The most memory that this process has held; 0 where the system does not say (Windows)."""
    try:
        import resource
    except ImportError:
        return 0.0
    unit = 1 if os.uname().sysname == "Darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e9
