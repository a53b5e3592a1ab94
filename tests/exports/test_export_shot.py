"""Export and import as jobs on painted faces: every file is there, reads back, and leads back to corrections."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import OpenImageIO as oiio  # noqa: N813
import pytest

from fsgan_core.errors import FaceError, JobError, StageMissingError
from fsgan_core.exports import export_shot as export_module
from fsgan_core.exports.export_shot import export_shot
from fsgan_core.exports.import_tracks import import_tracks
from fsgan_core.job.corrections import read_corrections
from fsgan_core.job.export_job import ExportJob
from fsgan_core.job.export_settings import ExportSettings
from fsgan_core.job.import_tracks_job import ImportTracksJob
from fsgan_core.job.pictures import Pictures
from fsgan_core.job.settings import AnalyzeSettings
from fsgan_core.media.plate_frame import PictureHeader
from fsgan_core.shot.image_window import ImageWindow

FILES = {
    "tracker.nk", "corner_pin.nk", "st_map.nk", "head.nk", "head.chan", "face_roto.nk", "face_roto.json",
    "face_roto.py", "export.json", "st_map", "plate.npz",
}  # fmt: skip


@pytest.fixture
def job(swap_bench: Any, monkeypatch: pytest.MonkeyPatch) -> ExportJob:
    """Three frames of a painted face with overscan, to be exported in all forms."""
    pack = SimpleNamespace(**vars(swap_bench.painted.fake_pack()), device="cpu")
    monkeypatch.setattr(export_module, "open_engine", lambda weights, device, analyze=None: pack)
    frames = {
        number: swap_bench.face(swap_bench.picture(140, 200), 100 + 3 * (number - 1001), 70)
        for number in (1001, 1002, 1003)
    }
    header = PictureHeader(ImageWindow(-20, -10, 180, 130), ImageWindow(0, 0, 160, 120))
    plate = swap_bench.write_exr("plate", frames, header)
    analyze = AnalyzeSettings(min_face_px=32, smooth=False, iou_threshold=0.3)
    return ExportJob(Pictures(plate), str(swap_bench.folder / "exports"), analyze=analyze)


def pixels_of(path: Path) -> tuple[oiio.ImageSpec, dict[str, np.ndarray]]:
    picture = oiio.ImageInput.open(str(path))
    spec = picture.spec()
    pixels = np.asarray(picture.read_image(oiio.FLOAT)).reshape(spec.height, spec.width, spec.nchannels)
    picture.close()
    return spec, {name: pixels[..., index] for index, name in enumerate(spec.channelnames)}


def test_everything_is_written_and_reads_back(job: ExportJob, real_tcl: Any, curve_of: Any) -> None:
    written = export_shot(job)
    folder = Path(job.out)
    assert {path.name for path in folder.iterdir()} == FILES
    assert {Path(path).name for path in written} == FILES - {"st_map", "plate.npz"} | {
        "crop_from_plate.%04d.exr", "plate_from_crop.%04d.exr",
    }  # fmt: skip
    nodes = {path.name: real_tcl.read_nodes(path.read_text()) for path in folder.glob("*.nk")}
    classes = {name: [node.class_name for node in found] for name, found in nodes.items()}
    assert classes == {
        "tracker.nk": ["Tracker4"],
        "corner_pin.nk": ["CornerPin2D", "CornerPin2D", "Crop"],
        "st_map.nk": ["Read", "STMap", "Read", "STMap"],
        "head.nk": ["Camera2", "Axis2"],
        "face_roto.nk": ["Roto"],
    }
    # The painted face lies at 100, 70 of the array, so at 80, 60 of the format: y up from the bottom of 120 rows.
    pin = real_tcl.read_nodes((folder / "corner_pin.nk").read_text())[0]
    left, right = (curve_of(real_tcl.read_words(pin[knob])[0])[1001] for knob in ("to1", "to2"))
    bottom, top = (curve_of(real_tcl.read_words(pin[knob])[1])[1001] for knob in ("to1", "to4"))
    assert ((left + right) / 2, (bottom + top) / 2) == (pytest.approx(80, abs=1.5), pytest.approx(60, abs=1.5))
    about = json.loads((folder / "export.json").read_text())
    assert (about["width"], about["height"], about["frames"]) == (160, 120, [1001, 1002, 1003])


def test_st_maps_are_float_and_keep_the_windows(job: ExportJob) -> None:
    export_shot(replace(job, settings=ExportSettings(formats="stmap", frames="1002")))
    folder = Path(job.out) / "st_map"
    assert sorted(path.name for path in folder.iterdir()) == ["crop_from_plate.1002.exr", "plate_from_crop.1002.exr"]
    spec, crop = pixels_of(folder / "crop_from_plate.1002.exr")
    assert (spec.width, spec.height, str(spec.format)) == (256, 256, "float")
    # The middle of the crop is the middle of the face: 83, 60 of 160 x 120.
    assert crop["R"][128, 128] == pytest.approx(83 / 160, abs=0.012)
    assert crop["G"][128, 128] == pytest.approx(1 - 60 / 120, abs=0.012)
    spec, plate = pixels_of(folder / "plate_from_crop.1002.exr")
    assert (spec.full_x, spec.full_y, spec.full_width, spec.full_height) == (0, 0, 160, 120)
    row, column = 60 - spec.y, 83 - spec.x
    assert plate["R"][row, column] == pytest.approx(0.5, abs=0.02)
    assert plate["G"][row, column] == pytest.approx(0.5, abs=0.02)
    assert (plate["A"] == 1).all()


def test_face_outside_the_format_leaves_maps_that_say_so(job: ExportJob, swap_bench: Any) -> None:
    """A face in the overscan alone: the plate's map has one pixel, which is not inside; an EXR must have one."""
    frame = swap_bench.face(swap_bench.picture(140, 300), 60, 70)
    header = PictureHeader(ImageWindow(-180, -10, 120, 130), ImageWindow(0, 0, 120, 120))
    plate = swap_bench.write_exr("beside", {1: frame}, header)
    export_shot(replace(job, plate=Pictures(plate), settings=ExportSettings(formats="stmap")))
    _, crop = pixels_of(Path(job.out) / "st_map" / "crop_from_plate.0001.exr")
    assert not crop["A"].any()
    assert crop["R"].max() < 0
    spec, laid = pixels_of(Path(job.out) / "st_map" / "plate_from_crop.0001.exr")
    assert (spec.width, spec.height, spec.full_width, spec.full_height) == (1, 1, 120, 120)
    assert not laid["A"].any()


def test_frames_without_the_face_are_an_error(job: ExportJob) -> None:
    with pytest.raises(FaceError, match="in none of the frames 7-9"):
        export_shot(replace(job, settings=ExportSettings(frames="7-9")))


def test_moved_track_comes_back_as_corrections_and_out_again(job: ExportJob, swap_bench: Any, curve_of: Any) -> None:
    """Export, drag a point in the text, import, export with the corrections: the track stands where it was put."""
    export_shot(job)
    folder = Path(job.out)
    text = (folder / "tracker.nk").read_text()
    nose = next(line for line in text.splitlines() if '"lm54_nose_tip"' in line)
    cell = re.findall(r"\{curve x[^}]*\}", nose)[0]
    keys = curve_of(cell[1:-1])
    dragged = cell.replace(re.findall(r"x1001 (\S+)", cell)[0], f"{keys[1001] + 5:.4f}")
    (folder / "edited.nk").write_text("set cut_paste_input [stack 0]\n" + text.replace(cell, dragged, 1))
    out = str(folder / "corrections.json")
    back = ImportTracksJob(job.plate, str(folder / "edited.nk"), str(folder / "plate.npz"), out)
    assert import_tracks(back).moved == {54: 1}
    assert read_corrections(out).keys[0].frame == 1001
    export_shot(replace(job, corrections=out, out=str(folder / "again"), analysis=str(folder / "plate.npz")))
    again = (folder / "again" / "tracker.nk").read_text()
    nose = next(line for line in again.splitlines() if '"lm54_nose_tip"' in line)
    assert curve_of(re.findall(r"\{curve x[^}]*\}", nose)[0][1:-1])[1001] == pytest.approx(keys[1001] + 5, abs=2e-3)


def test_import_names_what_is_missing(job: ExportJob, swap_bench: Any) -> None:
    tracks = swap_bench.folder / "tracks.nk"
    analysis, out = str(swap_bench.folder / "none.npz"), str(swap_bench.folder / "c.json")
    back = ImportTracksJob(job.plate, str(tracks), analysis, out)
    with pytest.raises(JobError, match="tracks file cannot be read"):
        import_tracks(back)
    tracks.write_text("Dot {\n name D\n}\n")
    with pytest.raises(StageMissingError, match="run fsgan analyze first"):
        import_tracks(back)
    export_shot(replace(job, settings=ExportSettings(formats="chan")))
    with pytest.raises(JobError, match=r"tracks.nk: there is no Tracker4"):
        import_tracks(replace(back, analysis=str(Path(job.out) / "plate.npz")))
