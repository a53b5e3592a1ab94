"""The frames of a person that finetuning can learn from: found, chosen, pruned, cropped. What was left out is said.

Between pass 1 of every clip and the samples of a finetuning run.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fsgan_core.color.network_encoding import linear_to_network
from fsgan_core.errors import FaceError, PlateError
from fsgan_core.evaluation.identity import identity_cosine
from fsgan_core.face.choose_face import choose_face, describe_faces
from fsgan_core.face.face_analysis import FaceAnalysis, ShotAnalysis
from fsgan_core.face.segment import FACE, HAIR
from fsgan_core.job.progress import Progress
from fsgan_core.job.spec import FinetuneJob, Pictures
from fsgan_core.media.plate_reader import PlateReader
from fsgan_core.media.read import open_plate
from fsgan_core.pipeline.analysis_file import load_or_analyze
from fsgan_core.pipeline.frame_stream import stream_frames
from fsgan_core.pipeline.linear_frame import LinearFrame, crop_visible, read_linear
from fsgan_core.shot.frame_range import FrameRange
from fsgan_core.shot.plate import Plate
from fsgan_core.stages.face_mask import solid_face
from fsgan_core.training.frame_pruning import prune_frames
from fsgan_core.weights.load import Pack

MOST_FRAMES = 240
"""Frames kept in memory; of a longer source every n-th one."""
SOFT_BELOW = 0.06
"""Sharpness (`face.sharpness`) of its best frames below which a clip is called blurred."""
FEW_FRAMES = 8


@dataclass(frozen=True, eq=False)
class SubjectFrame:
    """One frame of the person.

    Attributes:
        clip: Number of the clip, from 0.
        number: Frame number in it.
        picture: (S, S, 3) uint8 sRGB, the crop as a swap would see it.
        face: (S, S) uint8, 255 is face; hair (S, S) likewise.
        landmarks: (98, 2) float32 crop px.
        pose: (3,) float32 degrees.
    """

    clip: int
    number: int
    picture: np.ndarray
    face: np.ndarray
    hair: np.ndarray
    landmarks: np.ndarray
    pose: np.ndarray

    @property
    def encoded(self) -> np.ndarray:
        """(S, S, 3) float32 in [-1, 1]."""
        return self.picture.astype(np.float32) * np.float32(2 / 255) - 1


@dataclass(frozen=True, eq=False)
class Footage:
    """What there is of a person.

    Attributes:
        frames: Usable frames, clip by clip.
        clips: For the manifest: name, sha256 and frames of each clip.
    """

    frames: list[SubjectFrame]
    clips: list[dict[str, object]]


def gather_footage(job: FinetuneJob, pack: Pack, analysis_folder: str, progress: Progress) -> Footage:
    """The usable frames of all clips of a job.

    Args:
        job: Names the clips, their frames and the face.
        pack: What finds faces.
        analysis_folder: Where pass 1 of each clip is kept.
        progress: Hears what was chosen and what was left out.

    Raises:
        PlateError: A clip cannot be read.
        FaceError: No clip shows the face in a usable frame.
    """
    frames: list[SubjectFrame] = []
    clips: list[dict[str, object]] = []
    person: np.ndarray | None = None
    for index, source in enumerate(job.sources):
        plate = clip_plate(source, job)
        shot = load_or_analyze(f"{analysis_folder}/clip{index + 1}.npz", plate, pack, job.analyze, progress)
        face = _face_of(shot, job.settings.source_face, person, source.path, progress)
        if face is None:
            continue
        person = face.face_embedding if person is None else person
        kept, reasons = prune_frames(face)
        _tell(source.path, face, kept, reasons, progress)
        every = -(-len(kept) * len(job.sources) // MOST_FRAMES)
        with open_plate(plate) as reader:
            numbers = [int(face.frames[position]) for position in kept[:: max(1, every)]]
            frames += read_frames(reader, face, numbers, index, progress)
            clips.append(_clip_record(source.path, reader, numbers))
    if not frames:
        paths = ", ".join(source.path for source in job.sources)
        raise FaceError("no frame shows the face well enough to learn from. Give clips that do.", path=paths)
    if len(frames) < FEW_FRAMES:
        count = "one picture" if len(frames) == 1 else f"{len(frames)} frames"
        progress.warn(f"there is only {count} to learn from: expect little, and nothing for poses that are not shown.")
    return Footage(frames, clips)


def clip_plate(source: Pictures, job: FinetuneJob) -> Plate:
    """A clip with those of the job's frames that it has.

    Raises:
        PlateError: It has none of them.
    """
    settings = job.settings
    if not settings.source_frames or len(job.sources) == 1:
        return source.with_frames(settings.source_frames, settings.source_colorspace)
    with open_plate(source.with_frames("", settings.source_colorspace)) as reader:
        wanted = FrameRange.parse(settings.source_frames)
        numbers = [number for number in reader.frames if number in wanted]
    if not numbers:
        raise PlateError(f"it has none of the frames {settings.source_frames}. Leave it out.", path=source.path)
    return source.with_frames(str(FrameRange.of(numbers)), settings.source_colorspace)


def read_frames(
    reader: PlateReader, face: FaceAnalysis, numbers: Sequence[int], clip: int, progress: Progress
) -> list[SubjectFrame]:
    """The crops of a face, as a swap would see them."""
    progress.begin(f"read {reader.plate.path}", len(numbers))

    def crop(linear: LinearFrame) -> SubjectFrame:
        at = face.at(linear.frame.number)
        assert at is not None
        shown = np.clip(linear_to_network(crop_visible(linear, at.crop)), -1, 1)
        return SubjectFrame(
            clip, at.frame, np.round((shown + 1) * 127.5).astype(np.uint8),
            np.round(solid_face(at.segmentation[FACE]) * 255).astype(np.uint8),
            np.round(at.segmentation[HAIR] * 255).astype(np.uint8), at.landmarks, at.pose,
        )  # fmt: skip

    frames = []
    for frame in stream_frames(numbers, lambda number: read_linear(reader, number), crop, lambda frame: frame):
        frames.append(frame)
        progress.frame_done(frame.number)
    return frames


def _face_of(
    shot: ShotAnalysis, wanted: str, person: np.ndarray | None, path: str, progress: Progress
) -> FaceAnalysis | None:
    """The face to learn from: the one asked for in the first clip, the one most like it in the others."""
    if person is None:
        face = choose_face(shot, wanted)
    else:
        likeness = [float(identity_cosine(one.face_embedding[None], person)[0]) for one in shot.faces]
        face = shot.faces[int(np.argmax(likeness))]
        if max(likeness) < 0.25:
            progress.warn(f"{path} shows nobody like the person of the first clip; it is left out.")
            return None
    if len(shot.faces) > 1:
        faces = describe_faces(shot)
        progress.note(f"{path} shows {len(shot.faces)} people: {faces}. Learning from face {face.track_id} alone.")
    return face


def _tell(path: str, face: FaceAnalysis, kept: np.ndarray, reasons: Counter[str], progress: Progress) -> None:
    """What was left out of a clip and why, and what is weak about the rest."""
    left_out = ", ".join(f"{count} {reason}" for reason, count in sorted(reasons.items()))
    used = f"{path}: {len(kept)} of {len(face)} frames are used"
    progress.note(f"{used}; left out: {left_out}." if left_out else f"{used}.")
    if len(kept) and float(np.quantile(face.sharpness[kept], 0.75)) < SOFT_BELOW:
        progress.warn(f"{path} is blurred throughout: the new weights will make a soft face.")


def _clip_record(path: str, reader: PlateReader, numbers: Sequence[int]) -> dict[str, object]:
    """The clip as the manifest names it; the hash is over the bytes of the files that were used, in order."""
    digest = hashlib.sha256()
    for name in dict.fromkeys(reader.file_of(number) for number in numbers):
        with open(name, "rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    name = path.replace("\\", "/").rsplit("/", 1)[-1]
    return {"name": name, "sha256": digest.hexdigest(), "frames": str(FrameRange.of(numbers)) if numbers else ""}
