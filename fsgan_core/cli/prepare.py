"""`fsgan prepare`: make training data of the user's own footage."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fsgan_core.cli.reporting import LOG_OPTION, LogFormat, reporting
from fsgan_core.cli.settings_options import OptionGroup, takes_settings
from fsgan_core.job.settings import SwapSettings
from fsgan_core.job.spec import Pictures
from fsgan_core.training.footage_settings import FootageSettings


@takes_settings(OptionGroup("settings", FootageSettings, "What is kept"))
def prepare(
    clips: Annotated[list[str], typer.Argument(metavar="CLIP...", help="Sequences (a.%04d.exr), stills or movies.")],
    out: Annotated[Path, typer.Option("--out", help="Folder of prepared data, for fsgan train --data.")],
    settings: FootageSettings,
    analyses: Annotated[
        Path | None,
        typer.Option("--analyses", help="Folder of the clips' analyses, NAME.npz; empty: analyses in --out."),
    ] = None,
    colorspace: Annotated[str, typer.Option("--colorspace", help="Of all clips; empty: what each says.")] = "",
    weights: Annotated[str, typer.Option("--weights", help="Bundled pack, or a folder.")] = SwapSettings.weights,
    device: Annotated[str, typer.Option("--device", metavar="auto|cuda|cpu")] = SwapSettings.device,
    log: Annotated[LogFormat, LOG_OPTION] = LogFormat.AUTO,
) -> None:
    """Make training data of your own footage: faces found, pruned, grouped by person, the most varied kept."""
    with reporting(log) as progress:
        from fsgan_core.pipeline.engine import open_engine
        from fsgan_core.training.prepare_footage import prepare_footage

        plates = [Pictures(clip).with_frames("", colorspace) for clip in clips]
        pack = open_engine(weights, device)
        written = prepare_footage(plates, out, analyses or out / "analyses", pack, settings, progress)
        progress.finished(f"{len(written)} people; {out} is ready for fsgan train.")
