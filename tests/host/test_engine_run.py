"""A run is started, followed, stopped and found again; whatever happens there is one sentence, and nothing is lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from fsgan_core.cli.followed_progress import FollowedProgress
from fsgan_core.errors import CancelledError, OutputError, PlateError
from fsgan_core.host.engine_run import EngineRun, attach_run, last_run, prepare_run, start_run
from fsgan_core.host.find_engine import Engine
from fsgan_core.host.run_folder import KEPT_RUNS, past_runs, running_run
from fsgan_core.job.job_file import read_job
from fsgan_core.job.progress import Progress, ProgressEvent, json_lines
from fsgan_core.job.spec import SwapJob

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the toy engine is a POSIX script")


def frames_of(job: SwapJob) -> list[str]:
    return sorted(name for name in os.listdir(os.path.dirname(job.out)) if name.endswith(".exr"))


def until(run: EngineRun, event: str) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if any(item.event == event for item in run.poll()):
            return
        time.sleep(0.02)
    raise AssertionError(f"no {event}: {run.state}")


def test_run_writes_the_job_and_tells_every_frame(engine: Engine, job: SwapJob) -> None:
    run = start_run(job, engine)
    heard = []
    assert run.wait(60, heard.append)
    assert [event.frame for event in heard if event.event == "frame"] == [1001, 1002, 1003]
    assert run.outcome.is_ok
    assert run.state.wrote == (job.out,)
    assert read_job(run.folder.job) == job
    assert len(frames_of(job)) == 3


def test_no_call_of_a_timer_waits_for_the_engine(engine: Engine, job: SwapJob, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FSGAN_TOY", "slow")
    run = start_run(job, engine)
    longest = 0.0
    while run.is_running:
        started = time.monotonic()
        run.poll()
        longest = max(longest, time.monotonic() - started)
        time.sleep(0.01)
    assert run.outcome.is_ok
    assert longest < 0.1  # a user interface feels more than that; a call takes about a millisecond


def test_engine_gets_none_of_the_hosts_python(
    engine: Engine, job: SwapJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONHOME", "/opt/Nuke16.0v1")
    monkeypatch.setenv("NUKE_PATH", "/x")
    run = start_run(job, engine)
    assert run.wait(60)
    assert run.outcome.is_ok, run.outcome  # with that PYTHONHOME no Python starts
    assert run.state.message == "toy engine"


def test_error_of_the_engine_arrives_whole(engine: Engine, job: SwapJob, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FSGAN_TOY", "fail")
    run = start_run(job, engine)
    assert run.wait(60)
    with pytest.raises(PlateError, match=r"p.%04d.exr, frame 1001: the plate is offline. Mount its disk") as caught:
        run.outcome.raise_if_failed()
    assert caught.value.frame == 1001
    assert caught.value.path == "/p.%04d.exr"


def test_cancel_leaves_complete_frames_and_frees_the_output(
    engine: Engine, job: SwapJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FSGAN_TOY", "slow")
    run = start_run(replace(job, settings=replace(job.settings, frames="1-500")), engine)
    until(run, "frame")
    run.cancel()
    assert run.wait(30)
    assert run.outcome.is_cancelled
    assert "complete" in run.outcome.message
    with pytest.raises(CancelledError):
        run.outcome.raise_if_failed()
    assert 1 <= len(frames_of(job)) < 500
    assert not list(Path(job.out).parent.glob("*.part"))
    assert attach_run(job.out) is None


def test_cancel_now_ends_an_engine_that_does_not_listen(
    engine: Engine, job: SwapJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FSGAN_TOY", "hang")
    run = start_run(replace(job, settings=replace(job.settings, frames="1-500")), engine)
    until(run, "frame")
    run.cancel(now=True)
    assert run.wait(30)
    assert run.outcome.is_cancelled


def test_killed_engine_is_told_with_its_last_words_and_where_the_log_is(
    engine: Engine, job: SwapJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FSGAN_TOY", "die")
    run = start_run(job, engine)
    assert run.wait(60)
    assert run.outcome.exit_code == 1
    assert "signal 9" in run.outcome.message
    assert "Segmentation fault in a driver" in run.outcome.message
    assert run.folder.log in run.outcome.message
    assert frames_of(job) == ["swap.1001.exr"]
    monkeypatch.setenv("FSGAN_TOY", "")
    again = start_run(job, engine)
    assert again.wait(60)
    assert again.outcome.is_ok


def test_second_render_to_one_output_is_refused_and_changes_nothing(
    engine: Engine, job: SwapJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FSGAN_TOY", "slow")
    run = start_run(replace(job, settings=replace(job.settings, frames="1-500")), engine)
    until(run, "frame")
    before = past_runs(job.out)
    with pytest.raises(OutputError, match=r"being rendered by .* on .* \(process \d+\) since \d\d:\d\d"):
        start_run(job, engine)
    assert past_runs(job.out) == before
    run.cancel()
    assert run.wait(30)
    assert run.outcome.is_cancelled


@pytest.mark.parametrize("end", [None, "finished", "failed"])
def test_the_next_run_need_not_wait_for_an_engine_that_told_its_end(job: SwapJob, end: str | None) -> None:
    """A host acts on the last event, and the engine frees the output a moment after it was written."""
    folder = prepare_run(job)
    lock = folder.lock
    lock.acquire(folder.holder(False))
    told = [] if end is None else json_lines(ProgressEvent(end, message="Done.", exit_code=0))
    Path(folder.events).write_text("".join(line + "\n" for line in told), encoding="utf-8")
    try:
        if end is None:
            with pytest.raises(OutputError, match="being rendered"):
                prepare_run(job)
        else:
            assert prepare_run(job).path != folder.path
    finally:
        lock.release()


def test_the_last_event_frees_the_output(job: SwapJob) -> None:
    folder = prepare_run(job)
    progress = FollowedProgress(folder, Progress(), lambda: None)
    progress.lock_output()
    progress.note("at work")
    assert running_run(job.out) == folder
    progress.finished("Done.")
    assert running_run(job.out) is None
    progress.close()


def test_two_engines_at_one_moment_the_second_says_so(
    engine: Engine, job: SwapJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two hosts that both found the output free: the engine's own lock decides."""
    monkeypatch.setenv("FSGAN_TOY", "slow")
    long_job = replace(job, settings=replace(job.settings, frames="1-500"))
    runs = [start_run(long_job, engine), start_run(long_job, engine)]
    deadline = time.monotonic() + 30
    while all(run.is_running for run in runs) and time.monotonic() < deadline:
        for run in runs:
            run.poll()
        time.sleep(0.02)
    loser, winner = sorted(runs, key=lambda run: run.is_running)
    assert loser.outcome.exit_code == 7
    assert "being rendered" in loser.outcome.message
    assert winner.is_running
    winner.cancel()
    assert winner.wait(30)


def test_engine_outlives_the_host_and_is_found_again(
    engine: Engine, job: SwapJob, monkeypatch: pytest.MonkeyPatch, repository: Path, toy_engine: ModuleType
) -> None:
    monkeypatch.setenv("FSGAN_TOY", "slow")
    host = (
        f"import sys; sys.path.insert(0, {str(repository)!r})\n"
        "from fsgan_core.host.engine_run import start_run\n"
        "from fsgan_core.host.find_engine import Engine\n"
        "from fsgan_core.job.spec import Pictures, SwapJob\n"
        "from fsgan_core.job.settings import SwapSettings\n"
        f"job = SwapJob(Pictures('/p.exr'), Pictures('/s.mov'), {job.out!r}, SwapSettings(frames='1-40'))\n"
        f"run = start_run(job, Engine({engine.program!r}, (0, 2, 0)))\n"
        "import time\n"
        "while run.state.done < 2: run.poll(); time.sleep(0.02)\n"
        "print(run._process.pid, flush=True)\n"
        "time.sleep(100)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", host], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    pid = int(process.stdout.readline())
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert toy_engine.is_process(pid)
    run = attach_run(job.out)
    assert run is not None
    run.poll()
    assert run.state.done >= 2
    assert run.wait(60)
    assert run.outcome.is_ok
    assert len(frames_of(job)) == 40
    past = last_run(job.out)
    assert past is not None
    assert past.wait(10)
    assert past.outcome == run.outcome


def test_cancel_reaches_a_run_that_another_host_started(
    engine: Engine, job: SwapJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FSGAN_TOY", "slow")
    run = start_run(replace(job, settings=replace(job.settings, frames="1-500")), engine)
    until(run, "frame")
    other = attach_run(job.out)
    assert other is not None
    other.cancel()
    assert other.wait(30)
    assert other.outcome.is_cancelled
    assert run.wait(5)
    assert run.outcome.exit_code == 143


def test_output_folder_that_cannot_be_written_is_named(engine: Engine, job: SwapJob, tmp_path: Path) -> None:
    (tmp_path / "my shot").write_text("a file where the folder should be")
    with pytest.raises(OutputError, match="Choose another output") as caught:
        start_run(job, engine)
    assert str(tmp_path) in str(caught.value)


def test_old_runs_are_removed_and_the_last_ones_stay(engine: Engine, job: SwapJob) -> None:
    from fsgan_core.host.run_folder import new_run_folder

    folders = [new_run_folder(job.out) for _ in range(KEPT_RUNS + 3)]
    assert past_runs(job.out) == folders[-KEPT_RUNS:]


def test_what_a_host_leaves_beside_the_runs_is_no_run(engine: Engine, job: SwapJob) -> None:
    run = start_run(job, engine)
    (Path(run.folder.path).parent / "prerender").mkdir()
    assert run.wait(60)
    assert past_runs(job.out) == [run.folder]
    past = last_run(job.out)
    assert past is not None
    assert past.folder == run.folder


def test_nobody_writes_an_output_that_never_was(job: SwapJob) -> None:
    assert attach_run(job.out) is None
    assert last_run(job.out) is None
