"""An export job: the analysis of a plate, and one face of it written in every form that was asked for."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from fsgan_core.errors import FaceError
from fsgan_core.exports.corner_pin import corner_pin_text
from fsgan_core.exports.face_contour import face_contour
from fsgan_core.exports.face_motion import FaceMotion
from fsgan_core.exports.head_pose import FACE_UNITS, axis_text, chan_text
from fsgan_core.exports.landmark_names import chosen_landmarks, track_name
from fsgan_core.exports.roto import roto_json, roto_script, roto_text
from fsgan_core.exports.st_map import crop_from_plate, plate_from_crop, st_map_text
from fsgan_core.exports.tracker import tracker_text
from fsgan_core.face.face_analysis import FaceAnalysis
from fsgan_core.job.export_job import ExportJob
from fsgan_core.job.export_settings import ExportSettings
from fsgan_core.job.progress import Progress
from fsgan_core.media.atomic import complete_or_absent
from fsgan_core.media.plate_frame import PictureHeader
from fsgan_core.media.read import open_plate
from fsgan_core.media.write import write_frame
from fsgan_core.pipeline.analysis_file import load_or_analyze
from fsgan_core.pipeline.corrected_face import choose_corrected_face, open_corrections
from fsgan_core.pipeline.engine import open_engine
from fsgan_core.shot.image_window import ImageWindow

CROP_PATTERN = os.path.join("st_map", "crop_from_plate.%04d.exr")
PLATE_PATTERN = os.path.join("st_map", "plate_from_crop.%04d.exr")


@dataclass(frozen=True, eq=False)
class Export:
    """What every writer is given.

    Args:
        folder: Where the files go.
        settings: Of the job.
        face: The person, corrected.
        motion: The same in picture px, in the frames to export alone.
        header: Of the plate's first frame.
    """

    folder: str
    settings: ExportSettings
    face: FaceAnalysis
    motion: FaceMotion
    header: PictureHeader


def export_shot(job: ExportJob, progress: Progress | None = None) -> list[str]:
    """Everything that the job asks for, written; the paths of the files, patterns for sequences.

    Args:
        job: With paths of this machine.
        progress: Hears what is written.

    Raises:
        PlateError: The plate cannot be read.
        FaceError: There is no such face, or it is in none of the frames.
        JobError: A setting, or a correction, makes no sense for this shot.
        StageMissingError, WeightsError, EngineError: As of the analysis.
        OutputError: A file cannot be written.
        CancelledError: The user stopped the work.
    """
    progress = progress or Progress()
    landmarks = chosen_landmarks(job.settings.landmarks)
    with open_plate(job.plate_to_analyze()) as reader:
        header = reader.read(reader.frames[0]).header
    pack = open_engine(job.settings.weights, job.settings.device, job.analyze)
    shot = load_or_analyze(job.analysis_path(), job.plate_to_analyze(), pack, job.analyze, progress)
    face = choose_corrected_face(shot, job.settings.face, open_corrections(job.corrections))
    display = header.display_window
    motion = FaceMotion.of(face, (display.height, display.width), header.pixel_aspect)
    wanted = job.frames_to_export()
    if wanted is not None:
        motion = motion.only(np.isin(motion.frames, list(wanted)))
    if not len(motion.frames):
        raise FaceError(
            f"face {face.track_id} is in none of the frames {job.settings.frames}. Export other frames.",
            path=job.plate.path,
        )
    export = Export(job.out, job.settings, face, motion, header)
    progress.begin(f"export face {face.track_id} of {job.plate.path}", len(job.settings.chosen_formats()))
    written: list[str] = []
    for index, name in enumerate(job.settings.chosen_formats(), 1):
        files = _WRITERS[name](export)
        for path in files:
            progress.wrote(path)
        written += files
        progress.frame_done(index, name)
    written.append(_write_text(export, "export.json", json.dumps(_about(export, landmarks), indent=1) + "\n"))
    progress.wrote(written[-1])
    return written


def _tracker(export: Export) -> list[str]:
    landmarks = chosen_landmarks(export.settings.landmarks)
    return [_write_text(export, "tracker.nk", tracker_text(export.motion, landmarks))]


def _corner_pin(export: Export) -> list[str]:
    return [_write_text(export, "corner_pin.nk", corner_pin_text(export.motion))]


def _st_map(export: Export) -> list[str]:
    """Both maps as 32-bit float EXRs, and the nodes that read them."""
    size = export.motion.picture_size
    crop_pattern, plate_pattern = (os.path.join(export.folder, name) for name in (CROP_PATTERN, PLATE_PATTERN))
    display = export.header.display_window
    for frame in export.motion.frames:
        position = int(np.searchsorted(export.face.frames, frame))
        at = export.face.crop_at(int(frame))
        assert at is not None
        x, y = export.face.window_origins[position]
        crop = at.shifted((-float(x), -float(y)))
        square = ImageWindow.of_size(crop.size, crop.size)
        _write_map(crop_pattern % frame, crop_from_plate(crop, size), PictureHeader(square, square))
        window = crop.covered_window(size)
        data = ImageWindow(*window).moved(display.x0, display.y0)
        if data.is_empty:
            # The face is outside the format: an EXR needs a pixel, and this one says "not inside".
            data = ImageWindow(display.x0, display.y0, display.x0 + 1, display.y0 + 1)
            outside = np.zeros((1, 1, 3), np.float32)
            _write_map(plate_pattern % frame, outside, PictureHeader(data, display, export.header.pixel_aspect))
            continue
        header = PictureHeader(data, display, export.header.pixel_aspect)
        _write_map(plate_pattern % frame, plate_from_crop(crop, window), header)
    frames = int(export.motion.frames[0]), int(export.motion.frames[-1])
    text = st_map_text(os.path.abspath(crop_pattern), os.path.abspath(plate_pattern), frames)
    return [crop_pattern, plate_pattern, _write_text(export, "st_map.nk", text)]


def _axis(export: Export) -> list[str]:
    settings = export.settings
    return [_write_text(export, "head.nk", axis_text(export.motion, settings.focal_mm, settings.haperture_mm))]


def _chan(export: Export) -> list[str]:
    settings = export.settings
    return [_write_text(export, "head.chan", chan_text(export.motion, settings.focal_mm, settings.haperture_mm))]


def _roto(export: Export) -> list[str]:
    size = export.motion.picture_size
    contour = face_contour(export.face, export.motion.frames, export.settings.contour_tolerance_px)
    shape = json.dumps(roto_json(contour, size)) + "\n"
    return [
        _write_text(export, "face_roto.nk", roto_text(contour, 0, size)),
        _write_text(export, "face_roto.json", shape),
        _write_text(export, "face_roto.py", roto_script(contour, size)),
    ]


_WRITERS: dict[str, Callable[[Export], list[str]]] = {
    "tracker": _tracker,
    "cornerpin": _corner_pin,
    "stmap": _st_map,
    "axis": _axis,
    "chan": _chan,
    "roto": _roto,
}


def _about(export: Export, landmarks: tuple[int, ...]) -> dict[str, Any]:
    """What the files are, for people and programs."""
    height, width = export.motion.picture_size
    return {
        "fsgan_export": 1,
        "face": export.face.track_id,
        "frames": [int(frame) for frame in export.motion.frames],
        "width": width,
        "height": height,
        "pixel_aspect": export.motion.pixel_aspect,
        "crop_size": export.motion.crop_size,
        "coordinates": "px from the bottom left corner of the format, y up, pixel centres at +0.5",
        "landmarks": {str(landmark): track_name(landmark) for landmark in landmarks},
        "focal_mm": export.settings.focal_mm,
        "haperture_mm": export.settings.haperture_mm,
        "face_units": FACE_UNITS,
        "rotation_order": "ZXY",
    }


def _write_map(path: str, values: np.ndarray, header: PictureHeader) -> None:
    """A map as R G (the position), B (0) and A (1 inside)."""
    channels = {"R": values[..., 0], "G": values[..., 1], "B": np.zeros_like(values[..., 0]), "A": values[..., 2]}
    write_frame(path, channels, header, bit_depth="float")


def _write_text(export: Export, name: str, text: str) -> str:
    path = os.path.join(export.folder, name)
    with complete_or_absent(path) as temporary, open(temporary, "x", encoding="utf-8", newline="\n") as file:
        file.write(text)
    return path
