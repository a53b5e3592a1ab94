"""`fsgan view` and `fsgan appearance-map`: look at what the engine sees, in a window or as a file."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from typing import Annotated

import typer

from fsgan_core.cli.job_commands import Log, PathMap, localize
from fsgan_core.cli.reporting import LogFormat, reporting
from fsgan_core.cli.settings_options import OptionGroup, takes_settings
from fsgan_core.errors import EngineError
from fsgan_core.job.appearance_map_job import AppearanceMapJob
from fsgan_core.job.settings import AnalyzeSettings, SwapSettings
from fsgan_core.job.spec import Pictures

_OF_THE_SOURCE = frozenset({
    "face", "weights", "device", "max_views", "min_view_distance_deg", "step_deg", "artificial_views", "source_frames",
    "source_face", "source_colorspace",
})  # fmt: skip
_OF_THE_PLATE = frozenset(SwapSettings.__dataclass_fields__) - _OF_THE_SOURCE


@takes_settings(
    OptionGroup("settings", SwapSettings, "What the map is made of", leave_out=_OF_THE_PLATE),
    OptionGroup(
        "analyze_settings",
        AnalyzeSettings,
        "How the source's faces are found and smoothed",
        leave_out=frozenset({"colorspace", "frames"}),
    ),
)
def appearance_map(
    source: Annotated[str, typer.Option("--source", metavar="S", help="Who is put in: sequence, still, movie.")],
    out: Annotated[str, typer.Option("--out", metavar="O.map.json", help="The map to write; a PNG stands beside.")],
    settings: SwapSettings,
    analyze_settings: AnalyzeSettings,
    source_layer: Annotated[str, typer.Option("--source-layer", help="EXR layer of the source; empty: R G B.")] = "",
    source_analysis: Annotated[
        str, typer.Option("--source-analysis", metavar="FILE.npz", help="Where pass 1 of the source is kept.")
    ] = "",
    plate_analysis: Annotated[
        str, typer.Option("--plate-analysis", metavar="FILE.npz", help="Also tell what this plate's frames take.")
    ] = "",
    corrections: Annotated[
        str, typer.Option("--corrections", metavar="FILE.json", help="Corrections of the plate's analysis.")
    ] = "",
    source_corrections: Annotated[
        str, typer.Option("--source-corrections", metavar="FILE.json", help="Corrections of the source's analysis.")
    ] = "",
    path_map: PathMap = "",
    log: Log = LogFormat.AUTO,
) -> None:
    """Write the source's appearance map: its views by pose, their triangles, and what each frame of a plate takes."""
    with reporting(log) as progress:
        job = AppearanceMapJob(
            Pictures(source, source_layer),
            out,
            settings,
            analyze_settings,
            source_analysis,
            plate_analysis,
            corrections,
            source_corrections,
        )
        from fsgan_core.cli.run_job import run_job

        run_job(localize(job, path_map), progress)


def view(
    shot: Annotated[str, typer.Argument(metavar="SHOT", help="Job file, result, plate, analysis, map or folder.")],
    plate: Annotated[str, typer.Option("--plate", help="The plate, where SHOT does not name it.")] = "",
    source: Annotated[str, typer.Option("--source", help="The source, where SHOT does not name it.")] = "",
    analysis: Annotated[str, typer.Option("--analysis", metavar="FILE.npz", help="Pass 1 of the plate.")] = "",
    report: Annotated[str, typer.Option("--report", metavar="FILE.json", help="What fsgan evaluate wrote.")] = "",
    appearance_map: Annotated[str, typer.Option("--map", metavar="FILE.json", help="The appearance map.")] = "",
    corrections: Annotated[str, typer.Option("--corrections", metavar="FILE.json", help="Corrections to edit.")] = "",
) -> None:
    """Open a shot in the desktop viewer (needs the extra `viewer`)."""
    if importlib.util.find_spec("PyQt5") is None or importlib.util.find_spec("fsgan_viewer") is None:
        raise EngineError(
            f"The viewer is not installed. Run {os.path.basename(sys.executable)} -m pip install 'fsgan[viewer]' "
            "(in a checkout: -e '.[viewer]')."
        )
    named = {
        "--plate": plate, "--source": source, "--analysis": analysis, "--report": report, "--map": appearance_map,
        "--corrections": corrections,
    }  # fmt: skip
    # A process of its own: a window needs neither torch nor this program's libraries.
    command = [sys.executable, "-m", "fsgan_viewer", shot]
    command += [word for option, value in named.items() if value for word in (option, value)]
    if os.name == "nt":
        raise typer.Exit(subprocess.call(command))
    sys.stdout.flush()
    os.execv(command[0], command)
