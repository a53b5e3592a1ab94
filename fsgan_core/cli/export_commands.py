"""`fsgan export` and `fsgan import-tracks`: what a compositing script takes from an analysis, and gives back."""

from __future__ import annotations

from typing import Annotated

import typer

from fsgan_core.cli.job_commands import Log, PathMap, localize
from fsgan_core.cli.reporting import LogFormat, reporting
from fsgan_core.cli.settings_options import OptionGroup, takes_settings
from fsgan_core.job.export_job import ExportJob
from fsgan_core.job.export_settings import ExportSettings
from fsgan_core.job.import_tracks_job import ImportTracksJob, ImportTracksSettings
from fsgan_core.job.pictures import Pictures
from fsgan_core.job.progress import Progress
from fsgan_core.job.settings import AnalyzeSettings, SwapSettings
from fsgan_core.job.spec import Job

_PLATE = typer.Argument(metavar="PLATE", help="Sequence (plate.%04d.exr), still or movie.")
_LAYER = typer.Option("--layer", help="EXR layer to read; empty: R G B.")
_VIEW = typer.Option("--stereo-view", help="Eye of a stereo plate, such as left.")


@takes_settings(
    OptionGroup("settings", ExportSettings, "What is exported"),
    OptionGroup(
        "analyze_settings",
        AnalyzeSettings,
        "How faces are found and smoothed",
        leave_out=frozenset({"colorspace"}),
        renamed={"frames": "analyze_frames"},
    ),
)
def export(
    plate: Annotated[str, _PLATE],
    out: Annotated[str, typer.Option("--out", metavar="DIR", help="The folder to write to.")],
    settings: ExportSettings,
    analyze_settings: AnalyzeSettings,
    layer: Annotated[str, _LAYER] = "",
    stereo_view: Annotated[str, _VIEW] = "",
    analysis: Annotated[
        str, typer.Option("--analysis", metavar="FILE.npz", help="Where pass 1 is kept; empty: in the folder.")
    ] = "",
    corrections: Annotated[
        str, typer.Option("--corrections", metavar="FILE.json", help="What was set right in the analysis.")
    ] = "",
    path_map: PathMap = "",
    log: Log = LogFormat.AUTO,
) -> None:
    """Write tracks, corner pins, ST maps, the head's pose and the face's shape for a compositing script."""
    with reporting(log) as progress:
        pictures = Pictures(plate, layer, stereo_view)
        job = ExportJob(pictures, out, settings, analyze_settings, analysis, corrections)
        _run(localize(job, path_map), progress)


@takes_settings(OptionGroup("settings", ImportTracksSettings, "How tracks are understood"))
def import_tracks(
    tracks: Annotated[str, typer.Argument(metavar="TRACKS.nk", help="Text of a Tracker4 node, saved or pasted.")],
    plate: Annotated[str, typer.Option("--plate", metavar="P", help="The shot: sequence, still, movie.")],
    analysis: Annotated[str, typer.Option("--analysis", metavar="FILE.npz", help="Pass 1 of the plate.")],
    out: Annotated[str, typer.Option("--out", metavar="FILE.json", help="The corrections file to write.")],
    settings: ImportTracksSettings,
    onto: Annotated[str, typer.Option("--onto", metavar="FILE.json", help="Corrections to add to.")] = "",
    stereo_view: Annotated[str, _VIEW] = "",
    path_map: PathMap = "",
    log: Log = LogFormat.AUTO,
) -> None:
    """Make corrections of tracks that were moved in Nuke; `--corrections` of the other commands obeys them."""
    with reporting(log) as progress:
        job = ImportTracksJob(Pictures(plate, "", stereo_view), tracks, analysis, out, settings, onto)
        _run(localize(job, path_map), progress)


def _run(job: Job, progress: Progress) -> None:
    from fsgan_core.cli.run_job import run_job

    run_job(job, progress)


def export_cattery(
    out: Annotated[str, typer.Option("--out", metavar="DIR", help="The folder to write to; call it Cattery.")],
    weights: Annotated[str, typer.Option("--weights", help="Bundled pack, or a folder.")] = SwapSettings.weights,
    log: Log = LogFormat.AUTO,
) -> None:
    """Write segmentation, inpainting and blending as models for Nuke's Inference node (Cattery)."""
    with reporting(log) as progress:
        from fsgan_core.exports.cattery_package import write_cattery
        from fsgan_core.pipeline.engine import open_engine

        files = write_cattery(open_engine(weights, "cpu"), out, progress)
        progress.finished(f"{len(files)} files in {out}. Next, with NukeX: nuke -t --nukex {out}/make_cats.py")
