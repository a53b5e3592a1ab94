"""Ctrl-C and SIGTERM stop the program between two frames, with the exit codes that farms expect."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from fsgan_core.cli.cancellation import cancellation
from fsgan_core.errors import CancelledError

SLOW_ENGINE = """
import sys, time, types
def run_job(job, progress, force):
    progress.begin("swap", 1000)
    for frame in range(1, 1001):
        try:
            time.sleep({seconds})
        finally:
            print("end of work on", frame, flush=True)
        progress.frame_done(frame, "swapped")
module = types.ModuleType("fsgan_core.cli.run_job")
module.run_job = run_job
sys.modules["fsgan_core.cli.run_job"] = module
sys.argv = ["fsgan", "swap", "--source", "s.exr", "--plate", "p.exr", "--out", "o.exr"]
from fsgan_core.cli.main import main
main()
"""


def start(repository: Path, seconds: float) -> subprocess.Popen[str]:
    code = SLOW_ENGINE.format(seconds=seconds)
    process = subprocess.Popen([sys.executable, "-c", code], cwd=repository, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "swap: 1000 frames\n"
    return process


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
@pytest.mark.parametrize(("number", "exit_code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_signal_stops_after_the_frame_being_made(repository: Path, number: signal.Signals, exit_code: int) -> None:
    process = start(repository, seconds=0.05)
    process.send_signal(number)
    said, _ = process.communicate(timeout=30)
    assert process.returncode == exit_code
    lines = said.splitlines()
    assert lines[-1] == "ERROR: Cancelled. Frames written so far are complete."
    assert lines[-2].startswith("Progress: 0% swap frame")
    assert lines[-3].startswith("end of work on")


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
def test_second_signal_does_not_wait_for_the_frame(repository: Path) -> None:
    process = start(repository, seconds=20)
    process.send_signal(signal.SIGTERM)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(timeout=0.5)
    process.send_signal(signal.SIGTERM)
    said, _ = process.communicate(timeout=10)
    assert process.returncode == 143
    assert "end of work on 1" in said
    assert "Progress" not in said


def test_handlers_are_given_back() -> None:
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    with cancellation() as asked:
        assert asked() is None
        signal.raise_signal(signal.SIGINT)
        assert asked() == signal.SIGINT
        with pytest.raises(CancelledError):
            signal.raise_signal(signal.SIGINT)
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before
