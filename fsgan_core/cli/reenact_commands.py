"""`fsgan reenact`, `fsgan pose` and `fsgan expression`: make a job of the arguments and run it."""

from __future__ import annotations

from typing import Annotated

import typer

from fsgan_core.cli.job_commands import (
    Corrections,
    Force,
    Log,
    PathMap,
    analysis_option,
    localize,
    run_local_job,
)
from fsgan_core.cli.reporting import LogFormat, reporting
from fsgan_core.cli.settings_options import OptionGroup, takes_settings
from fsgan_core.job.matte_settings import MatteSettings
from fsgan_core.job.reenact_settings import ExpressionSettings, PoseSettings, ReenactSettings
from fsgan_core.job.settings import AnalyzeSettings
from fsgan_core.job.spec import ExpressionJob, Pictures, PoseJob, ReenactJob

OWN = "source"
"""The word that stands for the source itself in --pose-from and --expression-from."""

Source = Annotated[str, typer.Option("--source", metavar="S", help="Who is moved: sequence, still, movie.")]
SourceLayer = Annotated[str, typer.Option("--source-layer", help="EXR layer of the source; empty: R G B.")]
Driver = Annotated[str, typer.Option("--driver", metavar="D", help="Who moves: sequence, still, movie.")]
DriverLayer = Annotated[str, typer.Option("--driver-layer", help="EXR layer of the driver; empty: R G B.")]
Out = Annotated[str, typer.Option("--out", metavar="O.%04d.exr", help="Pattern of the EXRs to write.")]
StereoView = Annotated[str, typer.Option("--stereo-view", help="Eye of a stereo source, such as left.")]
DriverCorrections = Annotated[
    str, typer.Option("--driver-corrections", metavar="FILE.json", help="Corrections of the driver's analysis.")
]
_ANALYZE = OptionGroup(
    "analyze_settings",
    AnalyzeSettings,
    "How faces are found and smoothed",
    leave_out=frozenset({"colorspace", "frames"}),
)
_MATTES = OptionGroup("mattes", MatteSettings, "Mattes of your own, where the result lies on the plate")


@takes_settings(OptionGroup("settings", ReenactSettings, "How the face is moved and written"), _ANALYZE, _MATTES)
def reenact(
    source: Source,
    driver: Driver,
    out: Out,
    settings: ReenactSettings,
    analyze_settings: AnalyzeSettings,
    mattes: MatteSettings,
    pose_from: Annotated[
        str, typer.Option("--pose-from", metavar="D2", help="Another shot that gives the pose, or the word source.")
    ] = "",
    expression_from: Annotated[
        str, typer.Option("--expression-from", metavar="D3", help="Another shot for the expression, or source.")
    ] = "",
    source_layer: SourceLayer = "",
    driver_layer: DriverLayer = "",
    stereo_view: StereoView = "",
    source_analysis: Annotated[str, analysis_option("source")] = "",
    driver_analysis: Annotated[str, analysis_option("driver")] = "",
    pose_analysis: Annotated[str, analysis_option("pose")] = "",
    expression_analysis: Annotated[str, analysis_option("expression")] = "",
    corrections: Corrections = "",
    driver_corrections: DriverCorrections = "",
    path_map: PathMap = "",
    force: Force = False,
    log: Log = LogFormat.AUTO,
) -> None:
    """Move the face of the source as the driver moves: as a crop, or pasted back over the source's own plate."""
    with reporting(log) as progress:
        who = Pictures(source, source_layer, stereo_view)
        job = ReenactJob(
            who,
            Pictures(driver, driver_layer),
            out,
            _other(pose_from, who),
            _other(expression_from, who),
            settings,
            analyze_settings,
            source_analysis,
            driver_analysis,
            pose_analysis,
            expression_analysis,
            corrections,
            driver_corrections,
            mattes=mattes,
        )
        run_local_job(localize(job, path_map), progress, force)


@takes_settings(OptionGroup("settings", PoseSettings, "How the face is turned and written"), _ANALYZE, _MATTES)
def pose(
    source: Source,
    out: Out,
    settings: PoseSettings,
    analyze_settings: AnalyzeSettings,
    mattes: MatteSettings,
    curve: Annotated[
        str, typer.Option("--curve", metavar="FILE", help="CSV with the header frame,yaw,pitch,roll, or .chan.")
    ] = "",
    source_layer: SourceLayer = "",
    stereo_view: StereoView = "",
    source_analysis: Annotated[str, analysis_option("source")] = "",
    corrections: Corrections = "",
    path_map: PathMap = "",
    force: Force = False,
    log: Log = LogFormat.AUTO,
) -> None:
    """Turn the face of the source along a curve of angles, without a driver."""
    with reporting(log) as progress:
        who = Pictures(source, source_layer, stereo_view)
        job = PoseJob(who, out, curve, settings, analyze_settings, source_analysis, corrections, mattes=mattes)
        run_local_job(localize(job, path_map), progress, force)


@takes_settings(OptionGroup("settings", ExpressionSettings, "What is taken, and how it is written"), _ANALYZE, _MATTES)
def expression(
    source: Source,
    driver: Driver,
    out: Annotated[str, typer.Option("--out", metavar="O.%04d.exr", help="Pattern of the EXRs to write.")],
    settings: ExpressionSettings,
    analyze_settings: AnalyzeSettings,
    mattes: MatteSettings,
    source_layer: SourceLayer = "",
    driver_layer: DriverLayer = "",
    stereo_view: StereoView = "",
    source_analysis: Annotated[str, analysis_option("source")] = "",
    driver_analysis: Annotated[str, analysis_option("driver")] = "",
    corrections: Corrections = "",
    driver_corrections: DriverCorrections = "",
    path_map: PathMap = "",
    force: Force = False,
    log: Log = LogFormat.AUTO,
) -> None:
    """Put the driver's mouth, or eyes and brows, on the source's own head."""
    with reporting(log) as progress:
        job = ExpressionJob(
            Pictures(source, source_layer, stereo_view),
            Pictures(driver, driver_layer),
            out,
            settings,
            analyze_settings,
            source_analysis,
            driver_analysis,
            corrections,
            driver_corrections,
            mattes=mattes,
        )
        run_local_job(localize(job, path_map), progress, force)


def _other(path: str, source: Pictures) -> Pictures | None:
    """The shot that `--pose-from` names."""
    if path == OWN:
        return source
    return Pictures(path) if path else None
