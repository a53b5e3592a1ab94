"""Storage that comes and goes is waited for, up to a limit; any other failure comes out at once."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import numpy as np
import pytest

from fsgan_core.errors import JobError, OutputError, PlateError
from fsgan_core.media import picture_sequence
from fsgan_core.media.abandoned import remove_abandoned, unfinished_name
from fsgan_core.media.atomic import output_error
from fsgan_core.media.network_drive import FolderGone, is_out_of_reach, raise_if_unreachable, with_patience
from fsgan_core.media.plate_frame import PictureHeader
from fsgan_core.media.read import open_plate
from fsgan_core.media.write import write_frame
from fsgan_core.shot.image_window import ImageWindow
from fsgan_core.shot.plate import Plate


class FlakyDrive:
    """Fails so many times, then works; keeps how long it was waited for."""

    def __init__(self, failures: int, number: int = errno.ESTALE) -> None:
        self.failures = failures
        self.number = number
        self.calls = 0
        self.waited: list[float] = []

    def __call__(self) -> str:
        self.calls += 1
        if self.calls <= self.failures:
            problem = OSError(self.number, os.strerror(self.number))
            raise output_error("/net/out.exr", problem) from problem
        return "written"


def test_a_drive_that_comes_back_costs_nothing_but_time() -> None:
    drive = FlakyDrive(3)
    assert with_patience(drive, drive.waited.append) == "written"
    assert drive.waited == [0.25, 0.5, 1.0]


def test_a_drive_that_stays_away_fails_at_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FSGAN_RETRY_SECONDS", "20")
    drive = FlakyDrive(1000, errno.EIO)
    with pytest.raises(OutputError, match="cannot be written"):
        with_patience(drive, drive.waited.append)
    assert sum(drive.waited) == pytest.approx(20)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EACCES, errno.EROFS, errno.EDQUOT])
def test_other_failures_are_not_tried_again(number: int) -> None:
    drive = FlakyDrive(1, number)
    with pytest.raises(OutputError):
        with_patience(drive, drive.waited.append)
    assert drive.waited == []


@pytest.mark.parametrize("text", ["soon", "-1", "nan", "1e9"])
def test_the_limit_must_be_seconds(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("FSGAN_RETRY_SECONDS", text)
    with pytest.raises(JobError, match="must be seconds"):
        with_patience(FlakyDrive(0))


def plate(folder: Path) -> Path:
    window = ImageWindow.of_size(20, 10)
    path = folder / "p.0001.exr"
    write_frame(str(path), dict.fromkeys("RGB", np.zeros((10, 20), np.float32)), PictureHeader(window, window))
    return path


def test_a_plate_frame_is_read_once_its_drive_is_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = plate(tmp_path)
    real, calls = picture_sequence.read_picture, []

    def flaky(*arguments: object) -> object:
        calls.append(arguments)
        if len(calls) < 3:
            problem = OSError(errno.ETIMEDOUT, "timed out")
            raise PlateError("cannot be read", path=str(path)) from problem
        return real(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(picture_sequence, "read_picture", flaky)
    with open_plate(Plate(str(tmp_path / "p.%04d.exr"))) as reader:
        assert reader.read(1).width == 20
    assert len(calls) == 3


def test_a_plate_whose_folder_is_gone_is_a_matter_of_its_drive(tmp_path: Path) -> None:
    error = PlateError("cannot be read")
    raise_if_unreachable(str(plate(tmp_path)), error)
    with pytest.raises(PlateError) as caught:
        raise_if_unreachable(str(tmp_path / "gone" / "p.exr"), error)
    assert is_out_of_reach(caught.value)
    assert is_out_of_reach(FolderGone())


def test_a_damaged_plate_is_no_matter_of_its_drive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FSGAN_RETRY_SECONDS", "1000")
    path = plate(tmp_path)
    with open_plate(Plate(str(tmp_path / "p.%04d.exr"))) as reader:
        path.write_bytes(path.read_bytes()[:-20])
        with pytest.raises(PlateError, match="damaged"):
            reader.read(1)


def test_files_of_dead_processes_are_removed_and_those_of_living_ones_stay(tmp_path: Path) -> None:
    mine = unfinished_name()
    dead = mine.replace(f"_{os.getpid()}-", "_2147483646-")
    foreign = f".fsgan-other_{os.getpid()}-0123456789abcdef.part"
    for name in (mine, dead, foreign, "swap.0001.exr"):
        (tmp_path / name).write_bytes(b"x")
    assert remove_abandoned(str(tmp_path)) == 1
    assert sorted(os.listdir(tmp_path)) == sorted([mine, foreign, "swap.0001.exr"])
    assert remove_abandoned(str(tmp_path / "none")) == 0
