"""Long runs: engines that are killed again and again, and a shot forty times as long. Slow; figures are printed."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from fsgan_core.job.spec import SwapJob
from fsgan_core.pipeline.finished_frames import frame_problem
from fsgan_core.shot.frame_range import FrameRange

KILLS = 30
FRAMES = FrameRange.parse("1-200")
SEED = 20261125

posix_only = pytest.mark.skipif(os.name == "nt", reason="POSIX signals and resource figures")


@dataclass
class Run:
    """One engine process: what it said, and how it ended."""

    made: list[int]
    kept: list[int]
    exit_code: int


def say(capsys: pytest.CaptureFixture[str], line: str) -> None:
    with capsys.disabled():
        sys.stdout.write(line + "\n")


def complete_frames(job: SwapJob) -> set[int]:
    return {number for number in FRAMES if not frame_problem(job.out % number, "")}


def run_engine(farm_jobs: ModuleType, job: SwapJob, kill_after: tuple[str, float] | None) -> Run:
    """Run the job; kill it after so many seconds, or after so many frames of this run."""
    command = [*farm_jobs.ENGINE, "run", farm_jobs.job_file(job), "--log", "json"]
    run = Run([], [], 0)
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=farm_jobs.ENVIRONMENT) as engine:
        assert engine.stdout is not None
        if kill_after is not None and kill_after[0] == "seconds":
            time.sleep(kill_after[1])
            engine.send_signal(signal.SIGKILL)
        for line in engine.stdout:
            event = json.loads(line)
            if event["event"] != "frame" or not event["step"].startswith(("swap", "keep")):
                continue
            (run.kept if event.get("status") == "kept" else run.made).append(event["frame"])
            if kill_after is not None and kill_after[0] == "frames" and len(run.made) >= kill_after[1]:
                engine.send_signal(signal.SIGKILL)
                break
        run.exit_code = engine.wait()
    return run


@posix_only
@pytest.mark.slow
def test_thirty_kills_lose_nothing_and_make_no_frame_twice(
    swap_bench: Any, farm_jobs: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    chance = random.Random(SEED)
    job = farm_jobs.painted_shot(swap_bench, len(FRAMES))
    undisturbed, killed = (farm_jobs.at(job, swap_bench.folder / name) for name in ("undisturbed", "killed"))
    farm_jobs.run_once(undisturbed)
    made, again, kills = 0, 0, 0
    while kills < KILLS:
        at_start = chance.random() < 0.2
        moment = ("seconds", chance.uniform(0.2, 4.0)) if at_start else ("frames", float(chance.randint(1, 9)))
        before = complete_frames(killed)
        if len(before) == len(FRAMES):
            break
        run = run_engine(farm_jobs, killed, moment)
        kills += run.exit_code == -signal.SIGKILL
        made += len(run.made)
        again += len(before & set(run.made))
    before = complete_frames(killed)
    last = run_engine(farm_jobs, killed, None)
    assert last.exit_code == 0
    assert set(last.kept) == before
    assert set(last.made) == set(FRAMES) - before
    assert again == 0
    assert farm_jobs.frame_bytes(killed, FRAMES) == farm_jobs.frame_bytes(undisturbed, FRAMES)
    folder = Path(killed.out).parent
    left = [path.name for path in folder.iterdir() if path.name.endswith(".part")]
    assert not left
    say(
        capsys,
        f"\n{kills} SIGKILLs over {len(FRAMES)} frames: {made + len(last.made)} frames told as made, {again} of them "
        f"finished before; the last run kept {len(last.kept)} and made {len(last.made)}; all bytes equal",
    )
    assert kills == KILLS


@posix_only
@pytest.mark.slow
def test_memory_of_2000_frames_is_that_of_50(
    swap_bench: Any, farm_jobs: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    short = farm_jobs.painted_shot(swap_bench, 50)
    peaks = {}
    for count in (50, 2000):
        plates = swap_bench.folder / f"plate_{count}"
        plates.mkdir()
        for number in range(1, count + 1):
            os.link(short.plate.path % ((number - 1) % 50 + 1), plates / f"p.{number:04d}.exr")
        job = swap_bench.job(str(plates / "p.%04d.exr"), f"out_{count}/swap.%04d.exr", layers="fsgan_matte")
        peaks[count] = peak_memory_mb([*farm_jobs.ENGINE, "run", farm_jobs.job_file(job)], farm_jobs.ENVIRONMENT)
        assert len(list(Path(job.out).parent.glob("swap.*.exr"))) == count
    growth = peaks[2000] / peaks[50] - 1
    say(capsys, f"\npeak memory: 50 frames {peaks[50]:.0f} MB, 2000 frames {peaks[2000]:.0f} MB, {growth:+.1%}")
    assert growth < 0.10


def peak_memory_mb(command: list[str], environment: dict[str, str]) -> float:
    """The most memory that a process held, MB."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=environment)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return usage.ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)
