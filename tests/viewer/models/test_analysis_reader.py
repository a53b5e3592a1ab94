"""The viewer's reader of an analysis, against the engine's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fsgan_core.errors import StageMissingError
from fsgan_core.face.choose_face import choose_face
from fsgan_core.pipeline.analysis_file import ANALYSIS_VERSION, load_analysis
from fsgan_viewer.models.analysis_reader import KNOWN_VERSION, read_analysis, with_landmarks


@pytest.fixture
def engine_file(swap_bench: Any) -> str:
    """An analysis that the engine wrote, of two faces."""
    frames = {}
    for number in range(1, 5):
        picture = swap_bench.face(swap_bench.picture(), 110, 60, 60, yaw_deg=5.0 * number)
        frames[number] = swap_bench.face(picture, 40, 70, 40, person=-0.6)
    job = swap_bench.job(swap_bench.write_exr("plate", frames))
    swap_bench.run(job)
    return str(job.analysis_paths()[0])


def test_both_readers_know_the_same_version() -> None:
    assert KNOWN_VERSION == ANALYSIS_VERSION


def test_it_reads_what_the_engine_wrote(engine_file: str) -> None:
    mine, engines = read_analysis(engine_file), load_analysis(engine_file)
    assert mine.frames == engines.frames
    assert [face.track_id for face in mine.faces] == [face.track_id for face in engines.faces]
    for own, theirs in zip(mine.faces, engines.faces, strict=True):
        for name in ("frames", "boxes", "scores", "landmarks", "poses", "window_origins"):
            assert np.array_equal(getattr(own, name), getattr(theirs, name)), name
        at = theirs.at(2)
        assert at is not None
        assert np.allclose(own.plate_landmarks(2), at.crop.to_plate(at.landmarks))


def test_it_chooses_the_faces_that_the_engine_chooses(engine_file: str) -> None:
    mine, engines = read_analysis(engine_file), load_analysis(engine_file)
    assert mine.largest().track_id == choose_face(engines, "largest").track_id
    for x, y in ((110, 60), (40, 70)):
        face = mine.face_at(2, x, y)
        assert face is not None
        assert face.track_id == choose_face(engines, f"{x},{y}@2").track_id
    assert mine.face_at(2, 1, 1) is None


def test_a_frame_without_the_face_has_nothing(shot: Any) -> None:
    face = read_analysis(shot.analysis).faces[0]
    assert face.box(999) is None
    assert face.plate_landmarks(999) is None
    assert face.pose(2000) is None


def test_corrected_landmarks_come_back_in_plate_pixels(shot: Any) -> None:
    face = read_analysis(shot.analysis).faces[0]
    points = face.plate_landmarks(1003)
    assert points is not None
    moved = with_landmarks(face, 1003, points + [2.5, -1.0])
    assert np.allclose(moved.plate_landmarks(1003), points + [2.5, -1.0])
    assert np.allclose(moved.plate_landmarks(1004), face.plate_landmarks(1004))


@pytest.mark.parametrize("text", [b"", b"PK\x03\x04 no zip", b"{}"])
def test_a_broken_file_is_a_sentence(tmp_path: Path, text: bytes) -> None:
    path = tmp_path / "broken.npz"
    path.write_bytes(text)
    with pytest.raises(StageMissingError, match="broken.npz"):
        read_analysis(str(path))


def test_no_file_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(StageMissingError, match="Run Analyze"):
        read_analysis(str(tmp_path / "none.npz"))
