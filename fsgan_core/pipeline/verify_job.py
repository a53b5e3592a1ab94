"""What a job should have left, found again: pictures frame by frame, an analysis, or weights."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from fsgan_core.errors import JobError, StageMissingError
from fsgan_core.job.progress import Progress
from fsgan_core.job.spec import AnalyzeJob, ExpressionJob, FinetuneJob, PoseJob, ReenactJob, SwapJob
from fsgan_core.media.read import open_plate
from fsgan_core.pipeline.analysis_file import load_analysis
from fsgan_core.pipeline.check_frames import verify_frames
from fsgan_core.pipeline.job_hash import job_hash
from fsgan_core.pipeline.result_writer import PictureJob, frames_to_write
from fsgan_core.pipeline.retiming import plan_frames
from fsgan_core.weights.load import pack_identity, verify_pack
from fsgan_core.weights.manifest import read_manifest
from fsgan_core.weights.providers import choose_provided


def verify_job(job: Any, progress: Progress, against: str = "") -> str:
    """A sentence about the whole result of a job.

    Args:
        job: Any job, with paths of this machine.
        progress: Hears about every frame and every problem.
        against: A folder with another result of the job that must hold the same bits.

    Raises:
        StageMissingError: Something is missing, damaged or of another job.
        OutputError: The result differs from the one in `against`.
        WeightsError: The weights cannot be identified, or those that the job should have made are not whole.
        PlateError: The plate cannot be opened.
        JobError: A job without frames is to be compared.
    """
    if isinstance(job, (SwapJob, ReenactJob, PoseJob, ExpressionJob)):
        pack = pack_identity(job.settings.weights, choose_provided(job.analyze.detector, job.analyze.landmarks_by))
        numbers = frames_of_job(job)
        statuses = verify_frames(job, numbers, job_hash(job, pack), progress, against)
        said = ", ".join(f"{count} {status}" for status, count in statuses.most_common())
        same = f", the same to the bit as {against}" if against else ""
        return f"All {len(numbers)} frames are whole ({said}){same}: {job.out}"
    if against:
        raise JobError("--against compares frames, and this job makes none.")
    if isinstance(job, AnalyzeJob):
        shot = load_analysis(job.out)
        return f"The analysis is whole, {len(shot.faces)} faces on {len(shot.frames)} frames: {job.out}"
    if not isinstance(job, FinetuneJob):
        if not os.path.exists(job.out):
            raise StageMissingError("is missing. Run the job.", path=job.out)
        return f"The result is there: {job.out}"
    manifest = read_manifest(Path(job.out))
    verify_pack(Path(job.out), manifest)
    return f"{len(manifest.sha256)} weight files are whole: {job.out}"


def frames_of_job(job: PictureJob) -> tuple[int, ...]:
    """The frames that the job must have left."""
    if not isinstance(job, SwapJob):
        return plan_frames(job).chosen(job.settings.frames)
    with open_plate(job.plate_to_analyze()) as reader:
        return frames_to_write(job, reader.frames)
