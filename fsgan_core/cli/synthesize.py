"""`fsgan synthesize`: make the pictures and labels that training reads."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fsgan_core.cli.reporting import LOG_OPTION, LogFormat, reporting
from fsgan_core.cli.settings_options import OptionGroup, takes_settings
from fsgan_core.errors import JobError
from fsgan_core.training.synthesis.settings import SynthesisSettings

_OPTIONS = OptionGroup("settings", SynthesisSettings, "What to make")
_DATA_HELP = "Folder with ict_facekit, subjects, face_pack, occluders, makehuman and hdri."
_OUT_HELP = "Where subjects, clips, takes, photos, heads.npz and occluders.npz go."


@takes_settings(_OPTIONS)
def synthesize(
    data: Annotated[Path, typer.Option("--data", help=_DATA_HELP, show_default=False)],
    out: Annotated[Path, typer.Option("--out", help=_OUT_HELP, show_default=False)],
    settings: SynthesisSettings,
    log: Annotated[LogFormat, LOG_OPTION] = LogFormat.AUTO,
) -> None:
    """Make the pictures and labels that training reads; the same settings make the same files."""
    with reporting(log) as progress:
        try:
            from fsgan_core.training.synthesis.synthesize import synthesize as make
        except ModuleNotFoundError as error:
            if error.name != "numba":
                raise
            raise JobError("fsgan synthesize needs numba; install it with: pip install 'fsgan[train]'") from error
        make(data, out, settings, progress)
        progress.finished(f"{out} is ready for fsgan train.")
