"""Which frames of a job are done: by what stands in their files, never by the mere existence or age of a file."""

from __future__ import annotations

import os
import struct
from collections import Counter
from collections.abc import Sequence
from typing import Protocol

from fsgan_core.errors import PlateError
from fsgan_core.job.progress import Progress
from fsgan_core.media.exr_chunks import missing_bytes
from fsgan_core.media.exr_header import ExrPart, read_exr_headers
from fsgan_core.pipeline.job_hash import JOB_ATTRIBUTE


class FrameFiles(Protocol):
    """What knows which frames of a job are not on disk yet: a `ResultWriter`."""

    def unfinished(self, numbers: Sequence[int]) -> tuple[int, ...]:
        """The frames to make."""


def keep_finished(
    writer: FrameFiles, numbers: Sequence[int], statuses: Counter[str], progress: Progress
) -> tuple[int, ...]:
    """The frames that remain to be made; those that are done are counted and told as "kept"."""
    unfinished = writer.unfinished(numbers)
    kept = sorted(set(numbers) - set(unfinished))
    if kept:
        statuses["kept"] = len(kept)
        progress.begin("keep finished frames", len(kept))
        for number in kept:
            progress.frame_done(number, "kept")
        progress.note(f"{len(kept)} of {len(numbers)} frames are finished and are kept; --force makes them again")
    return unfinished


def frame_problem(path: str, digest: str) -> str:
    """Why a file is not the finished frame of a job, in a few words; "" where it is.

    Looks at the header and at where the rows lie, and decodes nothing: a quick look that finds missing, foreign and
    cut-off files. `check_frames.decode_problem` reads every pixel.

    Args:
        path: The file.
        digest: The job hash; "" accepts the frame of any job.
    """
    if not os.path.isfile(path):
        return "is missing"
    try:
        header = read_exr_headers(path)[0]
        made_by = made_by_job(header)
        if not made_by:
            return "was not made by fsgan, or by a version that wrote no job hash"
        if digest and made_by != digest:
            return "was made by another job, from other pictures, weights or settings"
        return "is cut off" if missing_bytes(path, header) else ""
    except (PlateError, struct.error, OSError, ValueError) as error:
        return f"cannot be read ({getattr(error, 'message', error)})"


def made_by_job(header: ExrPart) -> str:
    """The job hash in a header, "" where there is none."""
    value = header.value_of(JOB_ATTRIBUTE)
    return value if isinstance(value, str) else ""
