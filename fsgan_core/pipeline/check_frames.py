"""`fsgan verify`: is every frame of a job there, whole, and of this job; and are two results the same to the bit.

The last step of a farm job. It opens every frame again and decodes every pixel of it.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

import numpy as np

from fsgan_core.errors import OutputError, PlateError, StageMissingError
from fsgan_core.job.progress import Progress
from fsgan_core.media.exr_header import ExrPart, read_exr_headers
from fsgan_core.media.picture import stream_rows
from fsgan_core.pipeline.finished_frames import frame_problem
from fsgan_core.pipeline.job_hash import JOB_ATTRIBUTE
from fsgan_core.pipeline.result_writer import result_files
from fsgan_core.shot.frame_range import FrameRange
from fsgan_core.shot.sequence_path import SequencePath

# Attributes that say where and when, not what; two machines may differ in them.
_NOT_COMPARED = frozenset([JOB_ATTRIBUTE, "fsgan/device", "fsgan/device_note", "capDate"])
MOST_LINES = 20
"""Problems told one by one; beyond that only their number."""


@dataclass(frozen=True)
class FrameCheck:
    """What was found out about one frame.

    Args:
        number: The frame.
        status: `swapped`, `no_face`, ... where it is whole, else "".
        problem: What is wrong with it, in a few words; "" where nothing is.
    """

    number: int
    status: str
    problem: str


def verify_frames(
    job: Any, numbers: Sequence[int], digest: str, progress: Progress, against: str = ""
) -> Counter[str]:
    """Frames by status, once every one of them has been found whole.

    Args:
        job: The job, with paths of this machine.
        numbers: The frames that must be there.
        digest: The job hash that they must carry.
        progress: Hears about every frame, and about every problem.
        against: A folder with files of the same names that must hold the same bits; "" means none.

    Raises:
        StageMissingError: Frames are missing, damaged or of another job; the message names them.
        OutputError: All are whole, and some differ from those in `against`.
    """
    progress.begin("verify frames", len(numbers))
    statuses: Counter[str] = Counter()
    missing, different = [], []
    for number in numbers:
        check = check_frame(job, number, digest)
        differs = "" if check.problem or not against else _difference(job, number, against)
        if check.problem:
            missing.append(number)
        elif differs:
            different.append(number)
        said = check.problem or differs
        if said and len(missing) + len(different) <= MOST_LINES:
            progress.warn(f"frame {number}: {said}")
        statuses[check.status] += 1
        progress.frame_done(number, check.status or "missing")
    if missing:
        raise StageMissingError(
            f"{len(missing)} of {len(numbers)} frames are missing or damaged: {FrameRange.of(missing)}. "
            "Run the job again; finished frames are kept.",
            path=job.out,
        )
    if different:
        raise OutputError(
            f"{len(different)} of {len(numbers)} frames differ from {against}: {FrameRange.of(different)}.",
            path=job.out,
        )
    return statuses


def check_frame(job: Any, number: int, digest: str) -> FrameCheck:
    """One frame, all its files opened and decoded."""
    status = ""
    for path in result_files(SequencePath(job.out), job.settings, number):
        problem = frame_problem(path, digest) or decode_problem(path)
        if problem:
            return FrameCheck(number, "", f"{os.path.basename(path)} {problem}")
        status = str(read_exr_headers(path)[0].value_of("fsgan/status") or "whole")
    return FrameCheck(number, status, "")


def decode_problem(path: str) -> str:
    """Why the pixels of a file cannot be decoded; "" where they can. Compressed rows carry a checksum each."""
    try:
        for _ in stream_rows(path):
            pass
    except PlateError as error:
        return error.message
    return ""


def _difference(job: Any, number: int, against: str) -> str:
    """What the files of a frame hold that their namesakes in a folder do not; "" where all is the same."""
    for path in result_files(SequencePath(job.out), job.settings, number):
        other = os.path.join(against, os.path.basename(path))
        if not os.path.isfile(other):
            return f"{other} is missing"
        found = picture_difference(path, other)
        if found:
            return f"{os.path.basename(path)}: {found}"
    return ""


def picture_difference(path: str, other: str) -> str:
    """The first thing in which two EXR files differ: windows, attributes, channels, then pixels to the bit.

    Raises:
        PlateError: One of them cannot be read.
    """
    return _header_difference(read_exr_headers(path)[0], read_exr_headers(other)[0]) or _pixel_difference(path, other)


def _header_difference(here: ExrPart, there: ExrPart) -> str:
    names = (set(here.attributes) | set(there.attributes)) - _NOT_COMPARED
    for name in sorted(names):
        if here.attributes.get(name) != there.attributes.get(name):
            return f"attribute {name} is {here.value_of(name)!r} here and {there.value_of(name)!r} there"
    return ""


def _pixel_difference(path: str, other: str) -> str:
    counts: Counter[str] = Counter()
    largest: dict[str, float] = {}
    blocks: Iterator[Any] = zip_longest(stream_rows(path), stream_rows(other))
    for (names, here), (_, there) in blocks:
        # As bits: a NaN equals itself, and -0 is not 0.
        changed = here.view(np.uint32) != there.view(np.uint32)
        for index in np.flatnonzero(changed.any((0, 1))):
            name = names[index]
            with np.errstate(invalid="ignore"):
                step = np.abs(here[..., index] - there[..., index])
            counts[name] += int(changed[..., index].sum())
            largest[name] = max(largest.get(name, 0.0), float(np.nan_to_num(step, posinf=np.inf).max()))
    if not counts:
        return ""
    name, count = counts.most_common(1)[0]
    more = f" (and {len(counts) - 1} more channels)" if len(counts) > 1 else ""
    return f"channel {name} differs in {count} pixels, by {largest[name]:.3g} at most{more}"
