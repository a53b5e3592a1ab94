"""How a command tells what it does, and how every failure becomes one sentence and an exit code."""

from __future__ import annotations

import errno
import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum

import typer
from rich.console import Console

from fsgan_core.cli.cancellation import cancellation
from fsgan_core.cli.followed_progress import FollowedProgress, open_run_folder
from fsgan_core.cli.progress_bar import BarProgress
from fsgan_core.errors import CancelledError, EngineError, FsganError, OutputError
from fsgan_core.job.progress import LineProgress, Progress, one_line

logger = logging.getLogger("fsgan")


class LogFormat(StrEnum):
    """What `--log` may say."""

    AUTO = "auto"
    PLAIN = "plain"
    JSON = "json"
    OPENJD = "openjd"


LOG_OPTION = typer.Option(
    "--log", help="How progress is told: a bar on a terminal and plain lines elsewhere (auto), or as named."
)


@contextmanager
def reporting(log_format: LogFormat, run_folder: str = "") -> Iterator[Progress]:
    """The progress of one command; a failure inside is told, and leaves as typer.Exit with the design's exit code.

    Signals are caught while it runs: the pipeline stops between two frames.

    Args:
        log_format: How progress is told on standard output.
        run_folder: Where a host reads along (`fsgan_core/host`); its output is locked meanwhile. "" means nowhere.

    Raises:
        typer.Exit: The work failed or was cancelled.
    """
    with cancellation() as cancelled_by:
        progress = open_progress(log_format, cancelled_by)
        try:
            if run_folder:
                progress = followed = FollowedProgress(open_run_folder(run_folder), progress, cancelled_by)
                followed.lock_output()
            yield progress
        except (Exception, KeyboardInterrupt) as problem:
            error = as_fsgan_error(problem)
            progress.failed(error)
            raise typer.Exit(error.exit_code) from problem
        finally:
            progress.close()


def open_progress(log_format: LogFormat, cancelled_by: Callable[[], int | None]) -> Progress:
    """The progress that `--log` asks for."""
    if log_format is LogFormat.AUTO and sys.stdout.isatty():
        return BarProgress(cancelled_by, Console())
    return LineProgress("plain" if log_format is LogFormat.AUTO else log_format.value, cancelled_by)


def as_fsgan_error(problem: BaseException) -> FsganError:
    """Any failure as one of ours; the traceback of an unexpected one goes to the log."""
    if isinstance(problem, FsganError):
        return problem
    if isinstance(problem, KeyboardInterrupt):
        return CancelledError("Cancelled.")
    if isinstance(problem, MemoryError) or type(problem).__name__ == "OutOfMemoryError":
        return EngineError(f"Out of memory ({one_line(str(problem))}). Close other programs, or use --device cpu.")
    if isinstance(problem, OSError) and problem.errno in (errno.ENOSPC, errno.EDQUOT, errno.EROFS):
        return OutputError(f"The output cannot be written: {problem.strerror}.", path=problem.filename)
    logger.error("internal error", exc_info=problem)
    said = one_line(str(problem)) or "no message"
    return FsganError(f"Internal error, please report it: {type(problem).__name__}: {said}")
