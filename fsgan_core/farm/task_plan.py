"""A job as the tasks of a farm: analyze, finetune (optional), frames in chunks, verify. Every writer starts from here.

    plan = plan_tasks(job, frames, TaskOptions(chunk_frames=8))
    for step in plan.steps:
        for words in plan.tasks(step, files): ...

A task is a plain command line of the program `fsgan`. Whatever the chunks, the frames are the same to the bit.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any, List, Mapping, Optional, Tuple

from fsgan_core.errors import JobError
from fsgan_core.job.declared_roots import written_paths
from fsgan_core.job.path_mapping import map_job_paths
from fsgan_core.job.pictures import output_stem
from fsgan_core.job.spec import JOB_KINDS, Job, SwapJob
from fsgan_core.shot.frame_range import FrameRange
from fsgan_core.shot.sequence_path import SequencePath

JOB, FINETUNE_JOB, FRAMES = "{job}", "{finetune}", "{frames}"
"""Words of a command line that stand for the job file, the finetune job's file, and the frames of a chunk."""

ANALYZE, FINETUNE, RENDER, VERIFY = "Analyze", "Finetune", "Frames", "Verify"
DEFAULT_CHUNK_FRAMES = 8
"""An engine needs some seconds to start; with eight frames that is little, and a killed task loses little."""

NOTIFY_SECONDS = 120
"""Between SIGTERM and SIGKILL: an engine ends with the frame it works on, which takes seconds."""


@dataclass(frozen=True)
class TaskOptions:
    """How a job is cut.

    Args:
        chunk_frames: Frames of one task, 1 or more.
        finetune: A finetune job that must run before the frames, or None.
        name: What the farm shows; "" means the name of the output.
    """

    chunk_frames: int = DEFAULT_CHUNK_FRAMES
    finetune: Optional[Any] = None
    name: str = ""

    def __post_init__(self) -> None:
        """Refuse an empty chunk.

        Raises:
            JobError: chunk_frames is not at least 1.
        """
        if self.chunk_frames < 1:
            raise JobError(f"A chunk of {self.chunk_frames} frames is none. Name at least 1.")


@dataclass(frozen=True)
class Step:
    """One kind of task.

    Args:
        name: Such as `Analyze`.
        words: Arguments of `fsgan`, with JOB, FINETUNE_JOB and FRAMES to be filled in.
        depends_on: Names of the steps that must be complete before.
        frames: What is cut into chunks, one task each; None means one task.
    """

    name: str
    words: Tuple[str, ...]
    depends_on: Tuple[str, ...] = ()
    frames: Optional[FrameRange] = None

    @property
    def is_contiguous(self) -> bool:
        """Whether the frames have no holes, so that a chunk can be said as its first and last frame."""
        return self.frames is not None and self.frames.last - self.frames.first + 1 == len(self.frames)


@dataclass(frozen=True)
class TaskPlan:
    """All tasks of a job, in an order in which they can run one after another.

    Args:
        name: Of the job, for people.
        job: The job, its paths absolute.
        finetune: The finetune job, or None.
        steps: In order.
        chunk_frames: Frames of one task.
    """

    name: str
    job: Job
    finetune: Optional[Any]
    steps: Tuple[Step, ...]
    chunk_frames: int

    def chunks(self, step: Step) -> Tuple[FrameRange, ...]:
        """The frames of each task of a step; empty for a step that is one task."""
        return cut_into_chunks(step.frames, self.chunk_frames) if step.frames is not None else ()

    def tasks(self, step: Step, files: Mapping[str, str]) -> List[Tuple[str, ...]]:
        """The arguments of each task of a step.

        Args:
            step: One of `steps`.
            files: What stands for JOB and FINETUNE_JOB.
        """
        words = [files.get(word, word) for word in step.words]
        if step.frames is None:
            return [tuple(words)]
        return [tuple(str(chunk) if word == FRAMES else word for word in words) for chunk in self.chunks(step)]


def plan_tasks(job: Job, frames: Optional[FrameRange], options: TaskOptions) -> TaskPlan:
    """The tasks of a job.

    Args:
        job: Of any kind, its paths absolute. A kind that writes frames is cut; any other is one task and its check.
        frames: The frames it writes; None for a kind that writes none.
        options: Size of the chunks, and what runs before.

    Raises:
        JobError: There are no frames to cut, or the finetune job makes other weights than the job uses.
    """
    name = options.name or os.path.basename(output_stem(job.out))
    steps: List[Step] = []
    if options.finetune is not None:
        _check_finetune(job, options.finetune)
        steps.append(Step(FINETUNE, ("run", FINETUNE_JOB)))
    if not hasattr(job, "for_frames"):
        word = next(word for word, job_type in JOB_KINDS.items() if isinstance(job, job_type))
        steps.append(Step(word.title().replace("_", ""), ("run", JOB), _names(steps)))
        return TaskPlan(name, job, options.finetune, (*steps, _verify(steps)), options.chunk_frames)
    if frames is None:
        raise JobError("The frames of the job are not known. Set frames in its settings.")
    # Pass 1 finds faces by the same weights that the frames are made with: after the finetuning.
    steps.append(Step(ANALYZE, ("run", JOB, "--only-analyze"), _names(steps)))
    steps.append(Step(RENDER, ("run", JOB, "--frames", FRAMES), _names(steps), frames))
    return TaskPlan(name, job, options.finetune, (*steps, _verify(steps)), options.chunk_frames)


def cut_into_chunks(frames: FrameRange, size: int) -> Tuple[FrameRange, ...]:
    """The frames in as few chunks as the size allows, all of about the same length, in order."""
    count = -(-len(frames) // size)
    short, longer = divmod(len(frames), count)
    chunks, start = [], 0
    for index in range(count):
        end = start + short + (index < longer)
        chunks.append(FrameRange(frames.numbers[start:end]))
        start = end
    return tuple(chunks)


def frames_on_disk(job: Any) -> Optional[FrameRange]:
    """The frames that a job writes, from its settings or from the files of its plate; None where only the engine knows.

    A host calls this, which has no way to look into a movie or a pose curve.

    Raises:
        JobError: The settings name frames that make no sense.
    """
    if not hasattr(job, "for_frames"):
        return None
    if job.settings.frames:
        return FrameRange.parse(job.settings.frames)
    if not isinstance(job, SwapJob):
        # Frames of a reenactment come of its lists, its curve and what its drivers have.
        return None
    plate = job.plate_to_analyze()
    if plate.sequence.is_movie:
        return None
    if plate.frames is not None:
        return FrameRange.of(plate.frames)
    found = plate.sequence.find_frames()
    return FrameRange.of(found) if found else None


def absolute_job(job: Job, folder: str) -> Job:
    """The job with its relative paths taken from `folder`, so that its file may be moved."""
    return map_job_paths(job, lambda path: os.path.normpath(os.path.join(folder, path)))


def input_paths(job: Job) -> Tuple[str, ...]:
    """Every path that a job reads, as it stands there: pictures, mattes, corrections, a weights folder."""
    written = set(output_paths(job))
    return tuple(path for path in _all_paths(job) if path not in written)


def output_paths(job: Any) -> Tuple[str, ...]:
    """Every path that a job writes: its result, and the analyses beside it."""
    return written_paths(job)


def files_of(path: str) -> Tuple[str, ...]:
    """The files that a path stands for: those of a sequence, a still or movie itself, everything in a folder."""
    if os.path.isdir(path):
        return tuple(
            sorted(os.path.join(folder, name) for folder, _, names in os.walk(path) for name in names)
        )
    return tuple(SequencePath(path).find_frames().values())


def _all_paths(job: Job) -> Tuple[str, ...]:
    seen: List[str] = []

    def note(path: str) -> str:
        seen.append(path)
        return path

    map_job_paths(job, note)
    return tuple(dict.fromkeys(seen))


def _check_finetune(job: Any, finetune: Any) -> None:
    weights = getattr(getattr(job, "settings", None), "weights", None)
    if weights is None or os.path.normpath(weights) != os.path.normpath(finetune.out):
        raise JobError(f"The finetune job makes {finetune.out}, and the job uses the weights {weights}. Name the same.")


def _names(steps: List[Step]) -> Tuple[str, ...]:
    return (steps[-1].name,) if steps else ()


def _verify(steps: List[Step]) -> Step:
    return Step(VERIFY, ("verify", JOB), _names(steps))


