"""Events become lines that people, hosts and farms read, and a cancelled job stops between two frames."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys

import pytest

from fsgan_core.errors import CancelledError, OutputError, PlateError
from fsgan_core.job.progress import LOG_FORMATS, LineProgress, Progress, ProgressEvent


def lines_of(log_format: str) -> list[str]:
    """What a small job with one warning and a failure says."""
    stream = io.StringIO()
    progress = LineProgress(log_format, stream=stream)
    progress.begin("swap", 4)
    progress.frame_done(1001, "swapped")
    progress.warn("two\nlines")
    progress.wrote("/o/a  b.exr")
    progress.failed(PlateError("The file is truncated.", path="/p/p.1002.exr", frame=1002))
    return stream.getvalue().splitlines()


def test_plain_lines_carry_a_percentage_and_one_error_line() -> None:
    assert lines_of("plain") == [
        "swap: 4 frames",
        "Progress: 25% swap frame 1001 swapped (1/4)",
        "WARNING: two lines",
        "wrote /o/a  b.exr",
        "ERROR: /p/p.1002.exr, frame 1002: The file is truncated.",
    ]


def test_json_lines_leave_out_what_does_not_apply() -> None:
    events = [json.loads(line) for line in lines_of("json")]
    assert events[1] == {
        "event": "frame",
        "step": "swap",
        "done": 1,
        "total": 4,
        "frame": 1001,
        "status": "swapped",
    }
    assert events[4] == {
        "event": "failed",
        "frame": 1002,
        "path": "/p/p.1002.exr",
        "message": "/p/p.1002.exr, frame 1002: The file is truncated.",
        "exit_code": 3,
    }


def test_openjd_lines_are_those_a_session_parses() -> None:
    assert lines_of("openjd")[1:] == [
        "openjd_progress: 25.0",
        "openjd_status: swap frame 1001 swapped",
        "WARNING: two lines",
        "wrote /o/a  b.exr",
        "openjd_fail: /p/p.1002.exr, frame 1002: The file is truncated.",
    ]


@pytest.mark.parametrize("log_format", LOG_FORMATS)
def test_no_event_takes_more_lines_for_its_text(log_format: str) -> None:
    stream = io.StringIO()
    progress = LineProgress(log_format, stream=stream)
    for text in ("a\nb", "a\r\nb", "a\u2028b", "a\x85b"):
        progress.note(text)
    assert len(stream.getvalue().splitlines()) == 4


def test_a_new_step_counts_from_zero() -> None:
    seen: list[ProgressEvent] = []

    class Recorder(Progress):
        def show(self, event: ProgressEvent) -> None:
            seen.append(event)

    progress = Recorder()
    progress.begin("analyze plate", 2)
    progress.frame_done(1)
    progress.begin("swap", 1)
    progress.frame_done(1)
    assert [(event.step, event.done, event.total) for event in seen] == [
        ("analyze plate", 0, 2),
        ("analyze plate", 1, 2),
        ("swap", 0, 1),
        ("swap", 1, 1),
    ]


@pytest.mark.parametrize(("signal_number", "exit_code"), [(2, 130), (15, 143)])
def test_cancelled_job_stops_after_the_frame_it_reports(signal_number: int, exit_code: int) -> None:
    asked: list[int] = []
    stream = io.StringIO()
    progress = LineProgress("plain", cancelled_by=lambda: asked[0] if asked else None, stream=stream)
    progress.begin("swap", 3)
    progress.frame_done(1001, "swapped")
    asked.append(signal_number)
    with pytest.raises(CancelledError) as caught:
        progress.frame_done(1002, "swapped")
    assert caught.value.exit_code == exit_code
    assert "frame 1002" in stream.getvalue()
    with pytest.raises(CancelledError):
        progress.begin("movie", 3)


def test_error_text_of_several_lines_stays_one_line() -> None:
    stream = io.StringIO()
    LineProgress("plain", stream=stream).failed(OutputError("Disk\n  full"))
    assert stream.getvalue() == "ERROR: Disk full\n"


@pytest.mark.skipif(os.name == "nt", reason="POSIX pipes")
def test_reader_that_goes_away_does_not_end_the_work() -> None:
    work = (
        "import sys\n"
        "from fsgan_core.job.progress import LineProgress\n"
        "progress = LineProgress('plain')\n"
        "progress.begin('swap', 20000)\n"
        "for frame in range(20000): progress.frame_done(frame)\n"
        "print('complete', file=sys.stderr)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", work], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None and process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    said = process.stderr.read()
    assert process.wait(timeout=60) == 0
    assert said == b"complete\n"
    process.stderr.close()
