"""The figures of a swap on painted faces, whose identity is a colour and whose pose is another."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from fsgan_core.errors import FaceError
from fsgan_core.evaluation.swap_measures import SwapMeasures, describe_measures, measure_swap
from fsgan_core.face.choose_face import choose_face
from fsgan_core.job.progress import Progress
from fsgan_core.job.spec import SwapJob
from fsgan_core.pipeline import swap_shot
from fsgan_core.pipeline.analysis_file import load_analysis


def measure(job: SwapJob) -> SwapMeasures:
    plate, source = (choose_face(load_analysis(path), "largest") for path in job.analysis_paths())
    pack = swap_shot.open_engine("painted", "cpu")
    return measure_swap(job, plate, source, pack, Progress())


def plate_of(bench: Any, yaw_deg: float = 0.0) -> str:
    frames = {n: bench.face(bench.picture(), 78, person=0.4, yaw_deg=yaw_deg) for n in (1, 2, 3, 4)}
    return bench.write_exr("plate", frames)


def test_an_untouched_plate_is_itself_and_has_no_error(swap_bench: Any) -> None:
    job = swap_bench.job(plate_of(swap_bench), frames="1-4")
    swap_bench.run(job)
    swap_bench.write_exr("out", {n: swap_bench.face(swap_bench.picture(), 78, person=0.4) for n in (1, 2, 3, 4)})
    measures = measure(job)
    assert measures.frames == 4
    assert measures.source_identity == pytest.approx(measures.plate_identity, abs=1e-3)
    assert measures.pose_error_deg == pytest.approx(0, abs=0.5)
    assert measures.landmark_error_px < 0.5
    assert measures.seam == pytest.approx(0, abs=0.01)
    assert measures.flicker == pytest.approx(measures.plate_flicker, abs=0.01)


def test_a_swap_is_more_like_the_source_than_the_plate_was(swap_bench: Any) -> None:
    job = swap_bench.job(plate_of(swap_bench))
    swap_bench.run(job)
    measures = measure(job)
    assert measures.source_identity > measures.plate_identity + 0.3
    assert measures.seam > 0
    assert describe_measures(measures).startswith("pose error ")


def test_a_head_turned_otherwise_shows_as_pose_error(swap_bench: Any) -> None:
    job = swap_bench.job(plate_of(swap_bench))
    swap_bench.run(job)
    turned = {n: swap_bench.face(swap_bench.picture(), 78, person=0.4, yaw_deg=12) for n in (1, 2, 3, 4)}
    swap_bench.write_exr("out", turned)
    assert measure(job).pose_error_deg == pytest.approx(12, abs=1)


def test_only_frames_that_were_written_count(swap_bench: Any) -> None:
    job = swap_bench.job(plate_of(swap_bench), frames="2-3")
    swap_bench.run(job)
    measures = measure(job)
    assert measures.frames == 2
    assert np.isnan(measures.flicker)


def test_no_frame_with_the_face_is_an_error(swap_bench: Any) -> None:
    frames = {1: swap_bench.face(swap_bench.picture()), 2: swap_bench.picture()}
    job = swap_bench.job(swap_bench.write_exr("plate", frames))
    swap_bench.run(job)
    with pytest.raises(FaceError, match="nothing can be measured"):
        measure(job.for_frames("2"))
