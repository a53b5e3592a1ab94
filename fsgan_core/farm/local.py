"""The task plan on this machine: some engine processes side by side, watched, and started again when they die.

    run_locally(plan, files, LocalOptions(engine=("fsgan",), workers=2), progress)

A worker that is killed (out of memory, a crash of a driver, a machine that is needed elsewhere) is started again some
times; the frames it had finished are kept. A worker that fails with a reason is not: it would fail again.
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import threading
import time
from dataclasses import dataclass, field
from typing import Dict, List, Mapping, Optional, Sequence, Set, Tuple, Type

from fsgan_core.errors import (
    EngineError,
    FaceError,
    FsganError,
    JobError,
    OutputError,
    PlateError,
    StageMissingError,
)
from fsgan_core.farm.task_plan import NOTIFY_SECONDS, Step, TaskPlan
from fsgan_core.job.progress import Progress

_ERRORS: Dict[int, Type[FsganError]] = {
    1: FsganError,
    2: JobError,
    3: PlateError,
    4: StageMissingError,
    5: FaceError,
    6: EngineError,
    7: OutputError,
}
# Steps of a worker that look at frames without finishing one.
_PREPARING = ("find faces", "measure faces", "read views")
_POLL_SECONDS = 0.1


@dataclass(frozen=True)
class LocalOptions:
    """How the plan runs here.

    Args:
        engine: The command that starts the engine, such as ("fsgan",).
        workers: Engine processes at once, 1 or more.
        most_deaths: A task whose worker died this often is given up.
        extra_words: Added to every `run`, such as --force or --path-map.
        notify_seconds: What a cancelled worker has to finish its frame, before it is killed.
    """

    engine: Tuple[str, ...] = ("fsgan",)
    workers: int = 2
    most_deaths: int = 3
    extra_words: Tuple[str, ...] = ()
    notify_seconds: float = NOTIFY_SECONDS

    def __post_init__(self) -> None:
        """Refuse a plan that nobody works on.

        Raises:
            JobError: workers is not at least 1.
        """
        if self.workers < 1:
            raise JobError(f"{self.workers} workers do nothing. Name at least 1.")


@dataclass
class _Task:
    """One command line, and how often its worker died."""

    words: Tuple[str, ...]
    label: str
    deaths: int = 0


@dataclass
class _Worker:
    """One running engine process and the last words of it."""

    task: _Task
    process: subprocess.Popen[str]
    reader: threading.Thread
    failure: Optional[Dict[str, object]] = field(default=None)


def run_locally(plan: TaskPlan, files: Mapping[str, str], options: LocalOptions, progress: Progress) -> None:
    """Run every task of a plan on this machine, step after step.

    Args:
        plan: The tasks.
        files: The job files that stand for the plan's words JOB and FINETUNE_JOB.
        options: Workers and engine.
        progress: Hears about every finished frame; where it raises CancelledError, workers end with their frame.

    Raises:
        FsganError: A task failed, as its worker said, or its worker died too often.
        CancelledError: The user stopped the work. Frames on disk are complete.
    """
    for step in plan.steps:
        labels = [str(chunk) for chunk in plan.chunks(step)] or [""]
        tasks = [_Task(words, label) for words, label in zip(plan.tasks(step, files), labels)]
        _StepRun(step, tasks, options, progress).run()


class _StepRun:
    """The tasks of one step, worked through."""

    def __init__(self, step: Step, tasks: Sequence[_Task], options: LocalOptions, progress: Progress) -> None:
        self._step = step
        self._waiting = list(tasks)
        self._options = options
        self._progress = progress
        self._workers: List[_Worker] = []
        self._events: queue.Queue[Tuple[_Worker, Dict[str, object]]] = queue.Queue()
        self._finished: Set[int] = set()

    def run(self) -> None:
        """Until every task is done or one has failed."""
        frames = self._step.frames
        self._progress.begin(f"{self._step.name} on this machine", len(frames) if frames is not None else 1)
        try:
            while self._waiting or self._workers:
                self._progress.stop_if_cancelled()
                while self._waiting and len(self._workers) < self._options.workers:
                    self._start(self._waiting.pop(0))
                self._hear()
                for worker in [one for one in self._workers if one.process.poll() is not None]:
                    self._end(worker)
        except BaseException:
            self._stop()
            raise

    def _start(self, task: _Task) -> None:
        words = list(task.words)
        if words[0] == "run":
            words += self._options.extra_words
        command = [*self._options.engine, *words, "--log", "json"]
        try:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, encoding="utf-8",
                errors="replace", env=self._environment(),
            )  # fmt: skip
        except OSError as problem:
            raise EngineError(f"The engine {command[0]} cannot be started: {problem.strerror}.") from problem
        worker = _Worker(task, process, threading.Thread())
        worker.reader = threading.Thread(target=self._read, args=(worker,), daemon=True)
        worker.reader.start()
        self._workers.append(worker)

    def _environment(self) -> Dict[str, str]:
        """Workers share the cores; what they compute does not depend on how many they have."""
        environment = dict(os.environ)
        if self._step.frames is not None and self._options.workers > 1:
            share = max(1, (os.cpu_count() or 1) // self._options.workers)
            environment.setdefault("OMP_NUM_THREADS", str(share))
        return environment

    def _read(self, worker: _Worker) -> None:
        """Every event of one worker into the queue; runs in a thread of its own."""
        assert worker.process.stdout is not None
        for line in worker.process.stdout:
            try:
                event = json.loads(line)
            except ValueError:
                continue
            if isinstance(event, dict):
                self._events.put((worker, event))

    def _hear(self) -> None:
        """Pass on what the workers have said; waits a little where they say nothing."""
        try:
            worker, event = self._events.get(timeout=_POLL_SECONDS)
            while True:
                self._pass_on(worker, event)
                worker, event = self._events.get_nowait()
        except queue.Empty:
            pass

    def _pass_on(self, worker: _Worker, event: Dict[str, object]) -> None:
        kind, frame = event.get("event"), event.get("frame")
        if kind == "failed":
            worker.failure = event
        elif kind in ("warning", "note", "finished") and self._step.frames is None or kind == "warning":
            said = str(event.get("message", ""))
            (self._progress.warn if kind == "warning" else self._progress.note)(said)
        elif kind == "frame" and isinstance(frame, int) and not str(event.get("step")).startswith(_PREPARING):
            frames = self._step.frames
            if frames is not None and frame in frames and frame not in self._finished:
                self._finished.add(frame)
                status = event.get("status")
                self._progress.frame_done(frame, str(status) if status is not None else None)

    def _end(self, worker: _Worker) -> None:
        """A worker has ended: done, dead, or failed."""
        worker.reader.join()
        self._workers.remove(worker)
        while not self._events.empty():
            self._hear()
        task, code = worker.task, worker.process.returncode
        where = f"{self._step.name} {task.label}".strip()
        if code == 0:
            return
        if code in _ERRORS and worker.failure is not None:
            raise _ERRORS[code](f"{where}: {worker.failure.get('message', 'no reason given')}")
        task.deaths += 1
        if task.deaths >= self._options.most_deaths:
            raise EngineError(
                f"{where}: its worker died {task.deaths} times ({_death(code)}). If memory ran out, take fewer workers."
            )
        self._progress.warn(f"{where}: the worker died ({_death(code)}) and is started again; finished frames are kept")
        self._waiting.insert(0, task)

    def _stop(self) -> None:
        """Ask every worker to end with its frame; kill those that do not."""
        for worker in self._workers:
            if worker.process.poll() is None:
                worker.process.terminate()
        deadline = time.monotonic() + self._options.notify_seconds
        for worker in self._workers:
            try:
                worker.process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                worker.process.kill()
                worker.process.wait()


def _death(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"
