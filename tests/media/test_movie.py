"""Preview movies show what went in, in every size, complete or not at all."""

from __future__ import annotations

import os
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from fsgan_core.errors import JobError
from fsgan_core.media.movie import write_movie
from fsgan_core.media.read import open_plate
from fsgan_core.shot.plate import Plate


def test_movie_reads_back_as_what_went_in(tmp_path: Path, media_files: ModuleType) -> None:
    pictures = media_files.movie_pictures(8)
    pictures[3][:, :48] = (200, 30, 40)
    path = tmp_path / "neu ü" / "a b.mp4"
    assert write_movie(str(path), iter(pictures), Fraction(24000, 1001)) == 8
    with open_plate(Plate(str(path))) as reader:
        assert reader.frames == tuple(range(1, 9))
        assert reader.frame_rate == Fraction(24000, 1001)
        for number, picture in enumerate(pictures, 1):
            assert reader.read(number).native.mean() == pytest.approx(picture.mean(), abs=1.5)
        red = reader.read(4).native[30, 20].astype(int)
    assert np.abs(red - (200, 30, 40)).max() <= 4  # lossy, but the right matrix and range
    assert os.listdir(path.parent) == ["a b.mp4"]


def test_odd_size_gets_a_copy_of_its_last_row_and_column(tmp_path: Path, media_files: ModuleType) -> None:
    write_movie(str(tmp_path / "a.mp4"), media_files.movie_pictures(2, 65, 97), 25.0)
    with open_plate(Plate(str(tmp_path / "a.mp4"))) as reader:
        assert reader.read(1).native.shape == (66, 98, 3)


def test_error_in_the_pictures_leaves_no_movie(tmp_path: Path, media_files: ModuleType) -> None:
    with pytest.raises(ValueError, match="at least one frame"):
        write_movie(str(tmp_path / "a.mp4"), iter(()), 24)
    with pytest.raises(ValueError, match="frame 1 of the movie"):
        write_movie(str(tmp_path / "a.mp4"), [np.zeros((64, 64, 3), np.uint8), np.zeros((64, 66, 3), np.uint8)], 24)
    assert not list(tmp_path.iterdir())


def test_other_kinds_of_movie_are_refused(tmp_path: Path) -> None:
    with pytest.raises(JobError, match=r"\.mp4"):
        write_movie(str(tmp_path / "a.avi"), [np.zeros((64, 64, 3), np.uint8)], 24)


_FILL_THE_DISK = """
import resource, sys
import numpy as np
from fsgan_core.errors import OutputError
from fsgan_core.media.movie import write_movie
from fsgan_core.media.still import write_png
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
noise = np.random.default_rng(0)
pictures = (noise.integers(0, 255, (128, 128, 3)).astype(np.uint8) for _ in range(40))
codes = []
for write in (lambda: write_movie(sys.argv[1] + "/a.mp4", pictures, 24),
              lambda: write_png(sys.argv[1] + "/a.png", noise.integers(0, 255, (200, 200, 3)).astype(np.uint8))):
    try:
        write()
    except OutputError as error:
        print(error)
        codes.append(error.exit_code)
sys.exit(codes != [7, 7])
"""


@pytest.mark.skipif(sys.platform == "win32", reason="file size limits are POSIX")
def test_full_disk_is_an_output_error_for_movies_and_stills(tmp_path: Path, repository: Path) -> None:
    command = [sys.executable, "-c", _FILL_THE_DISK, str(tmp_path)]
    done = subprocess.run(command, cwd=repository, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("Free some space") == 2
    assert not list(tmp_path.iterdir())
