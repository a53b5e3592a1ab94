"""Files that claim too much are refused before memory is taken; jobs write only where they may."""

from __future__ import annotations

import os
import struct
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fsgan_core.errors import JobError, PlateError, StageMissingError, WeightsError
from fsgan_core.job.declared_roots import check_outputs
from fsgan_core.job.job_file import parse_job
from fsgan_core.job.spec import Pictures, SwapJob
from fsgan_core.media.limits import MOST_PIXELS, check_picture_size
from fsgan_core.media.plate_frame import PictureHeader
from fsgan_core.media.read import open_plate
from fsgan_core.media.write import write_frame
from fsgan_core.pipeline.analysis_file import load_analysis
from fsgan_core.shot.frame_range import FrameRange
from fsgan_core.shot.image_window import ImageWindow
from fsgan_core.shot.plate import Plate
from fsgan_core.shot.sequence_path import SequencePath
from fsgan_core.weights.load import verify_pack
from fsgan_core.weights.manifest import WeightsManifest, read_manifest

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=10,
)
NAMES = st.sampled_from(["fsgan_job", "kind", "plate", "source", "out", "settings", "analyze", "mattes", "sources"])


def test_an_exr_that_claims_a_billion_pixels_is_refused(tmp_path: Path) -> None:
    window = ImageWindow.of_size(20, 10)
    path = tmp_path / "p.exr"
    write_frame(str(path), dict.fromkeys("RGB", np.zeros((10, 20), np.float32)), PictureHeader(window, window))
    data = path.read_bytes()
    for name in (b"dataWindow\0box2i\0", b"displayWindow\0box2i\0"):
        at = data.index(name) + len(name) + 4
        data = data[:at] + struct.pack("<4i", 0, 0, 39_999, 29_999) + data[at + 16 :]
    path.write_bytes(data)
    with pytest.raises(PlateError, match="megapixels|damaged|cannot be read"):
        open_plate(Plate(str(path)))


@pytest.mark.parametrize("size", [(0, 5, 3), (70_000, 10, 3), (20_001, 20_001, 3), (100, 100, 2000)])
def test_sizes_beyond_any_scan_are_refused(size: tuple[int, int, int]) -> None:
    with pytest.raises(PlateError):
        check_picture_size(*size, "p.exr")
    check_picture_size(20_000, MOST_PIXELS // 20_000, 1024, "p.exr")


def archive_that_claims(path: Path, shape: tuple[int, ...]) -> Path:
    header = f"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}".ljust(117) + "\n"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("about.npy", b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode())
    return path


def test_an_analysis_that_claims_a_terabyte_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StageMissingError, match="claims"):
        load_analysis(archive_that_claims(tmp_path / "a.npz", (2**37,)))


def test_an_analysis_never_unpickles(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    np.savez(path, about=np.array([{"a": 1}], object))
    with pytest.raises(StageMissingError, match="allow_pickle|Object arrays|claims"):
        load_analysis(path)


def test_a_manifest_names_only_files_beside_it(tmp_path: Path) -> None:
    for name in ("../secret", "/etc/passwd", "a/b"):
        with pytest.raises(WeightsError, match="no file beside it"):
            verify_pack(tmp_path, WeightsManifest("n", "compact", "CC0", {name: "0"}))
    (tmp_path / "manifest.json").write_text(" " * (5 << 20))
    with pytest.raises(WeightsError, match="larger than"):
        read_manifest(tmp_path)


@given(st.text(alphabet="0123456789-x:, ", max_size=40))
def test_any_text_is_a_frame_range_or_refused(text: str) -> None:
    try:
        frames = FrameRange.parse(text)
    except JobError:
        return
    assert FrameRange.parse(str(frames)) == frames


@pytest.mark.parametrize("text", ["9" * 5000, "1-" + "9" * 5000, "1-10x" + "9" * 5000, "1-999999999", "1-999999999x2"])
def test_long_and_endless_ranges_are_refused_at_once(text: str) -> None:
    with pytest.raises(JobError):
        FrameRange.parse(text)


@given(st.text(max_size=40), st.integers(-(10**6), 10**6))
def test_any_name_is_a_path_with_a_frame(text: str, number: int) -> None:
    path = SequencePath(text)
    assert len(path.at(number)) <= len(text) + 120


@given(st.dictionaries(NAMES, JSON, max_size=6))
def test_any_json_is_a_job_or_refused(content: dict[str, Any]) -> None:
    import json

    with pytest.raises(JobError):
        parse_job(json.dumps({**content, "kind": content.get("kind", "swap"), "unknown": 1}))
    try:
        parse_job(json.dumps({"fsgan_job": 1, "kind": "swap", **content}))
    except JobError:
        return


def swap_to(out: Path) -> SwapJob:
    return SwapJob(Pictures("/p.exr"), Pictures("/s.exr"), str(out))


def test_nothing_is_written_outside_the_declared_roots(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("renders", "renders2", "secret"):
        (tmp_path / name).mkdir()
    monkeypatch.setenv("FSGAN_WRITE_ROOTS", os.pathsep.join([str(tmp_path / "renders"), str(tmp_path / "other")]))
    check_outputs(swap_to(tmp_path / "renders" / "a" / "o.%04d.exr"))
    outside = ["renders2/o.exr", "secret/o.exr", "renders/../secret/o.exr"]
    (tmp_path / "renders" / "link").symlink_to(tmp_path / "secret")
    for name in [*outside, "renders/link/o.exr"]:
        with pytest.raises(JobError, match="outside the folders"):
            check_outputs(swap_to(tmp_path / name))
    inside = SwapJob(
        Pictures("/p.exr"), Pictures("/s.exr"), str(tmp_path / "renders" / "o.exr"),
        plate_analysis=str(tmp_path / "secret" / "a.npz"),
    )  # fmt: skip
    with pytest.raises(JobError, match=r"a\.npz lies outside"):
        check_outputs(inside)


def test_a_job_outside_the_roots_leaves_with_2(
    fsgan_program: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FSGAN_WRITE_ROOTS", str(tmp_path / "renders"))
    out = str(tmp_path / "x" / "o.exr")
    code, said = fsgan_program("swap", "--source", "/s.exr", "--plate", "/p.exr", "--out", out)
    assert code == 2
    assert "outside the folders" in said
    assert not (tmp_path / "x").exists()
