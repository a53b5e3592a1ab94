"""`verify` finds what is missing, damaged, foreign or different, and names it."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fsgan_core.errors import OutputError, StageMissingError
from fsgan_core.job.spec import AnalyzeJob, Pictures
from fsgan_core.media.exr_header import read_exr_headers
from fsgan_core.media.picture import stream_rows
from fsgan_core.media.plate_frame import PictureHeader
from fsgan_core.media.write import write_frame
from fsgan_core.pipeline import verify_job as verify_job_module
from fsgan_core.pipeline.check_frames import decode_problem, picture_difference
from fsgan_core.pipeline.job_hash import JOB_ATTRIBUTE
from fsgan_core.pipeline.verify_job import verify_job
from fsgan_core.shot.image_window import ImageWindow

WINDOW = ImageWindow(-3, 5, 37, 42)


def frame(path: Path, pixels: np.ndarray, **attributes: Any) -> Path:
    header = PictureHeader(WINDOW, WINDOW, attributes={JOB_ATTRIBUTE: "abc", **attributes})
    write_frame(str(path), {"R": pixels, "G": pixels, "mask.A": pixels}, header, bit_depth="float")
    return path


@pytest.fixture
def pixels() -> np.ndarray:
    return np.random.default_rng(1).random((37, 40), np.float32)


@pytest.fixture
def shot(swap_bench: Any, painted_faces: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A job of four frames, all of them written; one has no face."""
    pack = painted_faces.fake_pack()
    monkeypatch.setattr(verify_job_module, "pack_identity", lambda name, provided: pack)
    frames = {number: swap_bench.face(swap_bench.picture(), 70 + 3 * number) for number in range(1, 4)}
    job = swap_bench.job(swap_bench.write_exr("plate", {**frames, 4: swap_bench.picture(seed=3)}))
    swap_bench.run(job)
    return job


def test_a_whole_result_is_told_with_its_statuses(shot: Any, painted_swaps: Any) -> None:
    progress = painted_swaps.RecordingProgress()
    assert verify_job(shot, progress).startswith("All 4 frames are whole (3 swapped, 1 no_face)")
    assert [event.frame for event in progress.events if event.event == "frame"] == [1, 2, 3, 4]


def test_missing_and_damaged_frames_are_named(shot: Any, painted_swaps: Any) -> None:
    progress = painted_swaps.RecordingProgress()
    os.unlink(shot.out % 1)
    data = bytearray(Path(shot.out % 3).read_bytes())
    data[len(data) // 2] ^= 0x10
    Path(shot.out % 3).write_bytes(data)
    with pytest.raises(StageMissingError, match="2 of 4 frames are missing or damaged: 1,3") as caught:
        verify_job(shot, progress)
    assert caught.value.exit_code == 4
    told = [event.message for event in progress.events if event.event == "warning"]
    assert told[0] == "frame 1: out.0001.exr is missing"
    assert "frame 3: out.0003.exr is cut off or damaged" in str(told[1])


def test_frames_of_another_job_are_not_taken_for_this_one(shot: Any, painted_swaps: Any) -> None:
    other = replace(shot, settings=replace(shot.settings, matte_soft_px=2.0))
    with pytest.raises(StageMissingError, match="4 of 4"):
        verify_job(other, painted_swaps.RecordingProgress())


def test_two_results_are_compared_to_the_bit(swap_bench: Any, shot: Any, painted_swaps: Any) -> None:
    again = replace(shot, out=str(swap_bench.folder / "again" / "out.%04d.exr"))
    swap_bench.run(again)
    progress = painted_swaps.RecordingProgress()
    folder = str(swap_bench.folder / "again")
    assert "the same to the bit" in verify_job(shot, progress, folder)
    os.unlink(again.out % 4)
    other = replace(again, settings=replace(again.settings, matte_soft_px=2.0))
    swap_bench.run(other.for_frames("2"))
    with pytest.raises(OutputError, match="2 of 4 frames differ") as caught:
        verify_job(shot, progress, folder)
    assert caught.value.exit_code == 7
    told = [str(event.message) for event in progress.events if event.event == "warning"]
    assert "differs in" in told[0]
    assert "out.0004.exr is missing" in told[1]


def test_an_analysis_is_verified_too(swap_bench: Any, shot: Any, painted_swaps: Any) -> None:
    job = AnalyzeJob(Pictures(shot.plate.path), shot.analysis_paths()[0])
    assert "1 faces on 4 frames" in verify_job(job, painted_swaps.RecordingProgress())
    with pytest.raises(StageMissingError):
        verify_job(replace(job, out="none.npz"), painted_swaps.RecordingProgress())


def test_one_bit_of_one_pixel_is_a_difference(tmp_path: Path, pixels: np.ndarray) -> None:
    path = frame(tmp_path / "a.exr", pixels)
    changed = pixels.copy()
    changed.view(np.uint32)[30, 7] ^= 1
    other = frame(tmp_path / "b.exr", changed)
    assert picture_difference(str(path), str(path)) == ""
    assert "differs in 1 pixels" in picture_difference(str(path), str(other))


def test_nan_is_the_same_as_itself(tmp_path: Path, pixels: np.ndarray) -> None:
    pixels[3, 3] = np.nan
    path, other = frame(tmp_path / "a.exr", pixels), frame(tmp_path / "b.exr", pixels)
    assert picture_difference(str(path), str(other)) == ""


def test_attributes_count_and_the_job_hash_does_not(tmp_path: Path, pixels: np.ndarray) -> None:
    path = frame(tmp_path / "a.exr", pixels, owner="us")
    other = frame(tmp_path / "b.exr", pixels, owner="them")
    assert "attribute owner is 'us' here and 'them' there" in picture_difference(str(path), str(other))
    elsewhere = frame(tmp_path / "c.exr", pixels, owner="us", **{JOB_ATTRIBUTE: "abd", "fsgan/device": "cuda"})
    assert picture_difference(str(path), str(elsewhere)) == ""


def test_rows_are_streamed_whole_and_in_order(tmp_path: Path, pixels: np.ndarray) -> None:
    path = frame(tmp_path / "a.exr", pixels)
    blocks = list(stream_rows(str(path), rows=10))
    assert [block.shape for _, block in blocks] == [(10, 40, 3)] * 3 + [(7, 40, 3)]
    assert blocks[0][0] == ("R", "G", "mask.A")
    np.testing.assert_array_equal(np.concatenate([block[..., 2] for _, block in blocks]), pixels)
    assert len(read_exr_headers(str(path))) == 1


def test_damaged_rows_are_found_by_decoding(tmp_path: Path, pixels: np.ndarray) -> None:
    path = frame(tmp_path / "a.exr", pixels)
    data = bytearray(path.read_bytes())
    assert decode_problem(str(path)) == ""
    data[-300] ^= 0xFF
    path.write_bytes(data)
    assert "damaged" in decode_problem(str(path))
