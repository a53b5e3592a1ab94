"""Two engines on the same frames at the same time: harmless, and nobody's unfinished file is left."""

from __future__ import annotations

import subprocess
from pathlib import Path
from types import ModuleType
from typing import Any

from fsgan_core.shot.frame_range import FrameRange


def test_two_workers_on_the_same_frames_write_the_same_bytes(swap_bench: Any, farm_jobs: ModuleType) -> None:
    frames = FrameRange.parse("1-6")
    job = farm_jobs.painted_shot(swap_bench, 6)
    once, both = (farm_jobs.at(job, swap_bench.folder / name) for name in ("once", "both"))
    swap_bench.run(once)
    command = [*farm_jobs.ENGINE, "run", farm_jobs.job_file(both), "--force"]
    engines = [subprocess.Popen(command, stdout=subprocess.PIPE, env=farm_jobs.ENVIRONMENT) for _ in range(2)]
    assert [engine.communicate()[1] or engine.returncode for engine in engines] == [0, 0]
    assert farm_jobs.frame_bytes(both, frames) == farm_jobs.frame_bytes(once, frames)
    assert not [path.name for path in Path(both.out).parent.iterdir() if path.name.endswith(".part")]
