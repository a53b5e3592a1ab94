"""Export jobs and import jobs refuse what cannot be done, and travel as JSON."""

from __future__ import annotations

import pytest

from fsgan_core.errors import JobError
from fsgan_core.job.export_job import ExportJob
from fsgan_core.job.export_settings import EXPORT_FORMATS, ExportSettings
from fsgan_core.job.import_tracks_job import ImportTracksJob, ImportTracksSettings
from fsgan_core.job.job_file import job_text, parse_job
from fsgan_core.job.path_mapping import map_job_paths
from fsgan_core.job.pictures import Pictures
from fsgan_core.job.settings import AnalyzeSettings

EXPORT = ExportJob(Pictures("p.%04d.exr"), "out", ExportSettings(formats="chan,tracker"), corrections="c.json")
IMPORT = ImportTracksJob(Pictures("p.%04d.exr"), "t.nk", "a.npz", "c.json", onto="b.json")


@pytest.mark.parametrize("job", [EXPORT, IMPORT])
def test_job_round_trips_and_its_paths_are_mapped(job: ExportJob | ImportTracksJob) -> None:
    assert parse_job(job_text(job)) == job
    mapped = map_job_paths(job, lambda path: f"/m/{path}")
    assert (mapped.out, mapped.plate.path) == (f"/m/{job.out}", "/m/p.%04d.exr")  # type: ignore[union-attr]
    if isinstance(mapped, ExportJob):
        assert (mapped.corrections, mapped.analysis) == ("/m/c.json", "")
    if isinstance(mapped, ImportTracksJob):
        assert (mapped.tracks, mapped.analysis, mapped.onto) == ("/m/t.nk", "/m/a.npz", "/m/b.json")


def test_formats_come_in_their_order() -> None:
    assert EXPORT.settings.chosen_formats() == ("tracker", "chan")
    assert ExportSettings().chosen_formats() == EXPORT_FORMATS


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: ExportSettings(formats="tracker,fbx"), "formats names fbx: choose all"),
        (lambda: ExportSettings(formats=" "), "formats names nothing"),
        (lambda: ExportSettings(focal_mm=0.0), "focal_mm is 0.0: it must be at least 1 mm"),
        (lambda: ExportJob(Pictures("p.exr"), "out/tracker.nk"), "must be a folder"),
        (lambda: ExportJob(Pictures("p.exr"), ""), "must be a folder"),
        (lambda: ExportJob(Pictures("p.exr"), "o", ExportSettings(frames="x")), "frame range"),
        (lambda: ExportJob(Pictures("p.exr"), "o", analyze=AnalyzeSettings(colorspace="sRGB")), "settings.colorspace"),
        (lambda: ExportJob(Pictures("p.exr"), "o", analysis="a.json"), "must end in .npz"),
        (lambda: ImportTracksSettings(track_names="nose"), "'nose' is not NAME=NUMBER"),
        (lambda: ImportTracksSettings(track_names="nose=98"), "is not NAME=NUMBER"),
        (lambda: ImportTracksJob(Pictures("p.exr"), "", "a.npz", "c.json"), "tracks is empty"),
        (lambda: ImportTracksJob(Pictures("p.exr"), "t.nk", "", "c.json"), "must end in .npz"),
        (lambda: ImportTracksJob(Pictures("p.exr"), "t.nk", "a.npz", "c.nk"), "must end in .json"),
    ],
)
def test_impossible_export_is_refused(make: object, words: str) -> None:
    with pytest.raises(JobError, match=words):
        make()  # type: ignore[operator]


def test_tracks_are_named() -> None:
    assert ImportTracksSettings(track_names="track 1=54, a=b=16,").named_tracks() == {"track 1": 54, "a=b": 16}
