"""`fsgan demo`: swap the faces of the two bundled plates, both ways, and show every stage."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from fsgan_core.cli.reporting import LOG_OPTION, LogFormat, reporting
from fsgan_core.job.progress import Progress
from fsgan_core.job.settings import AnalyzeSettings, SwapSettings
from fsgan_core.job.spec import Pictures, SwapJob

SAMPLES = Path(__file__).parent.parent / "samples" / "plates"
SHEET_ROWS = 6


def demo(
    out: Annotated[Path, typer.Option("--out", help="Folder to write to; what is there is replaced.")] = Path(
        "fsgan_demo"
    ),
    frames: Annotated[str, typer.Option("--frames", help="Of the bundled plates, 1001-1024; empty: all.")] = "",
    weights: Annotated[str, typer.Option("--weights", help="Bundled pack, or a folder.")] = SwapSettings.weights,
    device: Annotated[str, typer.Option("--device", metavar="auto|cuda|cpu")] = SwapSettings.device,
    log: Annotated[LogFormat, LOG_OPTION] = LogFormat.AUTO,
) -> None:
    """Swap the faces of the two bundled plates, both ways: layered EXRs, a movie, a contact sheet, figures."""
    with reporting(log) as progress:
        started = time.monotonic()
        for source, plate in (("a", "b"), ("b", "a")):
            settings = SwapSettings(weights=weights, device=device, source_frames=frames)
            swap_and_show(demo_job(source, plate, out, settings), out / f"{source}_on_{plate}", progress)
        progress.finished(f"Done in {time.monotonic() - started:.0f} s. Look at {out.absolute()}.")


def demo_job(source: str, plate: str, out: Path, settings: SwapSettings) -> SwapJob:
    """The job that puts sample `source` on sample `plate`; the frames of the source are those of the plate."""
    return SwapJob(
        plate=Pictures(str(SAMPLES / plate / "plate.%04d.exr")),
        source=Pictures(str(SAMPLES / source / "plate.%04d.exr")),
        out=str(out / f"{source}_on_{plate}" / "swap.%04d.exr"),
        settings=settings,
        analyze=AnalyzeSettings(frames=settings.source_frames),
        plate_analysis=str(out / "analysis" / f"{plate}.npz"),
        source_analysis=str(out / "analysis" / f"{source}.npz"),
    )


def swap_and_show(job: SwapJob, name: Path, progress: Progress) -> None:
    """Run a swap job; beside it write a movie and a contact sheet, and tell the figures.

    Args:
        job: The swap.
        name: Path of the movie and the sheet without their extensions.
        progress: Hears about every frame.

    Raises:
        FsganError: As of the pipeline.
    """
    from fsgan_core.cli.swap_pictures import spread, write_comparison, write_stage_sheet
    from fsgan_core.evaluation.swap_measures import describe_measures, measure_swap
    from fsgan_core.evaluation.swap_meter import SwapMeter
    from fsgan_core.face.choose_face import choose_face
    from fsgan_core.pipeline.analysis_file import load_analysis
    from fsgan_core.pipeline.engine import open_engine
    from fsgan_core.pipeline.swap_shot import prepare_swap, swap_shot

    meter = SwapMeter()
    swap_shot(job, progress, meter=meter)
    for line in meter.lines():
        progress.note(f"{name.name}: {line}")
    pack = open_engine(job.settings.weights, job.settings.device)
    face, swapper = prepare_swap(job, pack, progress)
    frames = [int(number) for number in face.frames]
    write_comparison(job, frames, f"{name}.mp4")
    progress.wrote(f"{name}.mp4")
    write_stage_sheet(job, face, swapper, spread(frames, SHEET_ROWS), f"{name}.png")
    progress.wrote(f"{name}.png")
    source = choose_face(load_analysis(job.analysis_paths()[1]), job.settings.source_face)
    progress.note(f"{name.name}: {describe_measures(measure_swap(job, face, source, pack, progress))}")
