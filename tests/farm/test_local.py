"""The plan on this machine: workers side by side, watched, started again when they die, stopped when asked."""

from __future__ import annotations

import os
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from fsgan_core.errors import CancelledError, EngineError, FaceError, JobError, OutputError
from fsgan_core.farm.local import LocalOptions, run_locally
from fsgan_core.farm.task_plan import JOB, TaskOptions, TaskPlan, plan_tasks
from fsgan_core.job.progress import Progress, ProgressEvent
from fsgan_core.job.spec import Pictures, SwapJob
from fsgan_core.shot.frame_range import FrameRange

ENGINE = '''
"""Stands for the engine: makes an empty file for each frame, and dies, fails or dawdles as its folder says."""
import json, os, pathlib, signal, sys, time
folder = pathlib.Path(sys.argv[1])
words = sys.argv[2:]
with open(folder / "calls.txt", "a") as calls:
    calls.write(" ".join(words) + "\\n")
def say(**event):
    print(json.dumps(event), flush=True)
def stop(*_):
    (folder / f"stopped.{os.getpid()}").touch()
    sys.exit(143)
signal.signal(signal.SIGTERM, stop)
print("no event, but a line of a library")
if "--frames" in words:
    first, _, last = words[words.index("--frames") + 1].partition("-")
    say(event="step", step="find faces in p", done=0, total=1)
    say(event="frame", step="find faces in p", done=1, total=1, frame=int(first))
    for number in range(int(first), int(last or first) + 1):
        kept = (folder / f"frame.{number}").exists()
        if (folder / f"die.{number}").exists() and not kept:
            if not (folder / "die.always").exists():
                (folder / f"die.{number}").unlink()
            os.kill(os.getpid(), signal.SIGKILL)
        if (folder / f"fail.{number}").exists():
            say(event="failed", message="no face here", exit_code=5)
            sys.exit(5)
        if (folder / "slow").exists():
            time.sleep(30)
        (folder / f"frame.{number}").touch()
        say(event="frame", step="swap p", done=1, total=1, frame=number, status="kept" if kept else "swapped")
elif words[0] == "verify" and (folder / "bad").exists():
    say(event="failed", message="frames differ", exit_code=7)
    sys.exit(7)
say(event="finished", message="done " + words[0], exit_code=0)
'''


class Heard(Progress):
    """Keeps what was said; asks to stop once a file is there."""

    def __init__(self, stop_file: Path | None = None) -> None:
        super().__init__(lambda: 15 if stop_file is not None and stop_file.exists() else None)
        self.events: list[ProgressEvent] = []

    def show(self, event: ProgressEvent) -> None:
        self.events.append(event)

    @property
    def frames(self) -> list[tuple[int | None, str | None]]:
        return [(event.frame, event.status) for event in self.events if event.event == "frame"]


@pytest.fixture
def plan() -> TaskPlan:
    job = SwapJob(Pictures("/p.%04d.exr"), Pictures("/s.mov"), "/o/swap.%04d.exr")
    return plan_tasks(job, FrameRange.parse("1-10"), TaskOptions(3))


@pytest.fixture
def options(tmp_path: Path) -> LocalOptions:
    (tmp_path / "engine.py").write_text(ENGINE)
    return LocalOptions((sys.executable, str(tmp_path / "engine.py"), str(tmp_path)), workers=3, notify_seconds=20)


FILES = {JOB: "job.json"}


def calls(folder: Path) -> list[str]:
    return (folder / "calls.txt").read_text().splitlines()


def test_steps_run_in_order_and_every_frame_is_told_once(plan: TaskPlan, options: LocalOptions, tmp_path: Path) -> None:
    heard = Heard()
    run_locally(plan, FILES, replace(options, extra_words=("--force",)), heard)
    assert sorted(number for number, _ in heard.frames) == list(range(1, 11))
    said = calls(tmp_path)
    assert said[0] == "run job.json --only-analyze --force --log json"
    assert said[-1] == "verify job.json --log json"
    assert sorted(said[1:-1]) == [
        f"run job.json --frames {chunk} --force --log json" for chunk in ("1-3", "4-6", "7-8", "9-10")
    ]


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
def test_a_worker_that_dies_is_started_again_and_finished_frames_are_kept(
    plan: TaskPlan, options: LocalOptions, tmp_path: Path
) -> None:
    (tmp_path / "die.5").touch()
    heard = Heard()
    run_locally(plan, FILES, options, heard)
    warnings = [str(event.message) for event in heard.events if event.event == "warning"]
    assert warnings == ["Frames 4-6: the worker died (signal 9) and is started again; finished frames are kept"]
    assert sorted(number for number, _ in heard.frames) == list(range(1, 11))
    assert sum("4-6" in call for call in calls(tmp_path)) == 2


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
def test_a_task_whose_worker_always_dies_is_given_up(plan: TaskPlan, options: LocalOptions, tmp_path: Path) -> None:
    for name in ("die.5", "die.always"):
        (tmp_path / name).touch()
    with pytest.raises(EngineError, match="Frames 4-6: its worker died 3 times"):
        run_locally(plan, FILES, options, Heard())
    assert not any(call.startswith("verify") for call in calls(tmp_path))


def test_a_worker_that_fails_with_a_reason_is_not_started_again(
    plan: TaskPlan, options: LocalOptions, tmp_path: Path
) -> None:
    (tmp_path / "fail.8").touch()
    with pytest.raises(FaceError, match="Frames 7-8: no face here"):
        run_locally(plan, FILES, options, Heard())
    assert sum("7-8" in call for call in calls(tmp_path)) == 1


def test_a_failed_check_fails_the_job(plan: TaskPlan, options: LocalOptions, tmp_path: Path) -> None:
    (tmp_path / "bad").touch()
    with pytest.raises(OutputError, match="Verify: frames differ"):
        run_locally(plan, FILES, options, Heard())


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
def test_cancelling_asks_every_worker_to_end(plan: TaskPlan, options: LocalOptions, tmp_path: Path) -> None:
    (tmp_path / "slow").touch()
    heard = Heard(tmp_path / "calls.txt")
    started = time.monotonic()
    with pytest.raises(CancelledError):
        run_locally(plan_tasks(plan.job, FrameRange.parse("1-9"), TaskOptions(3)), FILES, options, heard)
    assert time.monotonic() - started < 20


def test_an_engine_that_is_not_there_is_named(plan: TaskPlan) -> None:
    with pytest.raises(EngineError, match="no-such-engine cannot be started"):
        run_locally(plan, FILES, LocalOptions(("no-such-engine",)), Heard())
    with pytest.raises(JobError, match="at least 1"):
        LocalOptions(workers=0)
