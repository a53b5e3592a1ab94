"""Pictures as a job names them, and the files that a job keeps beside its result."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from typing import Any

from fsgan_core.errors import JobError
from fsgan_core.shot.frame_range import FrameRange
from fsgan_core.shot.plate import Plate

_FRAME_NUMBER = re.compile(r"[._-]?(%(0\d+)?d|#+|@+)\Z")


@dataclass(frozen=True)
class Pictures:
    """Where pictures lie; which frames of them, and what their numbers mean, stands in the settings.

    Args:
        path: Sequence pattern, still or movie.
        layer: EXR layer or part to read; "" means the main R G B.
        stereo_view: The host's eye, such as `left`; "" means the default one.
    """

    path: str
    layer: str = ""
    stereo_view: str = ""

    def __post_init__(self) -> None:
        """Raise JobError where there is no path."""
        if not self.path:
            raise JobError("A path is empty. Name a sequence such as plate.%04d.exr, a still or a movie.")

    def with_frames(self, frames: str, colorspace: str) -> Plate:
        """The pictures as the pipeline takes them.

        Raises:
            JobError: `frames` is no frame range.
        """
        parsed = FrameRange.parse(frames) if frames else None
        return Plate(self.path, parsed, colorspace, self.layer, self.stereo_view)


def file_path(default: str = "") -> Any:
    """A field of a job that names a file: path mapping reaches it; "" names none."""
    return field(default=default, metadata={"is_path": True})


def check_result_path(out: str) -> None:
    """Refuse an output that is no EXR.

    Raises:
        JobError: It is none.
    """
    if not out.lower().endswith(".exr"):
        raise JobError(f"The output {out!r} must be an EXR file or pattern, such as swap.%04d.exr.")


def check_analysis_path(path: str) -> None:
    """Refuse an analysis file that is no .npz; "" is fine.

    Raises:
        JobError: It is none.
    """
    if path and not path.endswith(".npz"):
        raise JobError(f"The analysis file {path!r} must end in .npz.")


def output_stem(pattern: str) -> str:
    """The path of a sequence without its frame number and extension: `shot/swap.%04d.exr` gives `shot/swap`."""
    folder, name = os.path.split(os.path.splitext(pattern)[0])
    return os.path.join(folder, _FRAME_NUMBER.sub("", name) or "frames")
