"""Clips of many people, drawn side by side; a person's file has the same bytes on any number of workers."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache, partial
from pathlib import Path

import numpy as np

from fsgan_core.errors import JobError, OutputError
from fsgan_core.job.progress import Progress
from fsgan_core.training.synthesis.environment_light import load_environments
from fsgan_core.training.synthesis.head_maps import map_head
from fsgan_core.training.synthesis.labelled_portraits import read_portrait
from fsgan_core.training.synthesis.morphable_head import load_ict_head
from fsgan_core.training.synthesis.person_clips import draw_clip, draw_takes
from fsgan_core.training.synthesis.prepared_clip import ClipMeta, prepare_clip, read_meta, write_clip
from fsgan_core.training.synthesis.settings import CLIPS, TAKES, DataFolder
from fsgan_core.training.synthesis.subject import prepare_subject
from fsgan_core.training.synthesis.subject_pack import DEMO_SPLIT, SubjectPack, SubjectRecord
from fsgan_core.training.synthesis.worker_pool import work_through

# Raise it with any change that gives other pictures: clips of different renderers must not be mixed unnoticed.
RENDERER_VERSION = 7
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
    work = PersonWriter(task).write if workers == 1 else partial(_write_one, task)
    for number, (name, done) in enumerate(work_through(work, names, workers), start=1):
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
            check_origin(path, task.origin)
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


def check_origin(path: Path, wanted: Mapping[str, str | int | float]) -> None:
    """Nothing, if the clip was made as is wanted.

    Raises:
        OutputError: It was made in another way.
    """
    origin = dict(read_meta(path).origin)
    if origin != wanted:
        made = ", ".join(f"{key} {value}" for key, value in sorted(origin.items())) or "another program"
        raise OutputError(f"made in another way ({made}); choose another --out, or delete the clip", path=str(path))


def _write_one(task: ClipTask, name: str) -> str:
    """DRAWN or KEPT of one person."""
    return _worker_writer(task).write(name)


@lru_cache(maxsize=1)
def _worker_writer(task: ClipTask) -> PersonWriter:
    """The worker's writer, made once."""
    return PersonWriter(task)
