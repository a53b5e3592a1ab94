"""A form holds every setting of its job, once, and a filled form makes the job."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any, get_type_hints

import pytest

from fsgan_core.errors import JobError
from fsgan_core.host.job_form import PICTURES, SETTING, form_defaults, form_fields, job_from_form
from fsgan_core.job.settings import AnalyzeSettings, SwapSettings, describe_settings
from fsgan_core.job.spec import JOB_KINDS, AnalyzeJob, FinetuneJob, Pictures, SwapJob

SWAP = {"plate": "/p.%04d.exr", "source": "/s.mov", "out": "/o.%04d.exr"}


@pytest.mark.parametrize("kind", sorted(JOB_KINDS))
def test_every_setting_of_the_job_is_in_the_form_once(kind: str) -> None:
    form = form_fields(kind)
    names = [field.name for field in form]
    assert len(set(names)) == len(names)
    types = get_type_hints(JOB_KINDS[kind])
    for item in fields(JOB_KINDS[kind]):
        wanted: Any = types[item.name]
        if not is_dataclass(wanted) or wanted is Pictures:
            continue
        inside = {field.info for field in form if field.group == item.name}
        missing = {info.name for info in describe_settings(wanted)} - {info.name for info in inside}
        assert missing <= ({"frames", "colorspace"} if item.name == "analyze" else set())
        assert inside <= set(describe_settings(wanted))


def test_names_are_those_of_the_settings_and_a_clash_gets_its_group() -> None:
    by_name = {field.name: field for field in form_fields("swap")}
    assert by_name["frames"].info == next(info for info in describe_settings(SwapSettings) if info.name == "frames")
    assert by_name["analyze_frames"].group == "analyze"
    assert by_name["smooth"].group == "analyze"
    assert by_name["holdout_matte"].group == "mattes"
    assert "colorspace" in by_name
    assert "analyze_colorspace" not in by_name
    needed = [name for name, field in by_name.items() if field.is_needed and field.kind == PICTURES]
    assert needed == ["plate", "source"]


def test_empty_form_makes_the_job_of_the_defaults() -> None:
    assert job_from_form("swap", {**SWAP, **form_defaults("swap")}, "nuke 16.0") == SwapJob(
        Pictures("/p.%04d.exr"), Pictures("/s.mov"), "/o.%04d.exr", host="nuke 16.0"
    )
    assert job_from_form("swap", SWAP, "") == SwapJob(Pictures("/p.%04d.exr"), Pictures("/s.mov"), "/o.%04d.exr")


def test_values_reach_their_group_and_numbers_of_hosts_are_made_right() -> None:
    values = {"max_views": 2.0, "analyze_frames": "1-9", "smooth": 0, "plate_stereo_view": "left", "step_deg": 5}
    job = job_from_form("swap", {**SWAP, **values}, "")
    assert isinstance(job, SwapJob)
    assert job.settings == SwapSettings(max_views=2, step_deg=5.0)
    assert isinstance(job.settings.step_deg, float)
    assert job.analyze == AnalyzeSettings(frames="1-9", smooth=False)
    assert job.plate.stereo_view == "left"


def test_analysis_and_finetuning_are_forms_too() -> None:
    job = job_from_form("analyze", {"plate": "/p.exr", "out": "/f.npz", "device": "cpu", "frames": "1-3"}, "")
    assert job == AnalyzeJob(Pictures("/p.exr"), "/f.npz", AnalyzeSettings(frames="1-3"), device="cpu")
    child = job_from_form("finetune", {"sources": ("/a.mov", "/b.mov"), "out": "/packs/anna", "iterations": 5}, "")
    assert isinstance(child, FinetuneJob)
    assert [source.path for source in child.sources] == ["/a.mov", "/b.mov"]
    assert child.settings.iterations == 5


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"plate": ""}, "The plate is missing"),
        ({"out": ""}, "The output is missing"),
        ({"matte_soft_px": 65}, "matte_soft_px is 65.*at most 64 px"),
        ({"max_views": 2.5}, "max_views is 2.5"),
        ({"matte_soft_px": float("nan")}, "must be a finite number"),
        ({"device": "tpu"}, "device is 'tpu': choose one of auto, cuda, cpu"),
        ({"frames": "9-1"}, "runs backwards"),
        ({"out": "/o.mov"}, "must be an EXR"),
    ],
)
def test_wrong_value_is_named_before_anything_starts(changed: dict[str, Any], said: str) -> None:
    with pytest.raises(JobError, match=said):
        job_from_form("swap", {**SWAP, **changed}, "")


def test_field_that_does_not_exist_is_our_own_mistake() -> None:
    with pytest.raises(KeyError, match="matte_soft"):
        job_from_form("swap", {**SWAP, "matte_soft": 3}, "")


def test_kinds_of_fields_are_told_apart() -> None:
    kinds = {field.name: field.kind for field in form_fields("reenact")}
    assert kinds["source"] == kinds["driver"] == kinds["pose_from"] == PICTURES
    assert kinds["corrections"] == kinds["out"] == "path"
    assert {field.name: field.kind for field in form_fields("finetune")}["sources"] == "clips"
    assert {field.kind for field in form_fields("analyze") if field.name in ("weights", "device")} == {SETTING}
