"""Which frames a reenactment writes, and which frame of each driver goes onto which of them.

It depends on the whole job, never on the chunk that is being made, so that any split gives the same frames.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fsgan_core.errors import JobError
from fsgan_core.job.pose_curve import PoseCurve, parse_poses, read_pose_curve
from fsgan_core.job.spec import ExpressionJob, PoseJob, ReenactJob
from fsgan_core.media.read import open_plate
from fsgan_core.shot.frame_list import parse_frame_list
from fsgan_core.shot.frame_range import FrameRange
from fsgan_core.shot.plate import Plate

MovedJob = ReenactJob | PoseJob | ExpressionJob


@dataclass(frozen=True)
class FramePlan:
    """The frames of a job.

    Args:
        numbers: All frames that the job writes, rising.
        pose: Frame to write to the frame of the shot that gives its pose; empty where no shot does.
        expression: The same for the expression.
    """

    numbers: tuple[int, ...]
    pose: Mapping[int, int]
    expression: Mapping[int, int]

    def chosen(self, frames: str) -> tuple[int, ...]:
        """The frames of a chunk, rising; "" means all.

        Raises:
            JobError: One of them is not among the job's.
        """
        if not frames:
            return self.numbers
        wanted = FrameRange.parse(frames).numbers
        outside = sorted(set(wanted) - set(self.numbers))
        if outside:
            raise JobError(
                f"frame {outside[0]} is to be written, and this job has frames {FrameRange.of(self.numbers)}. Set "
                "frames inside them, or change onto_frames.",
                frame=outside[0],
            )
        return wanted


def plan_frames(job: MovedJob) -> FramePlan:
    """The frames of a job, from what its shots have.

    Raises:
        PlateError: A shot cannot be opened.
        JobError: A list is too short, or names a frame that is not there.
    """
    source_frames = frames_of(job.source_to_analyze())
    if isinstance(job, PoseJob):
        numbers = tuple(open_curve(job).frames)
        return FramePlan(_on_plate(numbers, source_frames, job), {}, {})
    driver_frames = frames_of(job.driver_to_analyze())
    listed = _listed(job.settings.driver_frames, driver_frames, "driver_frames")
    is_still = len(driver_frames) == 1 and not job.settings.driver_frames
    onto = _onto(job, listed, source_frames, is_still)
    driver = _paired(onto, listed * len(onto) if is_still else listed, "driver_frames")
    pose: Mapping[int, int] = driver
    expression: Mapping[int, int] = driver
    if isinstance(job, ReenactJob):
        pose = _other(job, "pose", onto, driver)
        expression = _other(job, "expression", onto, driver)
    return FramePlan(tuple(sorted(onto)), pose, expression)


def needs_own_frames(job: MovedJob) -> bool:
    """Whether every frame written is one of the source's: its plate is written on, or its head is kept."""
    return job.settings.output == "plate" or isinstance(job, ExpressionJob)


def frames_of(plate: Plate) -> tuple[int, ...]:
    """The frames that can be read of a plate."""
    with open_plate(plate) as reader:
        return reader.frames


def open_curve(job: PoseJob) -> PoseCurve:
    """The angles of a pose job, from its file or as typed.

    Raises:
        JobError: There is no such file, or it holds no curve.
    """
    return read_pose_curve(job.curve) if job.curve else parse_poses(job.settings.poses)


def _onto(
    job: ReenactJob | ExpressionJob, driver: Sequence[int], source_frames: Sequence[int], is_still: bool
) -> tuple[int, ...]:
    """The frames to write, in the order of the driver's."""
    settings = job.settings
    if settings.onto_frames:
        return _on_plate(parse_frame_list(settings.onto_frames), source_frames, job)
    if needs_own_frames(job):
        return tuple(source_frames) if is_still else tuple(source_frames[: len(driver)])
    is_rising = all(b > a for a, b in zip(driver, driver[1:], strict=False))
    # A list that goes back or repeats has no numbers of its own to be written as.
    return tuple(driver) if is_rising else tuple(range(min(driver), min(driver) + len(driver)))


def _on_plate(numbers: tuple[int, ...], source_frames: Sequence[int], job: MovedJob) -> tuple[int, ...]:
    """The numbers, if the source has them all, or needs none."""
    outside = sorted(set(numbers) - set(source_frames)) if needs_own_frames(job) else []
    if outside:
        raise JobError(
            f"frame {outside[0]} is to be written, and the source has frames {FrameRange.of(source_frames)}. Choose "
            "frames that it has.",
            path=job.source.path,
            frame=outside[0],
        )
    return numbers


def _other(job: ReenactJob, what: str, onto: Sequence[int], driver: Mapping[int, int]) -> Mapping[int, int]:
    """The pairs of the shot that gives pose or expression, where it is not the driver."""
    pictures = job.pose_from if what == "pose" else job.expression_from
    if pictures is None:
        return driver
    listed = job.settings.pose_frames if what == "pose" else job.settings.expression_frames
    plate = job.pose_from_to_analyze() if what == "pose" else job.expression_from_to_analyze()
    there = frames_of(plate)
    if not listed and pictures == job.source and job.settings.output == "plate":
        return {number: number for number in onto}
    if not listed and len(there) == 1:
        return dict.fromkeys(onto, there[0])
    return _paired(onto, _listed(listed, there, f"{what}_frames"), f"{what}_frames")


def _listed(text: str, there: Sequence[int], setting: str) -> tuple[int, ...]:
    """The frames of a list, or all that there are."""
    if not text:
        return tuple(there)
    listed = parse_frame_list(text)
    missing = sorted(set(listed) - set(there))
    if missing:
        raise JobError(f"{setting} names frame {missing[0]}, and the shot has frames {FrameRange.of(there)}.")
    return listed


def _paired(onto: Sequence[int], frames: Sequence[int], setting: str) -> dict[int, int]:
    """First to first; what is left over of `frames` is not used."""
    if len(frames) < len(onto):
        raise JobError(
            f"{len(onto)} frames are to be written and {setting} has {len(frames)}. List more of them, repeated where "
            "need be (7*12 is frame 7 twelve times), or write fewer frames.",
        )
    return dict(zip(onto, frames, strict=False))
