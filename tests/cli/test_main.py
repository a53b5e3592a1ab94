"""The program leaves with the exit codes of the design, says one sentence, and starts fast."""

from __future__ import annotations

import errno
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fsgan_core import __version__
from fsgan_core.errors import (
    CancelledError,
    EngineError,
    FaceError,
    FsganError,
    JobError,
    OutputError,
    PlateError,
    StageMissingError,
    WeightsError,
)

SWAP = ("swap", "--source", "s.exr", "--plate", "p.exr", "--out", "o.exr")


def raising(problem: BaseException) -> Callable[..., None]:
    def work(*_: Any) -> None:
        raise problem

    return work


@pytest.mark.parametrize(
    ("problem", "exit_code"),
    [
        (FsganError("x"), 1),
        (ValueError("two\nlines"), 1),
        (JobError("x"), 2),
        (PlateError("x"), 3),
        (WeightsError("x"), 3),
        (StageMissingError("x"), 4),
        (FaceError("x"), 5),
        (EngineError("x"), 6),
        (MemoryError(), 6),
        (OutputError("x"), 7),
        (OSError(errno.ENOSPC, "No space left on device", "/o/swap.1001.exr"), 7),
        (CancelledError("x", signal_number=2), 130),
        (CancelledError("x", signal_number=15), 143),
        (KeyboardInterrupt(), 130),
    ],
)
def test_every_failure_has_its_exit_code_and_one_line(
    fsgan: Any, engine: Any, problem: BaseException, exit_code: int
) -> None:
    engine.work = raising(problem)
    outcome = fsgan(*SWAP)
    assert outcome.exit_code == exit_code
    assert outcome.out.startswith("ERROR: ")
    assert outcome.out.count("\n") == 1


def test_success_is_zero(fsgan: Any, engine: Any) -> None:
    assert fsgan(*SWAP).exit_code == 0
    assert len(engine.jobs) == 1


def test_failure_is_an_event_in_json(fsgan: Any, engine: Any) -> None:
    engine.work = raising(PlateError("The file is empty.", path="/p/p.1001.exr", frame=1001))
    outcome = fsgan(*SWAP, "--log", "json")
    event = json.loads(outcome.out)
    assert outcome.exit_code == event["exit_code"] == 3
    assert (event["event"], event["frame"], event["path"]) == ("failed", 1001, "/p/p.1001.exr")


def test_internal_error_keeps_its_traceback_for_the_log(
    fsgan: Any, engine: Any, caplog: pytest.LogCaptureFixture
) -> None:
    engine.work = raising(ZeroDivisionError("division by zero"))
    outcome = fsgan(*SWAP)
    assert "Internal error, please report it: ZeroDivisionError: division by zero" in outcome.out
    assert "Traceback" in caplog.text


@pytest.mark.parametrize(
    "arguments",
    [("swap",), ("nonsense",), ("swap", "--nonsense"), (*SWAP, "--max-views", "many"), (*SWAP, "--max-views", "9")],
)
def test_wrong_usage_is_two(fsgan: Any, engine: Any, arguments: tuple[str, ...]) -> None:
    assert fsgan(*arguments).exit_code == 2
    assert engine.jobs == []


def test_setting_outside_its_limits_names_the_limit(fsgan: Any, engine: Any) -> None:
    outcome = fsgan(*SWAP, "--max-views", "9")
    assert "max_views is 9: it must be at most 3" in outcome.out + outcome.err


def test_version_is_printed(fsgan: Any) -> None:
    assert fsgan("--version").out.strip() == __version__


def test_help_loads_nothing_heavy(repository: Path) -> None:
    code = (
        "import sys\n"
        "sys.argv = ['fsgan', 'swap', '--help']\n"
        "from fsgan_core.cli.main import main\n"
        "try: main()\n"
        "except SystemExit as end: assert end.code == 0\n"
        "heavy = [n for n in ('torch', 'numpy', 'scipy', 'cv2', 'OpenImageIO', 'av') if n in sys.modules]\n"
        "assert not heavy, heavy\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=repository, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert "--max-views" in done.stdout
