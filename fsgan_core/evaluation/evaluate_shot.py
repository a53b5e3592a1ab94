"""`fsgan evaluate`: a result beside its plate and its source, frame by frame. Works on any tool's result."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from fsgan_core.color.network_encoding import linear_to_network, network_to_linear
from fsgan_core.errors import FaceError
from fsgan_core.evaluation.bad_frames import bad_frames
from fsgan_core.evaluation.face_judge import FIGURES, Embed, FaceJudge, FrameMeasures, mean_direction
from fsgan_core.evaluation.frechet import frechet_distance
from fsgan_core.evaluation.stability import FlickerMeter
from fsgan_core.face.face_analysis import FaceAnalysis, FaceAtFrame
from fsgan_core.face.identify import embed_face
from fsgan_core.face.segment import FACE
from fsgan_core.job.progress import Progress
from fsgan_core.job.settings import SwapSettings
from fsgan_core.media.plate_reader import PlateReader
from fsgan_core.media.read import open_plate
from fsgan_core.pipeline.engine import device_errors
from fsgan_core.pipeline.frame_stream import stream_frames
from fsgan_core.pipeline.linear_frame import crop_visible, read_linear
from fsgan_core.shot.frame_range import FrameRange
from fsgan_core.shot.plate import Plate
from fsgan_core.stages.face_mask import solid_face
from fsgan_core.stages.paste import border_for, soft_erode
from fsgan_core.weights.load import MeasureNetworks, Pack

MOST_SOURCE_FRAMES = 48


@dataclass(frozen=True, eq=False)
class JudgedFrame:
    """A frame on its way through the evaluation: number, and the crops in network encoding."""

    number: int
    plate: np.ndarray
    result: np.ndarray
    matte: np.ndarray
    measures: FrameMeasures


@dataclass(frozen=True, eq=False)
class ShotMeasures:
    """What a shot came to.

    Attributes:
        frames: Every frame that shows the face and has a result.
        missing: Frames of the plate with the face and without a result.
        bad: Reason to frames (`bad_frames.bad_frames`).
        plate_identity: Likeness of the untouched plate to the source: what a swap starts from.
        frechet: Distance of the result's faces to the source's (`frechet.frechet_distance`).
    """

    frames: tuple[FrameMeasures, ...]
    missing: tuple[int, ...]
    bad: dict[str, list[int]]
    plate_identity: float
    frechet: float

    def summary(self) -> dict[str, tuple[float, float]]:
        """Figure to mean and deviation over the frames that have it."""
        found: dict[str, tuple[float, float]] = {}
        for name in FIGURES:
            values = np.array([frame.figures()[name] for frame in self.frames])
            known = values[np.isfinite(values)]
            found[name] = (float(known.mean()), float(known.std())) if len(known) else (float("nan"), float("nan"))
        return found


@dataclass(frozen=True, eq=False)
class ShotToJudge:
    """A result with all that it is judged by.

    Attributes:
        plate: The shot, its colorspace named or by file type.
        result: The result; frames are matched by number.
        plate_face: Who was replaced.
        source: The pictures of who was put in.
        source_face: Who that is in them.
    """

    plate: Plate
    result: Plate
    plate_face: FaceAnalysis
    source: Plate
    source_face: FaceAnalysis


def evaluate_shot(
    shot: ShotToJudge,
    pack: Pack,
    measures: MeasureNetworks,
    embed: Embed,
    progress: Progress,
    see: Callable[[JudgedFrame], None] | None = None,
) -> ShotMeasures:
    """The figures of a result.

    Args:
        shot: Result, plate and source.
        pack: Landmarks, pose and face features.
        measures: Expression.
        embed: Who a face is.
        progress: Hears about every frame.
        see: Is given every frame once its figures are known, for pictures of the report.

    Raises:
        PlateError: A frame cannot be read.
        FaceError: No frame with the face has a result.
        EngineError: The device failed.
        CancelledError: The user stopped the work.
    """
    source_vectors, source_features = look_at_source(shot, pack, embed, progress)
    judge = FaceJudge(pack, measures, embed, mean_direction(source_vectors))
    frames: list[FrameMeasures] = []
    features: list[np.ndarray] = []
    flicker = (FlickerMeter(), FlickerMeter())
    plate_likeness: list[float] = []
    with open_plate(shot.plate) as plate_reader, open_plate(shot.result) as result_reader:
        there = set(result_reader.frames)
        wanted = [int(n) for n in shot.plate_face.frames if shot.plate.frames is None or int(n) in shot.plate.frames]
        numbers = [number for number in wanted if number in there]
        if not numbers:
            raise FaceError("no frame with the face has a result, so nothing can be measured.", path=shot.result.path)
        progress.begin(f"measure {shot.result.path}", len(numbers))
        for judged in stream_frames(
            numbers,
            lambda number: _read_pair(number, plate_reader, result_reader, shot.plate_face),
            lambda pair: _judge(pair, judge),
            lambda judged: judged,
        ):
            values = [
                meter.add(judged.number, (picture + 1) / 2, judged.matte)
                for meter, picture in zip(flicker, (judged.result, judged.plate), strict=True)
            ]
            if frames and values[0] is not None and values[1] is not None:
                frames[-1] = replace(frames[-1], flicker=values[0], plate_flicker=values[1])
            frames.append(judged.measures)
            features.append(embed_features(judged.result, pack))
            face = shot.plate_face.at(judged.number)
            assert face is not None
            plate_likeness.append(float(embed(judged.plate, face.landmarks) @ judge.source))
            if see is not None:
                see(judged)
            progress.frame_done(judged.number)
    missing = tuple(number for number in wanted if number not in there)
    distance = frechet_distance(np.stack(features), np.stack(source_features))
    return ShotMeasures(tuple(frames), missing, bad_frames(frames, missing), float(np.mean(plate_likeness)), distance)


def look_at_source(
    shot: ShotToJudge, pack: Pack, embed: Embed, progress: Progress
) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Identity vectors and face features of the source's frames, evenly thinned out."""
    seen = [int(n) for n, score in zip(shot.source_face.frames, shot.source_face.scores, strict=True) if score > 0]
    numbers = seen[:: max(1, -(-len(seen) // MOST_SOURCE_FRAMES))]
    progress.begin(f"look at {shot.source.path}", len(numbers))
    vectors, features = [], []
    with open_plate(replace(shot.source, frames=FrameRange.of(numbers))) as reader:
        for number in numbers:
            face = shot.source_face.at(number)
            assert face is not None
            crop = np.clip(linear_to_network(crop_visible(read_linear(reader, number), face.crop)), -1, 1)
            with device_errors(number):
                vectors.append(embed(crop, face.landmarks))
                features.append(embed_features(crop, pack))
            progress.frame_done(number)
    return vectors, features


def embed_features(picture: np.ndarray, pack: Pack) -> np.ndarray:
    """(F,) of a crop in [-1, 1]: the pack's face features, of which the Fréchet distance is made."""
    return embed_face(network_to_linear(np.clip(picture, -1, 1)), pack.features)


def default_matte(face: FaceAtFrame) -> np.ndarray:
    """(S, S) in [0, 1]: where a swap with default settings replaces the face; other tools' mattes are not known."""
    soft_px, threshold = SwapSettings.matte_soft_px, SwapSettings.matte_threshold
    return soft_erode(solid_face(face.segmentation[FACE]), soft_px, threshold, border_for(face.crop))


def _read_pair(
    number: int, plate: PlateReader, result: PlateReader, faces: FaceAnalysis
) -> tuple[FaceAtFrame, Sequence[np.ndarray]]:
    face = faces.at(number)
    assert face is not None
    frames = (read_linear(reader, number) for reader in (plate, result))
    return face, [np.clip(linear_to_network(crop_visible(frame, face.crop)), -1, 1) for frame in frames]


def _judge(pair: tuple[FaceAtFrame, Sequence[np.ndarray]], judge: FaceJudge) -> JudgedFrame:
    face, (plate, result) = pair
    matte = default_matte(face)
    with device_errors(face.frame):
        return JudgedFrame(face.frame, plate, result, matte, judge.judge(plate, result, face, matte))
