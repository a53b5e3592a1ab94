"""A farm gives the bits of one process, whatever the chunks and whoever runs them."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from fsgan_core.geometry.resample import resize_picture
from fsgan_core.job.settings import SwapSettings
from fsgan_core.job.spec import Pictures, SwapJob
from fsgan_core.media.read import open_plate
from fsgan_core.shot.frame_range import FrameRange
from fsgan_core.shot.plate import Plate

posix_only = pytest.mark.skipif(os.name == "nt", reason="the engine is a shell script here")


@posix_only
def test_openjd_local_and_one_process_give_the_same_bytes(swap_bench: Any, farm_jobs: ModuleType) -> None:
    frames = FrameRange.parse("1-4")
    job = farm_jobs.painted_shot(swap_bench, 4)
    once, local, farm = (farm_jobs.at(job, swap_bench.folder / name) for name in ("once", "local", "farm"))
    farm_jobs.run_once(once)
    farm_jobs.run_local(local, frames, 2, 2)
    said = farm_jobs.run_openjd(farm, frames, 3)
    assert "All 4 frames are whole" in said
    assert "openjd_progress" in said
    expected = farm_jobs.frame_bytes(once, frames)
    assert farm_jobs.frame_bytes(local, frames) == expected
    assert farm_jobs.frame_bytes(farm, frames) == expected


@posix_only
@pytest.mark.slow
def test_48_frames_of_the_bundled_plates_in_three_chunk_sizes(
    swap_bench: Any, farm_jobs: ModuleType, sample_plates: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the bundled weights: `openjd run` with chunks of 5, 16 and 48, two local workers, and one process."""
    engine = (sys.executable, "-m", "fsgan_core.cli.main")
    frames = FrameRange.parse("1-48")
    plate, source = (small_shot(swap_bench, sample_plates, name, count) for name, count in (("a", 48), ("b", 6)))
    job = SwapJob(Pictures(plate), Pictures(source), "unset.%04d.exr", SwapSettings(device="cpu"))
    once = farm_jobs.at(job, swap_bench.folder / "once")
    farm_jobs.run_once(once, engine)
    expected = farm_jobs.frame_bytes(once, frames)
    local = farm_jobs.at(job, swap_bench.folder / "local")
    farm_jobs.run_local(local, frames, 8, 2, engine)
    assert farm_jobs.frame_bytes(local, frames) == expected
    for chunk in (5, 16, 48):
        farm = farm_jobs.at(job, swap_bench.folder / f"farm_{chunk}")
        said = farm_jobs.run_openjd(farm, frames, chunk, engine)
        assert "All 48 frames are whole (48 swapped)" in said
        assert farm_jobs.frame_bytes(farm, frames) == expected
        with capsys.disabled():
            sys.stdout.write(f"\nopenjd run, chunks of {chunk}: 48 files equal byte for byte to one process\n")


def small_shot(bench: Any, sample_plates: Path, name: str, count: int) -> str:
    """Frames of a bundled plate at 320x180, there and back again as often as needed."""
    with open_plate(Plate(str(sample_plates / name / "plate.%04d.exr"))) as reader:
        numbers = list(reader.frames)
        order = (numbers + numbers[::-1]) * (count // (2 * len(numbers)) + 1)
        pictures = {i + 1: resize_picture(reader.read(order[i]).rgb, (180, 320)) for i in range(count)}
    return str(bench.write_exr(name, {i: np.asarray(picture) for i, picture in pictures.items()}))
