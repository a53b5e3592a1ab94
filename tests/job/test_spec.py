"""Jobs turn into plates, and refuse what cannot be done before anything is opened."""

from __future__ import annotations

import pytest

from fsgan_core.errors import JobError
from fsgan_core.job.settings import AnalyzeSettings, SwapSettings
from fsgan_core.job.spec import AnalyzeJob, FinetuneJob, Pictures, SwapJob
from fsgan_core.shot.frame_range import FrameRange
from fsgan_core.shot.plate import Plate


def swap_job(**values: object) -> SwapJob:
    return SwapJob(Pictures("p.%04d.exr"), Pictures("s.mov"), "o/swap.%04d.exr", **values)  # type: ignore[arg-type]


def test_frames_to_write_do_not_limit_the_analysis() -> None:
    job = swap_job(settings=SwapSettings(frames="1001-1004", colorspace="ACEScg"))
    assert job.plate_to_analyze() == Plate("p.%04d.exr", None, "ACEScg")
    assert job.frames_to_write() == FrameRange.parse("1001-1004")


def test_analysis_frames_limit_the_plate_only() -> None:
    job = swap_job(
        analyze=AnalyzeSettings(frames="1001-1040"),
        settings=SwapSettings(source_frames="1-9", source_colorspace="sRGB"),
    )
    assert job.plate_to_analyze().frames == FrameRange.parse("1001-1040")
    assert job.source_to_analyze() == Plate("s.mov", FrameRange.parse("1-9"), "sRGB")


def test_farm_task_differs_in_its_frames_alone() -> None:
    job = swap_job(settings=SwapSettings(max_views=2))
    assert job.for_frames("1005-1008") == swap_job(settings=SwapSettings(max_views=2, frames="1005-1008"))


@pytest.mark.parametrize(
    ("out", "stem"),
    [
        ("o/swap.%04d.exr", "o/swap"),
        ("o/swap_####.exr", "o/swap"),
        ("still.exr", "still"),
        ("o/%04d.exr", "o/frames"),
        ("o/v.2/a.@@.exr", "o/v.2/a"),
    ],
)
def test_analysis_lies_beside_the_result(out: str, stem: str) -> None:
    job = SwapJob(Pictures("p.exr"), Pictures("s.exr"), out)
    plate, source = job.analysis_paths()
    assert (plate, source) == (f"{stem}.plate.npz", f"{stem}.source.npz")


def test_given_analysis_files_win() -> None:
    job = swap_job(plate_analysis="a.npz", source_analysis="b.npz")
    assert job.analysis_paths() == ("a.npz", "b.npz")


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"settings": SwapSettings(frames="1-")}, "frame range"),
        ({"settings": SwapSettings(source_frames="x")}, "frame range"),
        ({"analyze": AnalyzeSettings(colorspace="sRGB")}, "settings.colorspace"),
        ({"plate_analysis": "a.json"}, "must end in .npz"),
    ],
)
def test_impossible_swap_is_refused(values: dict[str, object], words: str) -> None:
    with pytest.raises(JobError, match=words):
        swap_job(**values)


def test_output_other_than_exr_is_refused() -> None:
    with pytest.raises(JobError, match=r"must be an EXR"):
        SwapJob(Pictures("p.exr"), Pictures("s.exr"), "result.mov")
    with pytest.raises(JobError, match=r"must end in .npz"):
        AnalyzeJob(Pictures("p.exr"), "faces.json")


def test_empty_path_is_refused() -> None:
    with pytest.raises(JobError, match="path is empty"):
        Pictures("")


def test_analyze_job_checks_its_device() -> None:
    with pytest.raises(JobError, match="device is 'tpu'"):
        AnalyzeJob(Pictures("p.exr"), "f.npz", device="tpu")


@pytest.mark.parametrize("out", ["", "pack.safetensors", "out.%04d.exr"])
def test_finetuned_weights_go_to_a_folder(out: str) -> None:
    with pytest.raises(JobError, match="must be a folder"):
        FinetuneJob((Pictures("s.mov"),), out)


def test_finetune_job_names_its_frames_in_one_place() -> None:
    with pytest.raises(JobError, match="settings.source_frames"):
        FinetuneJob((Pictures("s.mov"),), "pack", analyze=AnalyzeSettings(frames="1-5"))
