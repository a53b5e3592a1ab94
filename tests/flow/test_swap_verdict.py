"""A swap judges its own frames, and writes the figures into them only where it is asked to."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from fsgan_core.evaluation.swap_meter import SwapMeter
from fsgan_core.job.progress import Progress
from fsgan_core.media.read import open_plate
from fsgan_core.pipeline import swap_shot
from fsgan_core.shot.plate import Plate


def plate(bench: Any) -> str:
    return bench.write_exr("plate", {n: bench.face(bench.picture(), 78, person=0.4) for n in (1, 2, 3)})


def attributes(job: Any, number: int) -> dict[str, Any]:
    with open_plate(Plate(job.out)) as reader:
        return dict(reader.read(number).attributes)


def test_every_frame_is_judged_and_the_verdict_comes_last(swap_bench: Any) -> None:
    job = swap_bench.job(plate(swap_bench))
    meter = SwapMeter()
    swap_shot.swap_shot(job, Progress(), meter=meter)
    assert [frame.frame for frame in meter.frames] == [1, 2, 3]
    assert meter.lines()[-1].startswith("verdict: ")
    assert all(np.isfinite(frame.pose_error_deg) and 0 < frame.coverage < 1 for frame in meter.frames)
    assert not any(name.startswith("fsgan/pose_error") for name in attributes(job, 1))


def test_measured_figures_stand_in_the_file(swap_bench: Any) -> None:
    job = swap_bench.job(plate(swap_bench), measure=True)
    meter = SwapMeter()
    swap_shot.swap_shot(job, Progress(), meter=meter)
    found = attributes(job, 2)
    frame = meter.frames[1].figures()
    for name in ("identity", "l1", "pose_error_deg", "landmark_error_px", "expression", "seam", "coverage"):
        # EXR floats have 24 bits
        assert abs(float(found[f"fsgan/{name}"].value) - frame[name]) < 1e-5
    assert "fsgan/flicker" not in found


def test_judging_does_not_change_a_pixel(swap_bench: Any) -> None:
    job = swap_bench.job(plate(swap_bench))
    swap_shot.swap_shot(job, Progress())
    other = replace(job, out=job.out.replace("out.", "judged."))
    swap_shot.swap_shot(other, Progress(), meter=SwapMeter())
    with open_plate(Plate(job.out)) as first, open_plate(Plate(other.out)) as second:
        for number in (1, 2, 3):
            assert np.array_equal(first.read(number).native, second.read(number).native)


def test_nothing_measured_says_nothing() -> None:
    assert SwapMeter().lines() == []
