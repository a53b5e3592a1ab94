"""At a terminal, progress is a bar a step, and messages stand above it unharmed."""

from __future__ import annotations

import io

from rich.console import Console

from fsgan_core.cli.progress_bar import LONGEST_STEP, BarProgress, shortened
from fsgan_core.errors import PlateError


def test_bar_counts_frames_and_statuses() -> None:
    stream = io.StringIO()
    progress = BarProgress(None, Console(file=stream, width=120, force_terminal=True, color_system=None))
    progress.begin("swap", 3)
    progress.frame_done(1001, "swapped")
    progress.frame_done(1002, "no_face")
    progress.frame_done(1003, "swapped")
    progress.wrote("/shots/[010]/swap.%04d.exr")
    progress.finished("Done [all of it].")
    progress.close()
    said = stream.getvalue()
    assert "3/3" in said
    assert "2 swapped  1 no_face" in said
    assert "wrote /shots/[010]/swap.%04d.exr" in said
    assert "Done [all of it]." in said


def test_failure_keeps_brackets_of_a_path() -> None:
    stream = io.StringIO()
    progress = BarProgress(None, Console(file=stream, width=40, force_terminal=True, color_system=None))
    progress.failed(PlateError("The file is empty.", path="/shots/[bold]/p.exr"))
    progress.close()
    assert "ERROR: /shots/[bold]/p.exr: The file is empty." in stream.getvalue().replace("\n", " ")


def test_long_step_keeps_what_is_done_and_the_end_of_the_path() -> None:
    name = shortened("find faces in /mnt/projects/show/shots/010/plates/v003/plate.%04d.exr")
    assert len(name) == LONGEST_STEP
    assert name.startswith("find faces in /")
    assert name.endswith("v003/plate.%04d.exr")
    assert shortened("swap plate.exr") == "swap plate.exr"
