"""The analysis of a shot on disk: one .npz, tied to the plate, weights and settings that it was made from.

A file that was made from anything else is never used again: it is made anew.
"""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
import zlib
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import numpy as np

from fsgan_core.errors import PlateError, StageMissingError
from fsgan_core.face.face_analysis import FaceAnalysis, ShotAnalysis
from fsgan_core.job.progress import Progress
from fsgan_core.job.settings import AnalyzeSettings
from fsgan_core.media.atomic import complete_or_absent
from fsgan_core.media.plate_reader import PlateReader
from fsgan_core.media.read import open_plate
from fsgan_core.pipeline.analyze_shot import analyze_frames
from fsgan_core.pipeline.array_archive import check_archive
from fsgan_core.pipeline.file_identity import color_identity, file_content, file_stamp
from fsgan_core.shot.plate import Plate
from fsgan_core.weights.load import Pack

ANALYSIS_VERSION = 1
"""Goes up when the analysis finds something else in the same pictures, or its file looks different."""

_ARRAYS = (
    "frames", "boxes", "scores", "plate_to_crop", "landmarks", "poses", "sharpness", "face_embedding", "segment_ids",
    "window_origins",
)  # fmt: skip
_PER_FRAME: dict[str, tuple[int, ...]] = {
    "frames": (), "boxes": (4,), "scores": (), "plate_to_crop": (3, 3), "landmarks": (98, 2), "poses": (3,),
    "sharpness": (), "segment_ids": (), "window_origins": (2,),
}  # fmt: skip
_COUNTED_ELSEWHERE = ("frames", "colorspace", "detector", "landmarks_by")
_NOT_READABLE = (
    OSError, ValueError, KeyError, EOFError, TypeError, RuntimeError, OverflowError, zipfile.BadZipFile, zlib.error,
)  # fmt: skip


def load_or_analyze(
    path: str | Path,
    plate: Plate,
    pack: Pack,
    settings: AnalyzeSettings,
    progress: Progress | None = None,
) -> ShotAnalysis:
    """The analysis in a file if it is this plate's, by these weights and settings; else a new one, stored there.

    Args:
        path: The .npz file.
        plate: What to look at.
        pack: The networks.
        settings: How faces are found, followed and smoothed.
        progress: Hears what is done.

    Raises:
        OutputError: The new analysis cannot be written.
        PlateError: The plate cannot be read, or changed meanwhile.
        FaceError: There is no face in any frame; nothing is stored.
        FsganError: Other ones as of `analyze_shot.analyze_shot`.
    """
    progress = progress or Progress()
    path = Path(path)
    with open_plate(plate) as reader:
        key = _key_of(reader, pack, settings)
        if path.exists():
            try:
                stored = load_analysis(path)
            except StageMissingError as error:
                progress.warn(f"{error} It is made anew.")
            else:
                if stored.key == key:
                    progress.note(f"the analysis {path} is up to date")
                    return stored
                progress.note(f"the analysis {path} was made from other pictures, weights or settings; making it anew")
        analysis = analyze_frames(reader, pack, settings, progress)
        # Pictures that changed during the work would be stored under what they are now, not what was looked at.
        if _key_of(reader, pack, settings) != key:
            raise PlateError("the plate changed while it was analyzed. Run again when it is complete.", path=plate.path)
    analysis = ShotAnalysis(analysis.frames, analysis.faces, key)
    save_analysis(path, analysis)
    progress.wrote(str(path))
    return analysis


def analysis_key(plate: Plate, pack: Pack, settings: AnalyzeSettings) -> str:
    """What an analysis of this plate by these weights and settings is called: hex digits, another for every change.

    Files count by name, size and time of change, a single still by its content.

    Raises:
        PlateError: The plate cannot be opened.
    """
    with open_plate(plate) as reader:
        return _key_of(reader, pack, settings)


def save_analysis(path: str | Path, analysis: ShotAnalysis) -> None:
    """Store an analysis; the file is complete or absent.

    Raises:
        OutputError: The folder cannot be written or the disk is full.
    """
    path = Path(path)
    arrays: dict[str, np.ndarray] = {"frames": np.array(analysis.frames, np.int64)}
    about = {"version": ANALYSIS_VERSION, "key": analysis.key, "faces": [face.track_id for face in analysis.faces]}
    for face in analysis.faces:
        arrays |= _face_arrays(face)
    arrays["about"] = np.array(json.dumps(about))
    with complete_or_absent(str(path)) as unfinished, open(unfinished, "wb") as file:
        np.savez(file, allow_pickle=False, **arrays)


def load_analysis(path: str | Path) -> ShotAnalysis:
    """A stored analysis, whatever it was made from; its `key` says.

    Raises:
        StageMissingError: There is no such file, it is damaged, or another version of FSGAN made it.
    """
    path = Path(path)
    if not path.is_file():
        raise StageMissingError("there is no analysis here; run fsgan analyze first", path=str(path))
    try:
        check_archive(path)
        with np.load(path, allow_pickle=False) as stored:
            about = json.loads(str(stored["about"]))
            if about["version"] != ANALYSIS_VERSION:
                raise ValueError(f"version {about['version']}")
            faces = tuple(_face_from(stored, int(number)) for number in about["faces"])
            return ShotAnalysis(tuple(int(n) for n in stored["frames"]), faces, str(about["key"]))
    except _NOT_READABLE as error:
        raise StageMissingError(
            f"this analysis cannot be used ({error}); run fsgan analyze again.", path=str(path)
        ) from error


def _key_of(reader: PlateReader, pack: Pack, settings: AnalyzeSettings) -> str:
    plate = reader.plate
    files = list(dict.fromkeys(reader.file_of(number) for number in reader.frames))
    only_one = len(reader.frames) == 1
    made_from: dict[str, Any] = {
        "version": ANALYSIS_VERSION,
        # Machines mount the same storage in different places: only the name counts.
        "plate": [os.path.basename(plate.path), plate.layer, plate.stereo_view, reader.colorspace],
        "color": color_identity(),
        "frames": list(reader.frames),
        "files": [file_content(f) if only_one and not plate.sequence.is_movie else file_stamp(f) for f in files],
        "weights": pack.networks_sha256,
        # Frames, colorspace and networks count as what they came to, not as how they were asked for.
        "settings": {n: v for n, v in asdict(settings).items() if n not in _COUNTED_ELSEWHERE},
    }
    return hashlib.sha256(json.dumps(made_from, sort_keys=True).encode()).hexdigest()


def _face_arrays(face: FaceAnalysis) -> dict[str, np.ndarray]:
    """One face as plain arrays, named `face<number>/<field>`; segmentations as one run of bytes and their ends."""
    arrays = {name: np.asarray(getattr(face, name)) for name in _ARRAYS}
    arrays["crop_size"] = np.array(face.crop_size)
    arrays["segmentations"] = np.frombuffer(b"".join(face.segmentations), np.uint8)
    arrays["segmentation_ends"] = np.cumsum([len(one) for one in face.segmentations])
    return {f"face{face.track_id}/{name}": values for name, values in arrays.items()}


def _check_lengths(arrays: dict[str, np.ndarray], count: int) -> None:
    """Refuse arrays of one face that do not belong together.

    Raises:
        ValueError: Names the first of them.
    """
    for name, rest in _PER_FRAME.items():
        if arrays[name].shape != (count, *rest) or arrays[name].dtype.kind not in "fi":
            raise ValueError(f"{name} is {arrays[name].dtype} {arrays[name].shape} for {count} frames")


def _face_from(stored: Any, track_id: int) -> FaceAnalysis:
    def field(name: str) -> np.ndarray:
        return np.asarray(stored[f"face{track_id}/{name}"])

    blob, ends = field("segmentations").tobytes(), field("segmentation_ends")
    starts = np.concatenate([[0], ends[:-1]])
    arrays = {name: field(name) for name in _ARRAYS}
    _check_lengths(arrays, len(ends))
    assert set(arrays) | {"track_id", "crop_size", "segmentations"} == {f.name for f in fields(FaceAnalysis)}
    return FaceAnalysis(
        track_id=track_id,
        crop_size=int(field("crop_size")),
        segmentations=tuple(blob[start:end] for start, end in zip(starts, ends, strict=True)),
        **arrays,
    )
