"""Clips of many people, drawn side by side; a person's file has the same bytes on any number of workers."""

from __future__ import annotations

import hashlib
import signal
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from multiprocessing import get_context
from pathlib import Path

import cv2
import numpy as np

from fsgan_core.errors import EngineError, JobError, OutputError
from fsgan_core.job.progress import Progress
from fsgan_core.training.synthesis.environment_light import load_environments
from fsgan_core.training.synthesis.head_maps import map_head
from fsgan_core.training.synthesis.morphable_head import load_ict_head
from fsgan_core.training.synthesis.person_clips import draw_clip, draw_takes, read_portrait
from fsgan_core.training.synthesis.prepared_clip import ClipMeta, prepare_clip, read_meta, write_clip
from fsgan_core.training.synthesis.settings import CLIPS, TAKES, DataFolder
from fsgan_core.training.synthesis.subject import prepare_subject
from fsgan_core.training.synthesis.subject_pack import DEMO_SPLIT, SubjectPack, SubjectRecord

# Raise it with any change that gives other pictures: clips of different renderers must not be mixed unnoticed.
RENDERER_VERSION = 1
DRAWN, KEPT = "drawn", "kept"
_KIND_NUMBER = {CLIPS: 0, TAKES: 1}


@dataclass(frozen=True)
class ClipTask:
    """What to draw of each person.

    Attributes:
        data: Where the data lie.
        folder: Where the clips go; it exists.
        kind: CLIPS or TAKES.
        seed: Of every person's views.
        views: Pictures drawn of each.
    """

    data: DataFolder
    folder: Path
    kind: str
    seed: int
    views: int

    @property
    def origin(self) -> dict[str, str | int | float]:
        """What a clip says about how it was made."""
        return {"kind": self.kind, "renderer": RENDERER_VERSION, "seed": self.seed, "views": self.views}


def write_people(task: ClipTask, names: Sequence[str], workers: int, progress: Progress) -> None:
    """One clip a person; a clip that was already made in the same way is kept.

    Args:
        task: What to draw.
        names: Who.
        workers: Processes; 1 draws in this one.
        progress: Told of every person.

    Raises:
        PlateError: Data are missing or damaged.
        OutputError: A clip was made in another way, or cannot be written.
        EngineError: A worker died.
        CancelledError: The user asked to stop. Clips written so far are complete.
    """
    progress.begin(f"draw {task.kind}", len(names))
    results = _write_here(task, names) if workers == 1 else _write_in_pool(task, names, min(workers, len(names)))
    for number, (name, done) in enumerate(results, start=1):
        progress.frame_done(number, f"{name} {done}")


def choose_people(records: Mapping[str, SubjectRecord], names: Sequence[str]) -> tuple[str, ...]:
    """Who is drawn: those named, or everybody whose portrait fits well; never a person of the demo.

    Args:
        records: Everybody, by name.
        names: Who was asked for; empty for all.

    Raises:
        JobError: A name is unknown or is kept for the demo.
    """
    for name in names:
        if name not in records:
            similar = ", ".join(get_close_matches(name, records)) or "see subjects/index.csv"
            raise JobError(f"there is no person {name!r}; close names: {similar}")
        if records[name].split == DEMO_SPLIT:
            raise JobError(f"{name} is kept for the demo and never trained on; leave the name out")
    if names:
        return tuple(names)
    return tuple(record.name for record in records.values() if record.good and record.split != DEMO_SPLIT)


def person_generator(seed: int, kind: str, name: str) -> np.random.Generator:
    """The random numbers of one person, which depend on nobody else."""
    digest = np.frombuffer(hashlib.sha256(name.encode()).digest(), "<u4")
    return np.random.default_rng([seed, _KIND_NUMBER[kind], *digest.tolist()])


class PersonWriter:
    """Draws one person after another; holds what all of them share.

    Args:
        task: What to draw.
    """

    def __init__(self, task: ClipTask) -> None:
        self._task = task
        self._maps = map_head(load_ict_head(task.data.head))
        self._environments = load_environments(task.data.environments)
        self._pack = SubjectPack(task.data.subjects)

    def write(self, name: str) -> str:
        """DRAWN, or KEPT if the person's clip was there.

        Raises:
            PlateError: The person's data are missing or damaged.
            OutputError: The clip was made in another way, or cannot be written.
        """
        task = self._task
        path = task.folder / f"{name}.npz"
        if path.exists():
            _check_origin(path, task)
            return KEPT
        stored = self._pack.load(name)
        portrait = read_portrait(task.data.portraits / "images" / f"{name}.jpg")
        draw = {CLIPS: draw_clip, TAKES: draw_takes}[task.kind]
        rng = person_generator(task.seed, task.kind, name)
        frames = draw(rng, prepare_subject(self._maps, stored), portrait, self._environments, task.views)
        record = stored.record
        meta = ClipMeta(record.name, record.source, record.licence, record.split, task.origin)
        write_clip(path, prepare_clip(meta, stored.identity, frames))
        return DRAWN


def _check_origin(path: Path, task: ClipTask) -> None:
    """Nothing, if the clip was made as the task would make it."""
    origin = dict(read_meta(path).origin)
    if origin != task.origin:
        made = ", ".join(f"{key} {value}" for key, value in sorted(origin.items())) or "another program"
        raise OutputError(f"made in another way ({made}); choose another --out, or delete the clip", path=str(path))


def _write_here(task: ClipTask, names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Name and DRAWN or KEPT, in order."""
    writer = PersonWriter(task)
    for name in names:
        yield name, writer.write(name)


def _write_in_pool(task: ClipTask, names: Sequence[str], workers: int) -> Iterator[tuple[str, str]]:
    """Name and DRAWN or KEPT, as they are done."""
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_start_worker) as pool:
        futures = {pool.submit(_write_one, task, name): name for name in names}
        try:
            for future in as_completed(futures):
                yield futures[future], future.result()
        except BrokenProcessPool as error:
            sentence = "A worker stopped without a word, perhaps for lack of memory. Use fewer --workers."
            raise EngineError(sentence) from error
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _start_worker() -> None:
    """One thread a worker; the user's interrupt is for the process that hands out the work."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    cv2.setNumThreads(1)


def _write_one(task: ClipTask, name: str) -> str:
    """What a worker does."""
    return _worker_writer(task).write(name)


@lru_cache(maxsize=1)
def _worker_writer(task: ClipTask) -> PersonWriter:
    """The worker's writer, made once."""
    return PersonWriter(task)
