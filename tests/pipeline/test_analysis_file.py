"""The analysis on disk: it comes back as it was, and is never used for anything it was not made from."""

from __future__ import annotations

import os
from dataclasses import fields
from pathlib import Path
from types import ModuleType, SimpleNamespace

import numpy as np
import OpenImageIO as oiio  # noqa: N813
import pytest

from fsgan_core.errors import FaceError, OutputError, PlateError, StageMissingError
from fsgan_core.job.progress import Progress, ProgressEvent
from fsgan_core.job.settings import AnalyzeSettings
from fsgan_core.pipeline.analysis_file import analysis_key, load_analysis, load_or_analyze, save_analysis
from fsgan_core.pipeline.analyze_shot import FaceAnalysis, ShotAnalysis, analyze_shot
from fsgan_core.shot.frame_range import FrameRange
from fsgan_core.shot.plate import Plate


class Recorder(Progress):
    """Keeps what happened."""

    def __init__(self) -> None:
        super().__init__()
        self.events: list[ProgressEvent] = []

    def show(self, event: ProgressEvent) -> None:
        self.events.append(event)

    @property
    def looked(self) -> bool:
        """Whether the pictures were looked at."""
        return any(event.event == "frame" for event in self.events)

    @property
    def said(self) -> str:
        return " ".join(event.message for event in self.events if event.message)


def write_exr(path: Path, picture: np.ndarray) -> None:
    height, width = picture.shape[:2]
    output = oiio.ImageOutput.create(str(path))
    assert output.open(str(path), oiio.ImageSpec(width, height, 3, oiio.HALF))
    assert output.write_image(np.ascontiguousarray(picture, np.float32))
    assert output.close()


@pytest.fixture
def pack(painted_faces: ModuleType) -> SimpleNamespace:
    return painted_faces.fake_pack()


@pytest.fixture
def plate(painted_faces: ModuleType, tmp_path: Path) -> Plate:
    """Four frames on disk, two people, in a folder with a space and a letter beyond ASCII."""
    folder = tmp_path / "schöne plates"
    folder.mkdir()
    for i in range(4):
        picture = painted_faces.paint_face(painted_faces.backdrop(120, 200), (60 + 2 * i, 60), 60, person=0.1)
        picture = painted_faces.paint_face(picture, (150, 60), 50, person=0.8)
        write_exr(folder / f"plate.{1001 + i}.exr", picture)
    return Plate(str(folder / "plate.%04d.exr"))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "made on the way" / "analysis.npz"


def assert_same(a: ShotAnalysis, b: ShotAnalysis) -> None:
    assert a.frames == b.frames
    assert len(a.faces) == len(b.faces)
    for one, other in zip(a.faces, b.faces, strict=True):
        for name in (field.name for field in fields(FaceAnalysis)):
            mine, theirs = getattr(one, name), getattr(other, name)
            if isinstance(mine, np.ndarray):
                np.testing.assert_array_equal(mine, theirs, err_msg=name)
                assert mine.dtype == theirs.dtype, name
            else:
                assert mine == theirs, name


def test_stored_analysis_comes_back_bit_for_bit(plate: Plate, pack: SimpleNamespace, file: Path) -> None:
    analysis = analyze_shot(plate, pack, AnalyzeSettings())
    assert len(analysis.faces) == 2
    save_analysis(file, analysis)
    assert_same(load_analysis(file), analysis)
    assert [path.name for path in file.parent.iterdir()] == ["analysis.npz"]


def test_second_time_nothing_is_looked_at(plate: Plate, pack: SimpleNamespace, file: Path) -> None:
    first, second = Recorder(), Recorder()
    made = load_or_analyze(file, plate, pack, AnalyzeSettings(), first)
    loaded = load_or_analyze(file, plate, pack, AnalyzeSettings(), second)
    assert first.looked
    assert not second.looked
    assert "up to date" in second.said
    assert made.key == loaded.key == analysis_key(plate, pack, AnalyzeSettings())
    assert_same(made, loaded)


def test_changed_picture_weights_settings_or_frames_are_analyzed_anew(
    plate: Plate, pack: SimpleNamespace, file: Path, painted_faces: ModuleType
) -> None:
    load_or_analyze(file, plate, pack, AnalyzeSettings())

    def looks_again(plate: Plate, pack: SimpleNamespace, settings: AnalyzeSettings) -> bool:
        recorder = Recorder()
        load_or_analyze(file, plate, pack, settings, recorder)
        assert not recorder.looked or "other pictures, weights or settings" in recorder.said
        return recorder.looked

    assert looks_again(plate, pack, AnalyzeSettings(landmark_smooth_frames=9))
    assert looks_again(plate, SimpleNamespace(**{**vars(pack), "networks_sha256": "1" * 64}), AnalyzeSettings())
    assert looks_again(Plate(plate.path, FrameRange.parse("1001-1003")), pack, AnalyzeSettings())
    assert looks_again(plate, pack, AnalyzeSettings())
    assert not looks_again(plate, pack, AnalyzeSettings())
    write_exr(Path(plate.path % 1002), painted_faces.paint_face(painted_faces.backdrop(120, 200), (62, 60), 60))
    assert looks_again(plate, pack, AnalyzeSettings())
    newer = os.stat(plate.path % 1003).st_mtime_ns + 1_000_000
    os.utime(plate.path % 1003, ns=(newer, newer))
    assert looks_again(plate, pack, AnalyzeSettings())


def test_a_still_counts_by_content_not_by_date(plate: Plate, pack: SimpleNamespace) -> None:
    still = Plate(plate.path % 1001)
    before = analysis_key(still, pack, AnalyzeSettings())
    os.utime(still.path, ns=(1, 1))
    assert analysis_key(still, pack, AnalyzeSettings()) == before
    write_exr(Path(still.path), np.zeros((120, 200, 3)))
    assert analysis_key(still, pack, AnalyzeSettings()) != before


def test_another_colour_configuration_counts(
    plate: Plate, pack: SimpleNamespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = analysis_key(plate, pack, AnalyzeSettings())
    config = tmp_path / "studio.ocio"
    config.write_text("a")
    monkeypatch.setenv("OCIO", str(config))
    with_config = analysis_key(plate, pack, AnalyzeSettings())
    config.write_text("a longer one")
    assert len({before, with_config, analysis_key(plate, pack, AnalyzeSettings())}) == 3


def test_how_frames_were_asked_for_does_not_matter(plate: Plate, pack: SimpleNamespace) -> None:
    explicit = Plate(plate.path, FrameRange.parse("1001-1004"))
    assert analysis_key(plate, pack, AnalyzeSettings()) == analysis_key(
        explicit, pack, AnalyzeSettings(frames="1001-1004")
    )


@pytest.mark.parametrize("damage", ["empty", "cut", "not zip", "other version"])
def test_damaged_file_is_said_and_made_anew(plate: Plate, pack: SimpleNamespace, file: Path, damage: str) -> None:
    load_or_analyze(file, plate, pack, AnalyzeSettings())
    whole = file.read_bytes()
    if damage == "other version":
        np.savez(file, about=np.array('{"version": 0, "key": "", "faces": []}'), frames=np.zeros(0))
    else:
        file.write_bytes({"empty": b"", "cut": whole[: len(whole) // 2], "not zip": b"x" * 500}[damage])
    with pytest.raises(StageMissingError, match="run fsgan analyze again"):
        load_analysis(file)
    recorder = Recorder()
    load_or_analyze(file, plate, pack, AnalyzeSettings(), recorder)
    assert recorder.looked
    assert any(event.event == "warning" for event in recorder.events)
    assert len(load_analysis(file).faces) == 2


def test_missing_file_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(StageMissingError, match="fsgan analyze") as caught:
        load_analysis(tmp_path / "none.npz")
    assert caught.value.exit_code == 4


def test_no_face_stores_nothing(plate: Plate, pack: SimpleNamespace, file: Path) -> None:
    with pytest.raises(FaceError):
        load_or_analyze(file, plate, pack, AnalyzeSettings(min_face_px=100))
    assert not file.exists()


def test_place_that_cannot_be_written_is_an_output_error(plate: Plate, pack: SimpleNamespace, tmp_path: Path) -> None:
    (tmp_path / "a file").write_text("")
    with pytest.raises(OutputError) as caught:
        load_or_analyze(tmp_path / "a file" / "analysis.npz", plate, pack, AnalyzeSettings())
    assert caught.value.exit_code == 7


def test_plate_that_changes_meanwhile_is_refused(plate: Plate, pack: SimpleNamespace, file: Path) -> None:
    class Touches(Progress):
        def show(self, event: ProgressEvent) -> None:
            if event.event == "frame":
                os.utime(plate.path % 1004, ns=(5, 5))

    with pytest.raises(PlateError, match="changed while"):
        load_or_analyze(file, plate, pack, AnalyzeSettings(), Touches())
    assert not file.exists()


def test_stored_text_is_never_evaluated(tmp_path: Path) -> None:
    harmful = tmp_path / "harmful.npz"
    np.savez(harmful, about=np.array([{"version": 1}], dtype=object), frames=np.zeros(0))
    with pytest.raises(StageMissingError):
        load_analysis(harmful)
