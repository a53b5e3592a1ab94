"""A rerun makes only what is missing: frames are recognised by the job hash in them and by being whole."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fsgan_core.job.settings import SwapSettings
from fsgan_core.media.exr_chunks import missing_bytes
from fsgan_core.media.exr_header import read_exr_headers
from fsgan_core.media.plate_frame import PictureHeader
from fsgan_core.media.write import write_frame
from fsgan_core.pipeline.finished_frames import frame_problem
from fsgan_core.pipeline.job_hash import JOB_ATTRIBUTE, job_hash
from fsgan_core.pipeline.swap_shot import swap_shot
from fsgan_core.shot.image_window import ImageWindow

WINDOW = ImageWindow.of_size(40, 37)


def written_frame(path: Path, compression: str = "zip") -> Path:
    pixels = np.random.default_rng(1).random((37, 40), np.float32)
    header = PictureHeader(WINDOW, WINDOW, attributes={JOB_ATTRIBUTE: "abc"})
    write_frame(str(path), {"R": pixels, "G": pixels, "B": pixels}, header, compression=compression)
    return path


@pytest.fixture
def shot(swap_bench: Any) -> Any:
    """A job of four frames, all of them written."""
    frames = {number: swap_bench.face(swap_bench.picture(), 70 + 3 * number) for number in range(1, 5)}
    job = swap_bench.job(swap_bench.write_exr("plate", frames))
    assert swap_bench.run(job) == {"swapped": 4}
    return job


def out(job: Any, number: int) -> Path:
    return Path(job.out % number)


def test_a_rerun_keeps_every_frame_and_touches_no_file(swap_bench: Any, shot: Any) -> None:
    before = {number: (out(shot, number).read_bytes(), out(shot, number).stat().st_mtime_ns) for number in range(1, 5)}
    assert swap_bench.run(shot) == {"kept": 4}
    after = {number: (out(shot, number).read_bytes(), out(shot, number).stat().st_mtime_ns) for number in range(1, 5)}
    assert before == after


def test_force_makes_every_frame_again(shot: Any) -> None:
    before = out(shot, 1).stat().st_ino
    assert dict(swap_shot(shot, force=True)) == {"swapped": 4}
    assert out(shot, 1).stat().st_ino != before


def test_only_missing_cut_off_and_foreign_frames_are_made(swap_bench: Any, shot: Any) -> None:
    good = {number: out(shot, number).read_bytes() for number in range(1, 5)}
    out(shot, 1).unlink()
    out(shot, 2).write_bytes(good[2][:-100])
    out(shot, 3).write_bytes(Path(shot.plate.path % 3).read_bytes())
    assert swap_bench.run(shot) == {"kept": 1, "swapped": 3}
    assert {number: out(shot, number).read_bytes() for number in range(1, 5)} == good


def test_the_age_of_a_result_does_not_matter(swap_bench: Any, shot: Any) -> None:
    """Clocks of farm machines differ: a result from the future or the past is the same result."""
    os.utime(out(shot, 1), (4e9, 4e9))
    os.utime(out(shot, 2), (0, 0))
    assert swap_bench.run(shot) == {"kept": 4}


def test_a_missing_layer_file_makes_the_frame_unfinished(swap_bench: Any, shot: Any) -> None:
    job = replace(shot, settings=replace(shot.settings, one_file_per_layer=True, layers="matte,st"))
    assert swap_bench.run(job) == {"swapped": 4}
    (swap_bench.folder / "out_fsgan_matte.0002.exr").unlink()
    assert swap_bench.run(job) == {"kept": 3, "swapped": 1}
    assert (swap_bench.folder / "out_fsgan_matte.0002.exr").exists()


@pytest.mark.parametrize("change", [{"matte_soft_px": 3.0}, {"bit_depth": "float"}, {"layers": "none"}])
def test_another_setting_makes_every_frame_again(swap_bench: Any, shot: Any, change: dict[str, Any]) -> None:
    assert swap_bench.run(replace(shot, settings=replace(shot.settings, **change))) == {"swapped": 4}


def test_another_source_makes_every_frame_again(swap_bench: Any, shot: Any) -> None:
    still = swap_bench.write_exr("other", {3: swap_bench.face(swap_bench.picture(seed=2), person=-0.3)})
    job = swap_bench.job(shot.plate.path, source=still)
    assert swap_bench.run(job) == {"swapped": 4}


def test_hash_is_the_same_for_chunks_outputs_hosts_and_devices(swap_bench: Any, shot: Any, painted_faces: Any) -> None:
    pack = painted_faces.fake_pack()
    whole = job_hash(shot, pack)
    assert job_hash(shot.for_frames("2-3"), pack) == whole
    assert job_hash(replace(shot, out="elsewhere.####.exr", host="nuke 16"), pack) == whole
    assert job_hash(replace(shot, settings=replace(shot.settings, device="cuda")), pack) == whole


def test_hash_is_the_same_where_storage_is_mounted_elsewhere(swap_bench: Any, shot: Any, painted_faces: Any) -> None:
    pack, moved = painted_faces.fake_pack(), swap_bench.folder / "mounted"
    before = job_hash(shot, pack)
    moved.mkdir()
    for path in [*swap_bench.folder.glob("plate.*"), *swap_bench.folder.glob("source.*")]:
        path.rename(moved / path.name)
    there = replace(
        shot,
        plate=replace(shot.plate, path=str(moved / "plate.%04d.exr")),
        source=replace(shot.source, path=str(moved / "source.%04d.exr")),
    )
    assert job_hash(there, pack) == before


def test_hash_changes_with_a_plate_that_was_rendered_again(swap_bench: Any, shot: Any, painted_faces: Any) -> None:
    pack = painted_faces.fake_pack()
    before = job_hash(shot, pack)
    swap_bench.write_exr("plate", {2: swap_bench.picture(seed=3)})
    assert job_hash(shot, pack) != before


def test_hash_changes_with_every_setting_that_decides_pixels(shot: Any, painted_faces: Any) -> None:
    pack = painted_faces.fake_pack()
    before = job_hash(shot, pack)
    other = {
        "face": "1", "layers": "none", "colorspace": "ACEScg", "max_views": 1, "min_view_distance_deg": 5.0,
        "step_deg": 12.0, "matte_soft_px": 1.0, "matte_threshold": 0.1, "source_frames": "1-2", "source_face": "1",
    }  # fmt: skip
    hashes = {job_hash(replace(shot, settings=replace(shot.settings, **{name: value})), pack) for name, value in
              other.items()}  # fmt: skip
    assert len(hashes | {before}) == len(other) + 1
    assert set(other) < set(SwapSettings.__dataclass_fields__)


@pytest.mark.parametrize("compression", ["none", "zips", "zip"])
def test_every_cut_is_seen(tmp_path: Path, compression: str) -> None:
    path = written_frame(tmp_path / "a.exr", compression)
    whole = path.read_bytes()
    header = read_exr_headers(str(path))[0]
    assert missing_bytes(str(path), header) == 0
    assert frame_problem(str(path), "abc") == ""
    for size in range(len(whole) - 1, 0, -max(1, len(whole) // 97)):
        path.write_bytes(whole[:size])
        assert frame_problem(str(path), "abc"), size


def test_a_problem_is_told_in_words(tmp_path: Path) -> None:
    path = written_frame(tmp_path / "a.exr")
    assert frame_problem(str(path), "") == ""
    assert "another job" in frame_problem(str(path), "abd")
    assert frame_problem(str(tmp_path / "b.exr"), "abc") == "is missing"
    path.write_bytes(b"")
    assert "cannot be read" in frame_problem(str(path), "abc")
