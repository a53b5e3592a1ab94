"""Runs one job of any kind. Imports torch: only loaded once there is a job to run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fsgan_core.errors import JobError
from fsgan_core.evaluation.swap_meter import SwapMeter
from fsgan_core.exports.export_shot import export_shot
from fsgan_core.exports.import_tracks import import_tracks
from fsgan_core.job.consent import check_consent
from fsgan_core.job.declared_roots import check_outputs
from fsgan_core.job.export_job import ExportJob
from fsgan_core.job.import_tracks_job import ImportTracksJob
from fsgan_core.job.progress import Progress
from fsgan_core.job.spec import (
    AnalyzeJob,
    AppearanceMapJob,
    ExpressionJob,
    FinetuneJob,
    Job,
    PoseJob,
    ReenactJob,
    SwapJob,
)
from fsgan_core.pipeline.analysis_file import load_or_analyze
from fsgan_core.pipeline.appearance_map_file import write_appearance_map
from fsgan_core.pipeline.corrected_face import choose_corrected_face, open_corrections
from fsgan_core.pipeline.engine import open_engine
from fsgan_core.pipeline.move_shot import move_shot
from fsgan_core.pipeline.swap_shot import swap_shot


def run_job(job: Job, progress: Progress, *, force: bool = False) -> None:
    """Do what the job says, and say what became of its frames.

    Args:
        job: With paths of this machine.
        progress: Hears about every frame; where it raises CancelledError, only complete files are on disk.
        force: Make frames again that this very job has finished before.

    Raises:
        FsganError: As of the pipeline.
    """
    check_outputs(job)
    tell_consent(job, progress)
    if isinstance(job, AnalyzeJob):
        pack = open_engine(job.weights, job.device, job.settings)
        shot = load_or_analyze(job.out, job.plate_to_analyze(), pack, job.settings, progress)
        corrections = open_corrections(job.corrections)
        if corrections is not None:
            bound = choose_corrected_face(shot, "largest", corrections)
            progress.note(f"the corrections fit: {len(corrections.keys)} keys on face {bound.track_id}")
        faces = "; ".join(f"face {face.track_id} on {len(face)} frames" for face in shot.faces)
        progress.finished(f"Analyzed {len(shot.frames)} frames: {faces}.")
    elif isinstance(job, AppearanceMapJob):
        progress.finished(f"{write_appearance_map(job, progress)}: {job.out}")
    elif isinstance(job, SwapJob):
        meter = SwapMeter()
        done = _sentence(swap_shot(job, progress, force=force, meter=meter))
        for line in meter.lines():
            progress.note(line)
        progress.finished(f"{done}: {job.out}")
    elif isinstance(job, (ReenactJob, PoseJob, ExpressionJob)):
        progress.finished(f"{_sentence(move_shot(job, progress, force=force))}: {job.out}")
    elif isinstance(job, ExportJob):
        progress.finished(f"{len(export_shot(job, progress))} exports: {job.out}")
    elif isinstance(job, ImportTracksJob):
        imported = import_tracks(job, progress)
        keys, landmarks = sum(imported.moved.values()), len(imported.moved)
        progress.finished(f"Keys moved: {keys}, landmarks: {landmarks}. Corrections: {job.out}")
    elif isinstance(job, FinetuneJob):
        from fsgan_core.training.finetune import describe, finetune

        progress.finished(f"{job.out}: {describe(finetune(job, progress))}")
    else:
        raise JobError(f"This fsgan cannot run {type(job).__name__} yet. Update fsgan on this machine.")


def run_analyses(job: Any, progress: Progress) -> None:
    """Do pass 1 of a job that writes pictures, and nothing else: what has to be done before its frames can be split.

    Args:
        job: With paths of this machine.
        progress: Hears about every frame.

    Raises:
        FsganError: As of the pipeline.
    """
    check_outputs(job)
    tell_consent(job, progress)
    analyses = getattr(job, "analyses", None)
    if analyses is None:
        run_job(job, progress)
        return
    pack = open_engine(job.settings.weights, job.settings.device, job.analyze)
    for path, plate in analyses():
        load_or_analyze(path, plate, pack, job.analyze, progress)
    progress.finished("Pass 1 is done.")


def tell_consent(job: Job, progress: Progress) -> None:
    """Refuse a job that the studio's rules do not permit, and name the record that permits it.

    Raises:
        JobError: A consent record is required, and none permits the job.
    """
    record = check_consent(job)
    if record is not None:
        progress.note(f"consent {record.reference} of {record.person}, until {record.valid_until}")


def _sentence(statuses: Mapping[str, int]) -> str:
    """How many frames have each status, such as "48 frames (47 swapped, 1 no_face)"."""
    total = sum(statuses.values())
    parts = ", ".join(f"{count} {status}" for status, count in sorted(statuses.items(), key=lambda item: -item[1]))
    return f"{total} {'frame' if total == 1 else 'frames'} ({parts})"
