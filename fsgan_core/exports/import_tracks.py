"""The way back in: tracks that an artist moved in a Tracker become corrections of the analysis.

Only what was moved counts. A track has a key on every frame; where it still stands on the measured landmark it says
nothing, so that between two moved keys the engine interpolates, and outside them the measurement stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from fsgan_core.errors import JobError
from fsgan_core.exports.face_motion import FaceMotion
from fsgan_core.exports.landmark_names import LANDMARK_COUNT, landmark_of_track, track_name
from fsgan_core.exports.nuke_text import to_nuke
from fsgan_core.exports.read_tracks import Track, read_tracks
from fsgan_core.face.face_analysis import FaceAnalysis
from fsgan_core.job.corrections import CorrectionKey, Corrections, read_corrections, write_corrections
from fsgan_core.job.import_tracks_job import LARGEST_BYTES, ImportTracksJob
from fsgan_core.job.json_file import read_text_file
from fsgan_core.job.progress import Progress
from fsgan_core.media.read import open_plate
from fsgan_core.pipeline.analysis_file import load_analysis
from fsgan_core.pipeline.corrected_face import choose_corrected_face, correct_face

MOVED_PX = 0.02
"""A key that is nearer to the measured landmark than this was not moved; text keeps a ten-thousandth."""


@dataclass(frozen=True)
class ImportedTracks:
    """What the tracks say.

    Args:
        corrections: With the old ones, where there were any.
        moved: Landmark to how many keys were moved.
        unknown: Names of tracks that stand for no landmark.
        elsewhere: Frames with keys in which the face is not, left out.
    """

    corrections: Corrections
    moved: Mapping[int, int]
    unknown: tuple[str, ...]
    elsewhere: tuple[int, ...]


def import_tracks(job: ImportTracksJob, progress: Progress | None = None) -> ImportedTracks:
    """The corrections that the job's tracks make, written to its file.

    Raises:
        JobError: The tracks cannot be understood, name no landmark, or nothing was moved.
        PlateError: The plate cannot be opened.
        StageMissingError: There is no analysis of it.
        FaceError: There is no such face.
        OutputError: The corrections cannot be written.
    """
    progress = progress or Progress()
    text = read_text_file(job.tracks, "tracks file", LARGEST_BYTES)
    with open_plate(job.plate.with_frames("", "")) as reader:
        header = reader.read(reader.frames[0]).header
    before = read_corrections(job.onto) if job.onto else None
    face = choose_corrected_face(load_analysis(job.analysis), job.settings.face, _binding(before))
    size = header.display_window.height, header.display_window.width
    settings = job.settings
    base = before or Corrections(outside=settings.outside, fade_frames=settings.fade_frames)
    try:
        imported = corrections_of_tracks(read_tracks(text), face, size, base, settings.named_tracks())
    except JobError as problem:
        raise JobError(f"{job.tracks}: {problem.message}", path=job.tracks) from problem
    if imported.unknown:
        progress.warn(f"no landmark belongs to the tracks {', '.join(imported.unknown)}; they are left out.")
    if imported.elsewhere:
        frames = list(imported.elsewhere)[:20]
        progress.warn(f"face {face.track_id} is not in frames {frames}; their keys are left out.")
    for landmark, count in imported.moved.items():
        progress.note(f"{track_name(landmark)}: {count} {'key' if count == 1 else 'keys'} moved")
    write_corrections(imported.corrections, job.out)
    progress.wrote(job.out)
    return imported


def corrections_of_tracks(
    tracks: list[Track],
    face: FaceAnalysis,
    picture_size: tuple[int, int],
    base: Corrections,
    named: Mapping[str, int],
) -> ImportedTracks:
    """What tracks say about a face.

    Args:
        tracks: As read from Nuke.
        face: As measured.
        picture_size: height, width of the display window, px.
        base: Corrections that are already there; tracks are held against the face that they make.
        named: Landmarks of tracks whose names do not say them.

    Raises:
        JobError: No track stands for a landmark, two stand for the same one, or nothing was moved.
    """
    known = correct_face(face, base)
    motion = FaceMotion.of(known, picture_size, 1.0)
    landmarks = [named.get(track.name, landmark_of_track(track.name)) for track in tracks]
    found = [landmark for landmark in landmarks if landmark is not None]
    if not found:
        raise JobError("no track stands for a landmark. Keep the lm54 in a track's name, or name it in track_names.")
    double = sorted({landmark for landmark in found if found.count(landmark) > 1})
    if double:
        raise JobError(f"several tracks stand for {track_name(double[0])}. Delete all but one.")
    keys: dict[int, dict[int, tuple[float, float]]] = {}
    moved: dict[int, int] = {}
    elsewhere: set[int] = set()
    for track, landmark in zip(tracks, landmarks, strict=True):
        if landmark is not None:
            assert 0 <= landmark < LANDMARK_COUNT
            places, outside = _moved_keys(track, landmark, motion)
            elsewhere |= outside
            for frame, place in places.items():
                keys.setdefault(frame, {})[landmark] = place
            if places:
                moved[landmark] = len(places)
    if not keys:
        raise JobError("no track was moved: every key stands on its landmark. Move one and import again.")
    corrections = base if base.bound_face else replace(base, bound_face=_click_on(motion, face))
    for frame in sorted(keys):
        corrections = corrections.with_key(CorrectionKey(frame, keys[frame]))
    unknown = tuple(track.name for track, landmark in zip(tracks, landmarks, strict=True) if landmark is None)
    return ImportedTracks(corrections, moved, unknown, tuple(sorted(elsewhere)))


def _moved_keys(
    track: Track, landmark: int, motion: FaceMotion
) -> tuple[dict[int, tuple[float, float]], set[int]]:
    """The keys of a track that do not stand on its landmark, in picture px; and its key frames without the face."""
    places: dict[int, tuple[float, float]] = {}
    outside: set[int] = set()
    for frame in track.key_frames():
        position = int(np.searchsorted(motion.frames, frame))
        if position >= len(motion.frames) or motion.frames[position] != frame:
            outside.add(frame)
            continue
        # Turned over twice: to_nuke is its own inverse.
        x, y = to_nuke(np.array(track.at(frame)), motion.picture_size[0])
        if np.hypot(*(motion.landmarks[position, landmark] - (x, y))) > MOVED_PX:
            places[frame] = (round(float(x), 4), round(float(y), 4))
    return places, outside


def _binding(before: Corrections | None) -> Corrections | None:
    """Who old corrections are about, without what they say."""
    return replace(before, keys=()) if before is not None else None


def _click_on(motion: FaceMotion, face: FaceAnalysis) -> str:
    """Who is meant: a pixel in the face, which stays right when tracks are numbered anew; else the number."""
    x, y = (motion.boxes[0, :2] + motion.boxes[0, 2:]) / 2
    return f"{x:.0f},{y:.0f}@{int(motion.frames[0])}" if min(x, y) >= 0 else str(face.track_id)
