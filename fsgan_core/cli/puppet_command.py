"""`fsgan puppet`: a process that turns a source's face as it is told, line by line. What a viewer starts."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from fsgan_core.cli.reporting import LogFormat, reporting
from fsgan_core.job.progress import silence_if_unread
from fsgan_core.job.settings import SwapSettings
from fsgan_core.job.spec import Pictures


def puppet(
    source: Annotated[str, typer.Option("--source", metavar="S", help="Who is turned: sequence, still, movie.")],
    source_layer: Annotated[str, typer.Option("--source-layer", help="EXR layer of the source; empty: R G B.")] = "",
    source_frames: Annotated[str, typer.Option("--source-frames", help="Frames to learn the face from.")] = "",
    source_face: Annotated[str, typer.Option("--source-face")] = SwapSettings.source_face,
    source_colorspace: Annotated[str, typer.Option("--source-colorspace")] = "",
    source_analysis: Annotated[
        str, typer.Option("--source-analysis", metavar="FILE.npz", help="Where pass 1 is kept; empty: nowhere.")
    ] = "",
    corrections: Annotated[
        str, typer.Option("--corrections", metavar="FILE.json", help="Corrections of the source's analysis.")
    ] = "",
    max_views: Annotated[int, typer.Option("--max-views", min=1, max=3)] = SwapSettings.max_views,
    weights: Annotated[str, typer.Option("--weights", help="Bundled pack, or a folder.")] = SwapSettings.weights,
    device: Annotated[str, typer.Option("--device", metavar="auto|cuda|cpu")] = SwapSettings.device,
) -> None:
    """Turn a face as told: JSON lines with poses in, pictures out. What the viewer starts; see docs/reenactment.md."""
    with reporting(LogFormat.JSON) as progress:
        settings = SwapSettings(
            source_frames=source_frames,
            source_face=source_face,
            source_colorspace=source_colorspace,
            max_views=max_views,
            weights=weights,
            device=device,
        )
        plate = Pictures(source, source_layer).with_frames(source_frames, source_colorspace)
        from fsgan_core.cli.puppet_loop import PuppetLoop
        from fsgan_core.pipeline.corrected_face import open_corrections
        from fsgan_core.pipeline.engine import open_engine
        from fsgan_core.pipeline.puppet import open_puppet

        pack = open_engine(settings.weights, settings.device)
        opened = open_puppet(plate, pack, settings, progress, source_analysis, open_corrections(corrections))
        sys.stdout.flush()
        # Not buffered: a thread that waits in a buffered reader cannot be left when the program ends.
        with os.fdopen(os.dup(sys.stdin.fileno()), "rb", buffering=0) as requests:
            PuppetLoop(opened, requests, sys.stdout.buffer).run(pack.device, progress.stop_if_cancelled)
        silence_if_unread(sys.stdout)
