"""Which frames of a plate are read, and what is said about those that cannot be; no plate grows in memory."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from fsgan_core.errors import PlateError
from fsgan_core.media.plate_reader import choose_frames
from fsgan_core.shot.frame_range import FrameRange
from fsgan_core.shot.plate import Plate


def _choose(existing: list[int], frames: str = "") -> tuple[int, ...]:
    return choose_frames(Plate("a.%04d.exr", FrameRange.parse(frames) if frames else None), existing)


@pytest.mark.parametrize(
    ("existing", "frames", "chosen"),
    [
        ([5], "", (5,)),
        ([3, 1, 2], "", (1, 2, 3)),
        ([10, 13, 16], "", (10, 13, 16)),
        ([1, 2, 3, 7], "1-3", (1, 2, 3)),
        ([1, 2, 3, 7], "7,1", (1, 7)),
    ],
)
def test_frames_that_exist_are_chosen(existing: list[int], frames: str, chosen: tuple[int, ...]) -> None:
    assert _choose(existing, frames) == chosen


@pytest.mark.parametrize(
    ("existing", "frames", "words"),
    [
        ([1, 2, 3, 7], "", "frames 4-6 are missing"),
        ([1, 3, 4], "", "frames 2 are missing"),
        ([1, 2, 4], "1-4", "frames 3 are missing"),
        ([1, 2, 3], "0-3", "frames 0 lie outside the plate, which has 1-3"),
        ([1, 2, 3], "2-9", "frames 4-9 lie outside"),
        ([1, 3], "2-9", "frames 4-9 lie outside"),
    ],
)
def test_frames_that_do_not_exist_are_named(existing: list[int], frames: str, words: str) -> None:
    with pytest.raises(PlateError, match=words):
        _choose(existing, frames)


def test_long_list_of_missing_frames_is_cut_short() -> None:
    with pytest.raises(PlateError, match=r"\(2000 frames\)") as caught:
        choose_frames(Plate("a"), [1, *range(2, 3000, 3), *range(3, 3000, 3)])
    assert len(str(caught.value)) < 500


_READ_A_PLATE = """
import resource, sys
from fsgan_core.media.read import open_plate
from fsgan_core.shot.plate import Plate
with open_plate(Plate(sys.argv[1])) as reader:
    for index, number in enumerate(reader.frames):
        reader.read(number)
        if index == 10:
            early = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - early)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="peak memory is asked the POSIX way")
@pytest.mark.parametrize("kind", ["sequence", "movie"])
def test_memory_does_not_grow_with_the_length(
    tmp_path: Path, repository: Path, media_files: ModuleType, kind: str
) -> None:
    """70 frames of 0.5 MB: holding them would show as 35 MB."""
    pictures = media_files.movie_pictures(4, 400, 440) * 18
    if kind == "movie":
        path = str(media_files.write_movie(tmp_path / "a.mp4", pictures))
    else:
        path = str(tmp_path / "a.%04d.png")
        for number, picture in enumerate(pictures):
            media_files.write_picture(Path(path % number), picture)
    command = [sys.executable, "-c", _READ_A_PLATE, path]
    done = subprocess.run(command, cwd=repository, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    grown = int(done.stdout) * (1 if sys.platform == "darwin" else 1024)
    assert grown < 10e6
    assert np.prod(pictures[0].shape) * len(pictures) > 35e6
