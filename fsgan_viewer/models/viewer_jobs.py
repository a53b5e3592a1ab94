"""The jobs that the viewer starts, made of what is open: the same that the command line writes and runs."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace

from fsgan_core.errors import FsganError, JobError
from fsgan_core.job.appearance_map_job import AppearanceMapJob
from fsgan_core.job.corrections import read_corrections
from fsgan_core.job.job_file import read_job, write_job
from fsgan_core.job.path_mapping import map_job_paths
from fsgan_core.job.settings import AnalyzeSettings, SwapSettings
from fsgan_core.job.spec import AnalyzeJob, Job, Pictures, SwapJob
from fsgan_core.shot.sequence_path import SequencePath
from fsgan_viewer.models.opened_shot import ShotFiles

HOST = "fsgan viewer"
KINDS = ("analyze", "swap", "appearance_map", "evaluate")


def make_job(kind: str, files: ShotFiles, frames: str = "") -> Job:
    """A job of a kind, with absolute paths.

    Args:
        kind: "analyze", "swap" or "appearance_map".
        files: The shot that is open; its job file gives the settings, where it is one of a swap.
        frames: Frames to swap; "" as the job says.

    Raises:
        JobError: Something that the job needs is not open; names it.
    """
    makers: dict[str, Callable[[ShotFiles], Job]] = {
        "analyze": analyze_job,
        "appearance_map": map_job,
        "swap": lambda files: swap_job(files, frames),
    }
    return map_job_paths(makers[kind](files), os.path.abspath)


def why_not(kind: str, files: ShotFiles) -> str:
    """Why a job cannot be made of what is open; "" where it can."""
    try:
        if kind == "evaluate":
            evaluate_arguments(files)
        else:
            make_job(kind, files)
    except FsganError as error:
        return str(error)
    return ""


def swap_job(files: ShotFiles, frames: str = "") -> SwapJob:
    """The swap of the shot: its job file's, else one with the usual settings.

    Corrections count where their file exists; a face that they bind leaves no choice to the job's own setting.

    Raises:
        JobError: Plate, source or result is not named, or the frames are no range.
    """
    job = _stored_swap(files)
    if job is None:
        needed = {"plate": files.plate, "source": files.source, "result": files.result}
        lacking = [name for name, path in needed.items() if not path]
        if lacking:
            options = " and ".join(f"--{name}" for name in lacking if name != "result")
            advice = f"Open it with {options}." if options else "Open the job, or name the result."
            raise JobError(f"A swap needs plate, source and result; {', '.join(lacking)} is not named. {advice}")
        job = SwapJob(
            Pictures(files.plate),
            Pictures(files.source),
            files.result,
            SwapSettings(colorspace=files.colorspace),
            plate_analysis=files.plate_analysis,
            source_analysis=files.source_analysis,
            host=HOST,
        )
    if os.path.isfile(files.corrections):
        job = replace(job, corrections=files.corrections)
        if _binds(files.corrections):
            job = replace(job, settings=replace(job.settings, face=SwapSettings.face))
    return job.for_frames(frames) if frames else job


def analyze_job(files: ShotFiles) -> AnalyzeJob:
    """Pass 1 of the plate, with the settings of the shot's swap.

    Raises:
        JobError: There is no plate.
    """
    job = _stored_swap(files)
    if job is not None:
        settings = replace(job.analyze, colorspace=job.settings.colorspace)
        plate_analysis, _ = job.analysis_paths()
        return AnalyzeJob(
            job.plate, plate_analysis, settings, job.settings.weights, job.settings.device, host=HOST
        )
    if not files.plate:
        raise JobError("Pass 1 needs a plate. Open it with --plate.")
    settings = AnalyzeSettings(colorspace=files.colorspace)
    return AnalyzeJob(Pictures(files.plate), files.plate_analysis, settings, host=HOST)


def map_job(files: ShotFiles) -> AppearanceMapJob:
    """The appearance map of the shot's source, with what it takes for the plate's frames where pass 1 is done.

    Raises:
        JobError: There is no source.
    """
    if not files.source:
        raise JobError("An appearance map needs a source. Open it with --source.")
    job = _stored_swap(files)
    settings = job.settings if job is not None else SwapSettings()
    corrections = files.corrections if os.path.isfile(files.corrections) else ""
    if corrections and _binds(corrections):
        settings = replace(settings, face=SwapSettings.face)
    return AppearanceMapJob(
        job.source if job is not None else Pictures(files.source),
        files.appearance_map,
        settings,
        replace(job.analyze, frames="") if job is not None else AnalyzeSettings(),
        source_analysis=files.source_analysis,
        plate_analysis=files.plate_analysis if os.path.isfile(files.plate_analysis) else "",
        corrections=corrections if os.path.isfile(files.plate_analysis) else "",
        source_corrections=job.source_corrections if job is not None else "",
        host=HOST,
    )


def evaluate_arguments(files: ShotFiles) -> list[str]:
    """The words of `fsgan evaluate` for the shot's result.

    Raises:
        JobError: Plate, source or result is not there.
    """
    needed = {"plate": files.plate, "source": files.source, "result": files.result}
    lacking = [name for name, path in needed.items() if not path or not SequencePath(path).find_frames()]
    if lacking:
        raise JobError(f"A report needs plate, source and result; {', '.join(lacking)} is not there.")
    job = _stored_swap(files)
    settings = job.settings if job is not None else SwapSettings(colorspace=files.colorspace)
    options = {
        "--plate": files.plate,
        "--source": files.source,
        "--result": files.result,
        "--out": files.report,
        "--plate-analysis": files.plate_analysis,
        "--source-analysis": files.source_analysis,
    }
    words = {name: os.path.abspath(path) for name, path in options.items() if path}
    words |= {
        "--face": settings.face,
        "--source-face": settings.source_face,
        "--colorspace": settings.colorspace,
        "--source-colorspace": settings.source_colorspace,
        "--weights": settings.weights,
        "--device": settings.device,
    }
    return ["evaluate", *(word for name, value in words.items() if value for word in (name, value))]


def save_swap_job(files: ShotFiles) -> str:
    """Write the shot's swap to its job file, so that `fsgan run` does what the viewer would; gives the path.

    Raises:
        JobError: As of swap_job.
        OutputError: It cannot be written.
    """
    write_job(make_job("swap", files), files.job_file)
    return files.job_file


def puppet_arguments(files: ShotFiles) -> list[str]:
    """The options of `fsgan puppet` for the shot's source.

    Raises:
        JobError: There is no source.
    """
    if not files.source:
        raise JobError("The puppet needs a source. Open it with --source.")
    job = _stored_swap(files)
    settings = job.settings if job is not None else SwapSettings()
    options = {
        "--source": os.path.abspath(files.source),
        "--source-layer": job.source.layer if job is not None else "",
        "--source-frames": settings.source_frames,
        "--source-face": settings.source_face,
        "--source-colorspace": settings.source_colorspace,
        "--source-analysis": os.path.abspath(files.source_analysis) if files.source_analysis else "",
        "--corrections": job.source_corrections if job is not None else "",
        "--weights": settings.weights,
        "--device": settings.device,
    }
    return [word for option, value in options.items() if value for word in (option, value)]


def _stored_swap(files: ShotFiles) -> SwapJob | None:
    """The swap in the shot's job file, its paths absolute; None where there is none, or it is of another kind."""
    if not os.path.isfile(files.job_file):
        return None
    folder = os.path.dirname(os.path.abspath(files.job_file))
    job = map_job_paths(read_job(files.job_file), lambda path: os.path.join(folder, path))
    return job if isinstance(job, SwapJob) else None


def _binds(corrections: str) -> bool:
    return bool(read_corrections(corrections).bound_face)
