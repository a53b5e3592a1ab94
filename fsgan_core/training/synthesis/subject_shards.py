"""Subjects made from a folder of portraits, as `subject_pack` reads them: shards, an index, and who was left out.

A shard is whole or absent, so an interrupted run loses at most one; it says itself what it was made from.
"""

from __future__ import annotations

import csv
import io
import json
import tarfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from difflib import get_close_matches
from functools import lru_cache, partial
from pathlib import Path

import numpy as np

from fsgan_core.errors import JobError, OutputError
from fsgan_core.job.progress import Progress
from fsgan_core.media.atomic import complete_or_absent
from fsgan_core.training.synthesis.labelled_portraits import PortraitFolder
from fsgan_core.training.synthesis.settings import DataFolder
from fsgan_core.training.synthesis.subject_maker import LeftOut, Line, MadeSubject, SubjectMaker
from fsgan_core.training.synthesis.worker_pool import work_through

# Raise it with any change that makes other subjects: those of different makers must not be mixed unnoticed.
MAKER_VERSION = 1
PEOPLE_PER_SHARD = 200
# What a shard says of itself: who was asked for, the lines of those who were made, and who was left out.
CONTENTS = "contents.json"


Results = Iterable[tuple[str, MadeSubject | LeftOut]]


@dataclass(frozen=True)
class _Contents:
    """What a shard says of itself."""

    maker: int
    asked: Sequence[str]
    lines: Sequence[Line]
    left_out: Sequence[Mapping[str, str]]


def write_subjects(data: DataFolder, folder: Path, names: Sequence[str], workers: int, progress: Progress) -> None:
    """FOLDER/shard_NN.tar, index.csv and left_out.csv; a shard that was already made in the same way is kept.

    Args:
        data: Where head and portraits lie.
        folder: Where the subjects go; it exists.
        names: Whose portraits.
        workers: Processes; 1 works in this one. Any number makes the same bytes.
        progress: Told of every portrait.

    Raises:
        PlateError: Data are missing or damaged.
        OutputError: The folder holds subjects made in another way, or cannot be written.
        EngineError: A worker died.
        CancelledError: The user asked to stop. Shards written so far are complete.
    """
    if not names:
        raise JobError("no portrait was chosen to make a subject of", path=str(data.portraits))
    batches = [names[start : start + PEOPLE_PER_SHARD] for start in range(0, len(names), PEOPLE_PER_SHARD)]
    paths = [folder / f"shard_{number:02d}.tar" for number in range(len(batches))]
    _refuse_others(folder, paths)
    kept = {path: _read_contents(path, batch) for path, batch in zip(paths, batches, strict=True) if path.exists()}
    progress.begin("make subjects", len(names))
    lines: list[Line] = []
    left_out: list[Mapping[str, str]] = []
    make = SubjectMaker(data.head, data.portraits).make if workers == 1 else partial(_make_one, data)
    for number, (path, batch) in enumerate(zip(paths, batches, strict=True)):
        before = number * PEOPLE_PER_SHARD
        if path in kept:
            contents = kept[path]
            for place, name in enumerate(batch, start=1):
                progress.frame_done(before + place, f"{name} kept")
        else:
            contents = _write_shard(path, batch, work_through(make, batch, workers), (progress, before))
        lines += [_with_shard(line, number) for line in contents.lines]
        left_out += contents.left_out
    _write_table(folder / "left_out.csv", ("name", "reason"), left_out)
    columns = tuple(lines[0]) if lines else ("name", "shard", "source", "licence", "split", "ok")
    _write_table(folder / "index.csv", columns, lines)
    good = sum(line["ok"] == 1 for line in lines)
    progress.note(f"{len(lines)} subjects, {good} without a flag against them; {len(left_out)} portraits left out.")


def choose_portraits(folder: PortraitFolder, names: Sequence[str], sources: Sequence[str]) -> tuple[str, ...]:
    """Whose portraits are taken, in the order of their index: those named, or all, but only of these sources.

    Args:
        folder: The portraits.
        names: Who was asked for; empty for all.
        sources: What their index calls the source; empty for all.

    Raises:
        JobError: A name or a source is unknown.
    """
    known = {row["source"] for row in folder.rows.values()}
    for word, words, where in [(n, folder.rows, "portrait") for n in names] + [(s, known, "source") for s in sources]:
        if word not in words:
            similar = ", ".join(get_close_matches(word, list(words))) or "see index.csv"
            raise JobError(f"there is no {where} {word!r}; close names: {similar}", path=str(folder.folder))
    wanted, from_sources = set(names or folder.rows), set(sources or known)
    return tuple(name for name, row in folder.rows.items() if name in wanted and row["source"] in from_sources)


def _write_shard(path: Path, batch: Sequence[str], results: Results, report: tuple[Progress, int]) -> _Contents:
    """The shard of a batch, whole or not at all."""
    progress, before = report
    made: dict[str, MadeSubject | LeftOut] = {}
    for name, subject in results:
        made[name] = subject
        progress.frame_done(before + len(made), f"{name} {_verdict(subject)}")
    people = [made[name] for name in batch]
    subjects = [person for person in people if isinstance(person, MadeSubject)]
    gone = [{"name": person.name, "reason": person.reason} for person in people if isinstance(person, LeftOut)]
    contents = _Contents(MAKER_VERSION, list(batch), [subject.line for subject in subjects], gone)
    with complete_or_absent(str(path)) as unfinished, tarfile.open(unfinished, "w") as shard:
        _add(shard, CONTENTS, json.dumps(asdict(contents), indent=1).encode())
        for subject in subjects:
            stream = io.BytesIO()
            np.savez(stream, allow_pickle=False, **subject.arrays)
            _add(shard, f"{subject.line['name']}.npz", stream.getvalue())
    return contents


def _verdict(subject: MadeSubject | LeftOut) -> str:
    """What became of a portrait, in a few words."""
    if isinstance(subject, LeftOut):
        return f"left out: {subject.reason}"
    flags = str(subject.line["flags"]).replace("|", ", ")
    word = "ok" if subject.line["ok"] else "not drawn unless asked for"
    return f"{word} ({flags})" if flags else word


def _add(shard: tarfile.TarFile, name: str, content: bytes) -> None:
    """One file into a shard; with no time in it, so that the same content gives the same bytes."""
    member = tarfile.TarInfo(name)
    member.size = len(content)
    shard.addfile(member, io.BytesIO(content))


def _refuse_others(folder: Path, paths: Sequence[Path]) -> None:
    """Nothing, if the folder holds no shards but those that are to be written."""
    others = sorted(path.name for path in set(folder.glob("shard_*.tar")) - set(paths))
    if others:
        sentence = f"it holds other subjects already ({others[0]}); choose another --out, or delete them"
        raise OutputError(sentence, path=str(folder))


def _read_contents(path: Path, batch: Sequence[str]) -> _Contents:
    """What a shard holds, if it was made of this batch by this maker.

    Raises:
        OutputError: It was not.
    """
    advice = "choose another --out, or delete the shard"
    try:
        with tarfile.open(path) as shard:
            member = shard.extractfile(CONTENTS)
            if member is None:
                raise KeyError(CONTENTS)
            contents = _Contents(**json.loads(member.read()))
    except (OSError, ValueError, KeyError, TypeError, tarfile.TarError) as error:
        raise OutputError(f"not made by this command ({error}); {advice}", path=str(path)) from error
    if contents.maker != MAKER_VERSION or list(contents.asked) != list(batch):
        raise OutputError(f"made of other portraits or by another version; {advice}", path=str(path))
    return contents


def _with_shard(line: Line, shard: int) -> Line:
    """A line of the index, which has the shard after the name."""
    return {"name": line["name"], "shard": shard} | {key: value for key, value in line.items() if key != "name"}


def _write_table(path: Path, columns: Sequence[str], lines: Sequence[Mapping[str, str | int | float]]) -> None:
    """A table with a heading, whole or not at all."""
    with complete_or_absent(str(path)) as unfinished, open(unfinished, "w", newline="", encoding="utf-8") as stream:
        table = csv.DictWriter(stream, columns, lineterminator="\n")
        table.writeheader()
        table.writerows(lines)


def _make_one(data: DataFolder, name: str) -> MadeSubject | LeftOut:
    """One person."""
    return _maker(data).make(name)


@lru_cache(maxsize=1)
def _maker(data: DataFolder) -> SubjectMaker:
    """The process' maker, made once."""
    return SubjectMaker(data.head, data.portraits)
