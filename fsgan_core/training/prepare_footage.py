"""`fsgan prepare`: the user's own footage as training data, in the format of `fsgan synthesize` (section 4.1).

clips > pass 1 of each (kept, or made by fsgan analyze) > prune > group by identity > most varied frames > takes/
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fsgan_core.color.network_encoding import linear_to_network
from fsgan_core.errors import FaceError
from fsgan_core.face.face_analysis import FaceAnalysis, FaceAtFrame
from fsgan_core.face.segment import FACE, HAIR
from fsgan_core.geometry.crop_transform import CropTransform
from fsgan_core.job.pictures import output_stem
from fsgan_core.job.progress import Progress
from fsgan_core.job.settings import AnalyzeSettings, check_settings
from fsgan_core.media.read import open_plate
from fsgan_core.pipeline.analysis_file import load_or_analyze
from fsgan_core.pipeline.frame_stream import stream_frames
from fsgan_core.pipeline.linear_frame import LinearFrame, crop_visible, read_linear
from fsgan_core.shot.plate import Plate
from fsgan_core.stages.face_mask import solid_face
from fsgan_core.training.footage_frames import group_people, most_varied, usable_frames, validation_people
from fsgan_core.training.footage_settings import FootageSettings
from fsgan_core.training.synthesis.prepared_clip import (
    EXPRESSION_COUNT,
    IDENTITY_COUNT,
    ClipFrame,
    ClipMeta,
    prepare_clip,
    write_clip,
)
from fsgan_core.weights.load import Pack

_Wanted = tuple[int, FaceAnalysis]
MARGIN_PX = 32
"""Room around the crop of 256 px, for crops that training turns and shifts: 320 px, as drawn clips have."""
SOURCE = "footage"


@dataclass(frozen=True, eq=False)
class _Sighting:
    """One person in one clip: which frames may be learned from."""

    clip: int
    face: FaceAnalysis
    usable: np.ndarray


def prepare_footage(
    clips: Sequence[Plate], out: Path, analyses: Path, pack: Pack, settings: FootageSettings, progress: Progress
) -> list[Path]:
    """Write one prepared clip a person, from any number of clips.

    Args:
        clips: The footage.
        out: Folder of prepared data; the clips go to `takes` in it.
        analyses: Folder of pass 1 of each clip, NAME.npz; what is missing or outdated is made there.
        pack: Finds faces where that was not done yet.
        settings: What is kept.
        progress: Hears about every step, and what was left out.

    Returns:
        The files written.

    Raises:
        JobError: A setting is out of its limits.
        PlateError: A clip cannot be read.
        FaceError: No clip shows a face that can be learned from.
        OutputError: A file cannot be written.
        CancelledError: The user stopped the work.
    """
    check_settings(settings)
    sightings: list[_Sighting] = []
    for index, (plate, name) in enumerate(zip(clips, analysis_names(clips), strict=True)):
        shot = load_or_analyze(analyses / name, plate, pack, AnalyzeSettings(), progress)
        for face in shot.faces:
            usable, reasons = usable_frames(face, settings)
            progress.note(_told(plate, face, usable, reasons))
            if len(usable):
                sightings.append(_Sighting(index, face, usable))
    if not sightings:
        raise FaceError("no clip shows a face well enough to learn from. Give other clips, or lower the limits.")
    people = group_people([(s.clip, s.face) for s in sightings], settings.same_person)
    chosen = [_chosen_frames([sightings[k] for k in group], settings.most_frames) for group in people]
    val = validation_people(len(people), settings.val_share)
    if not val:
        progress.warn(
            "there is nobody to validate on: add clips of other people, or use fsgan finetune for one person."
        )
    frames = _read_all(clips, chosen, progress)
    written = []
    for number, person_frames in enumerate(frames):
        name = f"{SOURCE}_{number + 1:04d}"
        split = "val" if number in val else "train"
        names = sorted({Path(clips[sighting.clip].path).name for sighting, _ in chosen[number]})
        meta = ClipMeta(name, SOURCE, settings.licence, split, {"clips": ", ".join(names)})
        path = out / "takes" / f"{name}.npz"
        write_clip(path, prepare_clip(meta, np.full(IDENTITY_COUNT, np.nan, np.float32), person_frames))
        progress.wrote(str(path))
        written.append(path)
    return written


def analysis_names(clips: Sequence[Plate]) -> list[str]:
    """NAME.npz for each clip, of its file name; clips of one name are numbered."""
    stems = [re.sub(r"[^\w.-]", "_", Path(output_stem(plate.path)).name) for plate in clips]
    seen: Counter[str] = Counter()
    names = []
    for stem in stems:
        seen[stem] += 1
        names.append(f"{stem}.npz" if seen[stem] == 1 else f"{stem}_{seen[stem]}.npz")
    return names


def _chosen_frames(sightings: Sequence[_Sighting], most: int) -> list[tuple[_Sighting, np.ndarray]]:
    """Of one person in several clips the most varied frames: positions in each sighting's face."""
    landmarks = np.concatenate([s.face.landmarks[s.usable] for s in sightings])
    kept = np.zeros(len(landmarks), bool)
    kept[most_varied(landmarks, most)] = True
    ends = np.cumsum([len(s.usable) for s in sightings])[:-1]
    return [(s, s.usable[part]) for s, part in zip(sightings, np.split(kept, ends), strict=True) if part.any()]


def _read_all(
    clips: Sequence[Plate], chosen: Sequence[Sequence[tuple[_Sighting, np.ndarray]]], progress: Progress
) -> list[list[ClipFrame]]:
    """The chosen frames of each person; every clip is opened once."""
    frames: list[list[ClipFrame]] = [[] for _ in chosen]
    takes = _take_numbers(chosen)
    for index, plate in enumerate(clips):
        wanted = _wanted_of(index, chosen)
        if wanted:
            take_of = {run: take for (clip, run), take in takes.items() if clip == index}
            for person, frame in _read_clip(plate, wanted, take_of, progress):
                frames[person].append(frame)
    return frames


def _wanted_of(index: int, chosen: Sequence[Sequence[tuple[_Sighting, np.ndarray]]]) -> dict[int, list[_Wanted]]:
    """Frame number of a clip to the people who are wanted from it."""
    wanted: dict[int, list[_Wanted]] = {}
    for person, parts in enumerate(chosen):
        for sighting, positions in parts:
            if sighting.clip == index:
                for position in positions:
                    wanted.setdefault(int(sighting.face.frames[position]), []).append((person, sighting.face))
    return wanted


def _read_clip(
    plate: Plate, wanted: dict[int, list[_Wanted]], take_of: dict[int, int], progress: Progress
) -> Iterator[tuple[int, ClipFrame]]:
    """Person and frame, in the order of the frames."""

    def crops(linear: LinearFrame) -> list[tuple[int, ClipFrame]]:
        faces = [(person, face.at(linear.frame.number)) for person, face in wanted[linear.frame.number]]
        return [(person, _clip_frame(linear, at, take_of[at.segment_id])) for person, at in faces if at is not None]

    progress.begin(f"read {plate.path}", len(wanted))
    with open_plate(plate) as reader:
        numbers = sorted(wanted)
        found = stream_frames(numbers, lambda number: read_linear(reader, number), crops, lambda frames: frames)
        for number, frames in zip(numbers, found, strict=True):
            progress.frame_done(number)
            yield from frames


def _take_numbers(chosen: Sequence[Sequence[tuple[_Sighting, np.ndarray]]]) -> dict[tuple[int, int], int]:
    """(clip, uninterrupted run) to take number: inside a run light and camera are taken to stay."""
    runs = {(s.clip, int(run)) for parts in chosen for s, _ in parts for run in s.face.segment_ids}
    return {run: number for number, run in enumerate(sorted(runs))}


def _clip_frame(linear: LinearFrame, at: FaceAtFrame, take: int) -> ClipFrame:
    """One frame with its labels as pass 1 found them."""
    shift = np.array([[1, 0, MARGIN_PX], [0, 1, MARGIN_PX], [0, 0, 1]], np.float64)
    wide = CropTransform(shift @ at.crop.plate_to_crop, at.crop.size + 2 * MARGIN_PX)
    shown = np.clip(linear_to_network(crop_visible(linear, wide)), -1, 1)
    # Beyond the crop nothing was classified: its border is repeated, as crops repeat the border of a picture.
    masks = [
        np.pad(mask, MARGIN_PX, mode="edge") for mask in (solid_face(at.segmentation[FACE]), at.segmentation[HAIR])
    ]
    yaw, pitch, roll = (float(angle) for angle in at.pose)
    return ClipFrame(
        picture=np.round((shown + 1) * 127.5).astype(np.uint8),
        face=np.round(masks[0] * 255).astype(np.uint8),
        hair=np.round(masks[1] * 255).astype(np.uint8),
        landmarks=at.landmarks + np.float32(MARGIN_PX),
        pose=(yaw, pitch, roll),
        expression=np.full(EXPRESSION_COUNT, np.nan, np.float32),
        photo=True,
        take=take,
    )


def _told(plate: Plate, face: FaceAnalysis, usable: np.ndarray, reasons: Counter[str]) -> str:
    left_out = ", ".join(f"{count} {reason}" for reason, count in sorted(reasons.items()))
    told = f"{plate.path}, face {face.track_id}: {len(usable)} of {len(face)} frames can be learned from"
    return f"{told}; left out: {left_out}" if left_out else told
