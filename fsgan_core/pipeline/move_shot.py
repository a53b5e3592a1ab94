"""Pass 2 of the reenactment modes: `fsgan reenact`, `fsgan pose`, `fsgan expression`.

    plan frames > analyses > source's map > motion | per frame: read > move > write

What moves the source differs (`motion.py`); the frames are made alike (`moved_frame.py`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from fsgan_core.color.network_encoding import linear_to_network
from fsgan_core.errors import FaceError, JobError
from fsgan_core.face.face_analysis import FaceAnalysis, ShotAnalysis
from fsgan_core.job.matte_settings import MatteSettings
from fsgan_core.job.progress import Progress
from fsgan_core.job.reenact_settings import DrivenFaceSettings
from fsgan_core.job.spec import ExpressionJob, PoseJob, ReenactJob
from fsgan_core.media.plate_reader import PlateReader
from fsgan_core.media.read import open_plate
from fsgan_core.pipeline.analysis_file import load_or_analyze
from fsgan_core.pipeline.artist_mattes import ArtistMattes, open_mattes
from fsgan_core.pipeline.corrected_face import choose_corrected_face, open_corrections
from fsgan_core.pipeline.engine import device_errors, frame_workers, open_engine
from fsgan_core.pipeline.finished_frames import keep_finished
from fsgan_core.pipeline.frame_stream import stream_frames
from fsgan_core.pipeline.job_hash import job_hash
from fsgan_core.pipeline.layered_frame import LayeredFrame
from fsgan_core.pipeline.linear_frame import LinearFrame, crop_visible, read_linear
from fsgan_core.pipeline.motion import (
    FEWEST_TO_REST,
    CurveMotion,
    DrivenMotion,
    Expressions,
    SourceShape,
)
from fsgan_core.pipeline.moved_frame import FaceMover, moved_crop, moved_on_plate
from fsgan_core.pipeline.result_writer import ResultWriter
from fsgan_core.pipeline.retiming import FramePlan, MovedJob, needs_own_frames, open_curve, plan_frames
from fsgan_core.pipeline.source_views import build_source_map
from fsgan_core.shot.plate import Plate
from fsgan_core.stages.face_view import FaceView
from fsgan_core.stages.landmark_mix import BROWS, EYES, MOUTH
from fsgan_core.stages.reenact import Reenactor
from fsgan_core.weights.load import Pack


def move_shot(job: MovedJob, progress: Progress | None = None, *, force: bool = False) -> Counter[str]:
    """The result of a reenact, pose or expression job, written frame by frame; finished frames are kept.

    Args:
        job: Who is moved, by what, where to.
        progress: Hears about every frame; where it raises CancelledError, only complete frames are on disk.
        force: Write every frame again.

    Returns:
        How many frames have each status; those that were there already are "kept".

    Raises:
        JobError: The output, a frame list, a curve or the face asked for makes no sense.
        PlateError: A frame, or an artist's matte of one, is missing or cannot be read.
        FaceError: Source or driver shows no such face, or a frame lacks it and on_missing_face is "error".
        WeightsError: The weights are missing or damaged.
        EngineError: The device failed.
        OutputError: A result cannot be written.
        CancelledError: The user stopped the work.
    """
    progress = progress or Progress()
    _refuse_overwriting(job)
    plan = plan_frames(job)
    numbers = plan.chosen(job.settings.frames)
    pack = open_engine(job.settings.weights, job.settings.device, job.analyze)
    writer = ResultWriter(job, pack, numbers, job_hash(job, pack))
    statuses: Counter[str] = Counter()
    numbers = keep_finished(writer, numbers, statuses, progress) if not force else numbers
    if not numbers:
        return statuses
    # A crop has no plate to keep.
    own_mattes = job.mattes if job.settings.output == "plate" else MatteSettings()
    with (
        open_plate(job.source_to_analyze()) as reader,
        open_mattes(own_mattes, job.source.stereo_view) as mattes,
    ):
        frame_maker = _prepare(job, plan, (reader, mattes), pack, progress)
        mattes.check(number for number in numbers if frame_maker.face.crop_at(number) is not None)
        progress.begin(f"{_KINDS[type(job)]} {job.source.path}", len(numbers))
        with frame_workers(pack.device) as workers:
            for number, status in stream_frames(
                numbers, frame_maker.read, frame_maker.make, writer.write, workers=workers
            ):
                statuses[status] += 1
                progress.frame_done(number, status)
    progress.wrote(job.out)
    return statuses


_KINDS: dict[type[MovedJob], str] = {ReenactJob: "reenact", PoseJob: "pose", ExpressionJob: "expression"}


@dataclass(frozen=True, eq=False)
class _FrameMaker:
    """Reads and makes the frames of one job.

    Args:
        job: The job.
        reader: The open source.
        mattes: The artist's mattes of it.
        face: The source's face.
        motion: What moves it.
        mover: What all frames share.
    """

    job: MovedJob
    reader: PlateReader
    mattes: ArtistMattes
    face: FaceAnalysis
    motion: CurveMotion | DrivenMotion
    mover: FaceMover

    def read(self, number: int) -> tuple[int, LinearFrame | None]:
        """The source's frame, where the result lies on it or starts from it."""
        if not self._needs_frame:
            return number, None
        has_face = self.face.crop_at(number) is not None
        return number, read_linear(self.reader, number, self.mattes if has_face else None)

    def make(self, frame: tuple[int, LinearFrame | None]) -> LayeredFrame:
        """The result of one frame."""
        number, linear = frame
        own = self.face.at(number) if linear is not None else None
        lacks_own = linear is not None and own is None
        with device_errors(number):
            move = None if lacks_own else self.motion.at(number, own)
            if move is None and self.job.settings.on_missing_face == "error":
                who = "source" if lacks_own else "driver"
                advice = "Set on_missing_face to pass, or leave the frame out"
                raise FaceError(f"the {who}'s face is not in this frame. {advice}.", path=self.job.out, frame=number)
            if linear is None or self.job.settings.output == "crop":
                view = None
                if linear is not None and own is not None:
                    seen = np.clip(linear_to_network(crop_visible(linear, own.crop)), -1, 1)
                    view = FaceView(seen, own.landmarks, own.pose, number)
                return moved_crop(number, move, view, self.mover)
            if move is None or own is None:
                return LayeredFrame(linear, "no_face")
            return moved_on_plate(linear, own, move, self.mover)

    @property
    def _needs_frame(self) -> bool:
        return needs_own_frames(self.job) or self.mover.from_own_frame


def _prepare(
    job: MovedJob, plan: FramePlan, opened: tuple[PlateReader, ArtistMattes], pack: Pack, progress: Progress
) -> _FrameMaker:
    """The analyses (pass 1, where not done yet), the source's views, and what moves them."""
    reader, mattes = opened
    analyses = _Analyses(job, pack, progress)
    face = choose_corrected_face(
        analyses.of(job.source_to_analyze()), job.settings.source_face, open_corrections(job.corrections)
    )
    reenactor = Reenactor(pack.reenactment, pack.transformer, job.settings.step_deg)
    with frame_workers(pack.device):
        views = build_source_map(reader, face, reenactor, job.settings, progress)
        with device_errors():
            shape = SourceShape(views, pack.transformer)
            motion = _MOTIONS[type(job)](job, plan, shape, face, analyses, progress)
    keeps_head = isinstance(job, ExpressionJob) or (isinstance(job, ReenactJob) and job.pose_from == job.source)
    from_own_frame = keeps_head and (isinstance(job, ExpressionJob) or job.settings.output == "plate")
    mover = FaceMover(pack, reenactor, views, job.settings, from_own_frame)
    return _FrameMaker(job, reader, mattes, face, motion, mover)


class _Analyses:
    """Pass 1 of the shots of one job, each done once."""

    def __init__(self, job: MovedJob, pack: Pack, progress: Progress) -> None:
        self._paths = {plate: path for path, plate in reversed(job.analyses())}
        self._job, self._pack, self._progress = job, pack, progress
        self._done: dict[Plate, ShotAnalysis] = {}

    def of(self, plate: Plate) -> ShotAnalysis:
        """The faces of one of the job's shots."""
        if plate not in self._done:
            self._done[plate] = load_or_analyze(
                self._paths[plate], plate, self._pack, self._job.analyze, self._progress
            )
        return self._done[plate]


def _curve_motion(
    job: PoseJob, plan: FramePlan, shape: SourceShape, face: FaceAnalysis, analyses: _Analyses, progress: Progress
) -> CurveMotion:
    return CurveMotion(open_curve(job), shape)


def _driver_motion(
    job: ReenactJob, plan: FramePlan, shape: SourceShape, face: FaceAnalysis, analyses: _Analyses, progress: Progress
) -> DrivenMotion:
    settings = job.settings
    driver = analyses.of(job.driver_to_analyze())
    driver_face = choose_corrected_face(driver, settings.driver_face, open_corrections(job.driver_corrections))

    def other(pictures: object, plate: Plate, chosen: str) -> FaceAnalysis:
        if pictures is None:
            return driver_face
        return face if pictures == job.source else choose_corrected_face(analyses.of(plate), chosen, None)

    pose_face = other(job.pose_from, job.pose_from_to_analyze(), settings.pose_face)
    expression_face = other(job.expression_from, job.expression_from_to_analyze(), settings.expression_face)
    # Landmarks as they are only fit a crop of the driver's; on a plate they are laid over the source's own.
    as_they_are = settings.proportions == "driver" and settings.output == "crop"
    expressions = None if as_they_are else _expressions(settings, expression_face, shape, progress)
    return DrivenMotion(shape, pose_face, expression_face, expressions, plan.pose, plan.expression)


def _expression_motion(
    job: ExpressionJob, plan: FramePlan, shape: SourceShape, face: FaceAnalysis, analyses: _Analyses, progress: Progress
) -> DrivenMotion:
    settings = job.settings
    driver = analyses.of(job.driver_to_analyze())
    driver_face = choose_corrected_face(driver, settings.driver_face, open_corrections(job.driver_corrections))
    chosen = ((settings.mouth, MOUTH), (settings.eyes, EYES), (settings.brows, BROWS))
    parts = tuple(index for is_on, part in chosen if is_on for index in part)
    expressions = _expressions(settings, driver_face, shape, progress)
    return DrivenMotion(
        shape, driver_face, driver_face, expressions, plan.pose, plan.expression, parts, keeps_pose=True
    )


def _expressions(
    settings: DrivenFaceSettings, face: FaceAnalysis, shape: SourceShape, progress: Progress
) -> Expressions:
    resting_frame = int(settings.neutral_frame) if settings.neutral_frame else None
    if resting_frame is not None and resting_frame not in face.frames:
        raise JobError(f"neutral_frame is {resting_frame}, and the driver's face is not in that frame.")
    is_own_shape = settings.proportions == "source"
    if is_own_shape and resting_frame is None and len(face) < FEWEST_TO_REST:
        progress.warn(
            f"the driver's face is in {len(face)} frames only, too few to know how it rests: it is measured against "
            "the source's resting face, and some of the driver's shape comes along. Name a neutral_frame, or a longer "
            "driver."
        )
        is_own_shape = False
    return Expressions(face, shape, settings.expression_strength, resting_frame, is_own_shape)


_MOTIONS: dict[type[MovedJob], Callable[..., CurveMotion | DrivenMotion]] = {
    ReenactJob: _driver_motion,
    PoseJob: _curve_motion,
    ExpressionJob: _expression_motion,
}


def _refuse_overwriting(job: MovedJob) -> None:
    """No driver may be the output; ResultWriter sees to the source."""
    drivers = [getattr(job, name, None) for name in ("driver", "pose_from", "expression_from")]
    if any(driver is not None and driver.path == job.out for driver in drivers):
        raise JobError(f"{job.out} is the driver itself. Name another output.")
