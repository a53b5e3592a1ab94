"""Jobs of the reenactment modes: files round-trip, paths are mapped, and what cannot be done is refused early."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from fsgan_core.errors import JobError
from fsgan_core.job.job_file import job_text, parse_job
from fsgan_core.job.path_mapping import map_job_paths
from fsgan_core.job.reenact_settings import ExpressionSettings, PoseSettings, ReenactSettings
from fsgan_core.job.settings import AnalyzeSettings, SwapSettings, describe_settings
from fsgan_core.job.spec import ExpressionJob, Pictures, PoseJob, ReenactJob
from fsgan_core.shot.plate import Plate

WHO, MOVER, OUT = Pictures("who.mov"), Pictures("mover.%04d.exr", "beauty"), "o/moved.%04d.exr"
JOBS: list[Any] = [
    ReenactJob(WHO, MOVER, OUT, pose_from=Pictures("pose.mov"), settings=ReenactSettings(driver_frames="40-1")),
    PoseJob(WHO, OUT, curve="turn.csv", corrections="fix.json"),
    PoseJob(WHO, OUT, settings=PoseSettings(poses="1:0,0,0;24:30,0,0", weights="packs/mine")),
    ExpressionJob(WHO, MOVER, OUT, ExpressionSettings(eyes=True, expression_strength=1.5)),
]


@pytest.mark.parametrize("job", JOBS)
def test_written_job_reads_back_equal(job: Any) -> None:
    assert parse_job(job_text(job)) == job


@pytest.mark.parametrize("job", JOBS)
def test_every_path_is_mapped(job: Any) -> None:
    text = json.dumps(json.loads(job_text(map_job_paths(job, lambda path: f"/m/{path}"))))
    for name in ("who.mov", "mover.%04d.exr", "pose.mov", "turn.csv", "fix.json", "packs/mine", OUT):
        assert f'"{name}"' not in text
        assert (f'"/m/{name}"' in text) == (f'"{name}"' in json.dumps(json.loads(job_text(job))))


@pytest.mark.parametrize("job", JOBS)
def test_a_farm_task_differs_in_its_frames_alone(job: Any) -> None:
    task = job.for_frames("3-4")
    assert task.settings.frames == "3-4"
    assert task.for_frames(job.settings.frames) == job


def test_shared_settings_have_the_defaults_of_a_swap() -> None:
    swap = {info.name: info for info in describe_settings(SwapSettings)}
    for settings_type in (ReenactSettings, PoseSettings, ExpressionSettings):
        for info in describe_settings(settings_type):
            if info.name in swap and info.name not in ("frames", "source_frames", "on_missing_face"):
                assert info == swap[info.name]


def test_a_reenactment_is_a_crop_and_an_expression_goes_back_to_its_plate() -> None:
    assert ReenactSettings().output == PoseSettings().output == "crop"
    assert ExpressionSettings().output == "plate"


def test_source_frames_limit_the_source() -> None:
    settings = ReenactSettings(source_frames="1-9", source_colorspace="ACEScg")
    job = ReenactJob(WHO, MOVER, OUT, settings=settings)
    assert job.source_to_analyze().path == "who.mov"
    assert job.source_to_analyze() == WHO.with_frames("1-9", "ACEScg") != Plate("who.mov")


def test_analyses_lie_beside_the_result_unless_named() -> None:
    job = ReenactJob(WHO, MOVER, OUT, driver_analysis="d.npz")
    assert job.analysis_paths() == (
        str(Path("o/moved.source.npz")), "d.npz", str(Path("o/moved.pose.npz")), str(Path("o/moved.expression.npz")),
    )  # fmt: skip


def test_pass_1_sees_every_shot_once_and_every_frame_between_those_listed() -> None:
    settings = ReenactSettings(driver_frames="9-2x3,20")
    job = ReenactJob(WHO, MOVER, OUT, pose_from=WHO, settings=settings)
    (source_file, source), (driver_file, driver) = job.analyses()
    assert (source_file, driver_file) == job.analysis_paths()[:2]
    assert source == job.pose_from_to_analyze() == Plate("who.mov")
    assert driver == job.expression_from_to_analyze() == MOVER.with_frames("3-20", "")
    assert len(ReenactJob(WHO, MOVER, OUT, expression_from=Pictures("third.mov")).analyses()) == 3


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: ReenactJob(WHO, MOVER, "o.mov"), "must be an EXR"),
        (lambda: ReenactJob(WHO, MOVER, OUT, analyze=AnalyzeSettings(frames="1-9")), "settings.source_frames"),
        (lambda: ReenactJob(WHO, MOVER, OUT, driver_analysis="x.json"), "must end in .npz"),
        (lambda: ReenactJob(WHO, MOVER, OUT, settings=ReenactSettings(pose_frames="1-")), "frame list"),
        (
            lambda: ReenactJob(WHO, MOVER, OUT, settings=ReenactSettings(driver_frames="1-9", onto_frames="1-8")),
            "9 frames and onto_frames 8",
        ),
        (lambda: ReenactJob(WHO, MOVER, OUT, settings=ReenactSettings(onto_frames="1-3,2")), "twice"),
        (lambda: ReenactSettings(neutral_frame="first"), "must be a frame number"),
        (lambda: ExpressionSettings(mouth=False), "choose at least one part"),
        (lambda: ExpressionSettings(expression_strength=3.0), "at most 2"),
        (lambda: PoseJob(WHO, OUT), "give one of the two"),
        (lambda: PoseJob(WHO, OUT, "c.csv", PoseSettings(poses="1:0,0,0")), "give one of the two"),
    ],
)
def test_what_cannot_be_done_is_refused(make: Any, words: str) -> None:
    with pytest.raises(JobError, match=words):
        make()


def test_pictures_that_may_be_left_out_may_be_null() -> None:
    content = {"fsgan_job": 1, "kind": "reenact", "source": {"path": "a"}, "driver": {"path": "b"}, "out": "o.exr"}
    assert parse_job(json.dumps({**content, "pose_from": None})) == parse_job(json.dumps(content))
    with pytest.raises(JobError, match="reenact.pose_from is 'x'"):
        parse_job(json.dumps({**content, "pose_from": "x"}))
