"""The job that writes an appearance map."""

from __future__ import annotations

import pytest

from fsgan_core.errors import JobError
from fsgan_core.job.appearance_map_job import AppearanceMapJob
from fsgan_core.job.job_file import job_text, parse_job
from fsgan_core.job.path_mapping import map_job_paths
from fsgan_core.job.spec import Pictures


def test_round_trip_through_the_job_file() -> None:
    job = AppearanceMapJob(Pictures("s.mov"), "swap.map.json", plate_analysis="swap.plate.npz", corrections="c.json")
    assert parse_job(job_text(job)) == job


def test_the_source_analysis_is_the_one_of_the_swap_beside_it() -> None:
    assert AppearanceMapJob(Pictures("s.mov"), "shot/swap.map.json").source_analysis_path() == "shot/swap.source.npz"
    assert AppearanceMapJob(Pictures("s.mov"), "shot/m.json").source_analysis_path() == "shot/m.source.npz"


def test_all_its_paths_are_mapped() -> None:
    job = AppearanceMapJob(
        Pictures("s.mov"), "m.json", source_analysis="s.npz", plate_analysis="p.npz", corrections="c.json",
        source_corrections="d.json",
    )  # fmt: skip
    mapped = map_job_paths(job, lambda path: f"/here/{path}")
    paths = [mapped.source.path, mapped.out, mapped.source_analysis, mapped.plate_analysis, mapped.corrections]
    assert all(path.startswith("/here/") for path in [*paths, mapped.source_corrections])


@pytest.mark.parametrize("out", ["", "map.exr", "map"])
def test_an_output_that_is_no_json_is_refused(out: str) -> None:
    with pytest.raises(JobError, match="JSON"):
        AppearanceMapJob(Pictures("s.mov"), out)
