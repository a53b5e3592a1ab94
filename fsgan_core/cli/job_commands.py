"""`fsgan analyze`, `fsgan swap` and `fsgan run`: make a job of the arguments, or read one, and run it."""

from __future__ import annotations

import os
from typing import Annotated, Any

import typer

from fsgan_core.cli.reporting import LOG_OPTION, LogFormat, reporting
from fsgan_core.cli.settings_options import OptionGroup, takes_settings
from fsgan_core.errors import JobError
from fsgan_core.job.finetune_settings import FinetuneSettings
from fsgan_core.job.job_file import read_job
from fsgan_core.job.matte_settings import MatteSettings
from fsgan_core.job.path_mapping import PathRule, map_job_paths, map_path, read_path_rules
from fsgan_core.job.progress import Progress
from fsgan_core.job.settings import AnalyzeSettings, SwapSettings
from fsgan_core.job.spec import AnalyzeJob, FinetuneJob, Job, Pictures, SwapJob

PATH_MAP_VARIABLE = "FSGAN_PATH_MAP"


def analysis_option(pictures: str) -> Any:
    """The option that names the analysis file of one of a job's shots."""
    help_text = f"Where pass 1 of the {pictures} is kept; empty: beside the result."
    return typer.Option(f"--{pictures}-analysis", metavar="FILE.npz", help=help_text)


Log = Annotated[LogFormat, LOG_OPTION]
Corrections = Annotated[
    str,
    typer.Option("--corrections", metavar="FILE.json", help="What an artist set right in the analysis of the shot."),
]
PathMap = Annotated[
    str,
    typer.Option(
        "--path-map",
        metavar="FILE",
        envvar=PATH_MAP_VARIABLE,
        help="Path mapping rules (pathmapping-1.0 JSON) for paths of another machine.",
    ),
]
Force = Annotated[bool, typer.Option("--force", help="Make frames again that this very job has finished before.")]

RunFolderOption = Annotated[
    str,
    typer.Option(
        "--run-folder",
        metavar="DIR",
        help="Folder of a host's run: events go there too, and no other run may write this output meanwhile.",
    ),
]


@takes_settings(OptionGroup("settings", AnalyzeSettings, "How faces are found and smoothed"))
def analyze(
    plate: Annotated[str, typer.Argument(metavar="PLATE", help="Sequence (plate.%04d.exr), still or movie.")],
    out: Annotated[str, typer.Option("--out", metavar="FILE.npz", help="The analysis file to write.")],
    settings: AnalyzeSettings,
    layer: Annotated[str, typer.Option("--layer", help="EXR layer to read; empty: R G B.")] = "",
    stereo_view: Annotated[str, typer.Option("--stereo-view", help="Eye of a stereo plate, such as left.")] = "",
    weights: Annotated[str, typer.Option("--weights", help="Bundled pack, or a folder.")] = SwapSettings.weights,
    device: Annotated[str, typer.Option("--device", metavar="auto|cuda|cpu")] = SwapSettings.device,
    corrections: Corrections = "",
    path_map: PathMap = "",
    log: Log = LogFormat.AUTO,
) -> None:
    """Find, follow and measure the faces of a shot (pass 1)."""
    with reporting(log) as progress:
        job = AnalyzeJob(Pictures(plate, layer, stereo_view), out, settings, weights, device, corrections=corrections)
        run_local_job(localize(job, path_map), progress)


@takes_settings(
    OptionGroup("settings", SwapSettings, "How the face is put on the plate"),
    OptionGroup(
        "analyze_settings",
        AnalyzeSettings,
        "How faces are found and smoothed",
        leave_out=frozenset({"colorspace"}),
        renamed={"frames": "analyze_frames"},
    ),
    OptionGroup("mattes", MatteSettings, "Mattes of your own"),
)
def swap(
    source: Annotated[str, typer.Option("--source", metavar="S", help="Who is put in: sequence, still, movie.")],
    plate: Annotated[str, typer.Option("--plate", metavar="P", help="Who receives the face: sequence, still, movie.")],
    out: Annotated[str, typer.Option("--out", metavar="O.%04d.exr", help="Pattern of the layered EXRs to write.")],
    settings: SwapSettings,
    analyze_settings: AnalyzeSettings,
    mattes: MatteSettings,
    plate_layer: Annotated[str, typer.Option("--plate-layer", help="EXR layer of the plate; empty: R G B.")] = "",
    source_layer: Annotated[str, typer.Option("--source-layer", help="EXR layer of the source; empty: R G B.")] = "",
    stereo_view: Annotated[str, typer.Option("--stereo-view", help="Eye of a stereo plate, such as left.")] = "",
    plate_analysis: Annotated[str, analysis_option("plate")] = "",
    source_analysis: Annotated[str, analysis_option("source")] = "",
    corrections: Corrections = "",
    source_corrections: Annotated[
        str, typer.Option("--source-corrections", metavar="FILE.json", help="Corrections of the source's analysis.")
    ] = "",
    path_map: PathMap = "",
    force: Force = False,
    log: Log = LogFormat.AUTO,
) -> None:
    """Put the face of the source on the plate, every stage as a layer of the EXR."""
    with reporting(log) as progress:
        job = SwapJob(
            Pictures(plate, plate_layer, stereo_view),
            Pictures(source, source_layer),
            out,
            settings,
            analyze_settings,
            mattes,
            plate_analysis,
            source_analysis,
            corrections=corrections,
            source_corrections=source_corrections,
        )
        run_local_job(localize(job, path_map), progress, force)


@takes_settings(
    OptionGroup("settings", FinetuneSettings, "What is trained, and for how long"),
    OptionGroup(
        "analyze_settings",
        AnalyzeSettings,
        "How faces are found and smoothed",
        leave_out=frozenset({"colorspace", "frames"}),
    ),
)
def finetune(
    source: Annotated[
        list[str],
        typer.Option("--source", metavar="S", help="A clip of the person: sequence, still, movie. May be repeated."),
    ],
    out: Annotated[str, typer.Option("--out", metavar="DIR", help="Folder of the new weight pack.")],
    settings: FinetuneSettings,
    analyze_settings: AnalyzeSettings,
    source_layer: Annotated[str, typer.Option("--source-layer", help="EXR layer of the sources; empty: R G B.")] = "",
    path_map: PathMap = "",
    log: Log = LogFormat.AUTO,
) -> None:
    """Make the weights better for one person: swap --weights DIR. A stopped run keeps its best, and can go on."""
    with reporting(log) as progress:
        sources = tuple(Pictures(path, source_layer) for path in source)
        run_local_job(localize(FinetuneJob(sources, out, settings, analyze_settings), path_map), progress)


def run(
    job_file: Annotated[str, typer.Argument(metavar="JOB.json", help="The job, as a host or a farm wrote it.")],
    frames: Annotated[str, typer.Option("--frames", help="Only these frames of the job, such as 1001-1010.")] = "",
    only_analyze: Annotated[
        bool, typer.Option("--only-analyze", help="Only pass 1, for all frames: the first step on a farm.")
    ] = False,
    path_map: PathMap = "",
    force: Force = False,
    run_folder: RunFolderOption = "",
    log: Log = LogFormat.AUTO,
) -> None:
    """Run a job file: what every host node and farm task calls."""
    with reporting(log, run_folder) as progress:
        job = read_local_job(job_file, path_map, frames)
        if only_analyze:
            from fsgan_core.cli.run_job import run_analyses

            run_analyses(job, progress)
        else:
            run_local_job(job, progress, force)


def read_local_job(job_file: str, path_map: str, frames: str = "") -> Job:
    """A job file as a job with paths of this machine, for some of its frames where `frames` names them.

    Raises:
        JobError: The file or the rules cannot be read, a path is of another system, or the job cannot be split.
    """
    job = read_job(job_file)
    if frames:
        for_frames = getattr(job, "for_frames", None)
        if for_frames is None:
            message = "--frames needs a job that writes frames; an analysis must see the whole shot."
            raise JobError(message, path=job_file)
        job = for_frames(frames)
    return localize(job, path_map, folder=os.path.dirname(os.path.abspath(job_file)))


def localize(job: Job, path_map: str, folder: str = "") -> Job:
    """The job with its paths made paths of this machine.

    Args:
        job: As it was written.
        path_map: A file with mapping rules; "" means none.
        folder: What relative paths start from; "" means the current folder.

    Raises:
        JobError: The rules cannot be read, or a path is of another operating system.
    """
    rules: tuple[PathRule, ...] = read_path_rules(path_map) if path_map else ()
    return map_job_paths(job, lambda path: os.path.join(folder, map_path(path, rules)))


def run_local_job(job: Job, progress: Progress, force: bool = False) -> None:
    """Run a job whose paths are of this machine; only here torch is loaded."""
    from fsgan_core.cli.run_job import run_job

    run_job(job, progress, force=force)
