"""What `fsgan view SHOT` opens: a job, a result, a plate, an analysis or a folder, and everything that lies beside it.

Nothing is required but the thing named: what is missing is listed, so that the window can say so.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from fsgan_core.errors import FsganError, JobError, PlateError
from fsgan_core.job.job_file import read_job
from fsgan_core.job.path_mapping import map_job_paths
from fsgan_core.job.spec import AnalyzeJob, Job, Pictures, SwapJob, output_stem
from fsgan_core.media.picture_layers import read_status
from fsgan_core.shot.sequence_path import MOVIE_EXTENSIONS, SequencePath, sequences_in

_PICTURES = frozenset([".exr", ".png", ".jpg", ".jpeg", ".tif", ".tiff", ".dpx", ".cin"])
_WHAT = {
    "plate": "the plate",
    "result": "a result",
    "source": "the source",
    "plate_analysis": "an analysis of the plate (fsgan analyze)",
    "source_analysis": "an analysis of the source (fsgan analyze)",
    "report": "a report on the result (fsgan evaluate)",
    "appearance_map": "an appearance map of the source (fsgan appearance-map)",
    "corrections": "corrections",
}


@dataclass(frozen=True)
class ShotFiles:
    """The files of one shot; "" where there is none.

    Args:
        plate: Pattern, still or movie that receives the face.
        result: Pattern of what the engine wrote, or will write.
        source: Pattern, still or movie of who is put in.
        plate_analysis: Pass 1 of the plate, .npz.
        source_analysis: Pass 1 of the source, .npz.
        report: What `fsgan evaluate` found, JSON.
        appearance_map: What `fsgan appearance-map` wrote, JSON.
        corrections: What the artist set right, JSON; where it will be written if there is none yet.
        job_file: The job file; where it will be written if there is none yet.
        colorspace: Of the plate; "" by file type.
    """

    plate: str = ""
    result: str = ""
    source: str = ""
    plate_analysis: str = ""
    source_analysis: str = ""
    report: str = ""
    appearance_map: str = ""
    corrections: str = ""
    job_file: str = ""
    colorspace: str = ""

    @property
    def name(self) -> str:
        """For the window's title."""
        path = self.result or self.plate or self.plate_analysis or self.appearance_map or self.source
        return os.path.join(os.path.basename(os.path.dirname(os.path.abspath(path))), os.path.basename(path))

    def missing(self) -> list[str]:
        """What is not there, in words."""
        return [words for field, words in _WHAT.items() if not _is_there(getattr(self, field))]


def find_shot(path: str, named: Mapping[str, str] | None = None) -> ShotFiles:
    """The files of a shot.

    Args:
        path: A job file, a sequence, a still, a movie, an analysis, an appearance map, or a folder.
        named: Fields of ShotFiles that the artist named; they win over what was found.

    Raises:
        PlateError: There is nothing at the path.
        JobError: The job file says something that a job cannot hold.
    """
    found = _found_at(path)
    given = {name: value for name, value in (named or {}).items() if value}
    found = replace(found, **given)
    return _completed(found)


def _found_at(path: str) -> ShotFiles:
    if os.path.isdir(path):
        return _in_folder(path)
    extension = os.path.splitext(path)[1].lower()
    if extension == ".json":
        return _of_json(path)
    if not SequencePath(path).find_frames():
        nearby = sequences_in(os.path.dirname(path), _PICTURES)[:3]
        advice = f"Did you mean {' or '.join(nearby)}?" if nearby else "Check the path."
        raise PlateError(f"there is nothing to open. {advice}", path=path)
    if extension == ".npz":
        return ShotFiles(plate_analysis=path)
    return ShotFiles(result=path) if _is_result(path) else ShotFiles(plate=path)


def _in_folder(folder: str) -> ShotFiles:
    """The newest job of a folder, else its result, else its plate."""
    jobs = [name for name in _jsons(folder) if _json_kind(name) == "fsgan_job"]
    if jobs:
        return _of_json(max(jobs, key=os.path.getmtime))
    sequences = sequences_in(folder, _PICTURES)
    movies = [os.path.join(folder, name) for name in sorted(os.listdir(folder)) if _is_movie(name)]
    results = [one for one in sequences if _is_result(one) and "_fsgan_" not in os.path.basename(one)]
    if results:
        return ShotFiles(result=results[0])
    plates = [one for one in sequences if not _is_result(one)] + movies
    if not plates:
        raise PlateError("this folder holds no job, no sequence and no movie.", path=folder)
    return ShotFiles(plate=plates[0])


def _of_json(path: str) -> ShotFiles:
    kind = _json_kind(path)
    if kind == "fsgan_appearance_map":
        return ShotFiles(appearance_map=path)
    folder = os.path.dirname(os.path.abspath(path))
    return files_of_job(map_job_paths(read_job(path), lambda one: os.path.join(folder, one)), path)


def files_of_job(job: Job, job_file: str = "") -> ShotFiles:
    """The files that a job names.

    Args:
        job: With paths of this machine.
        job_file: Where it stands.
    """
    if isinstance(job, AnalyzeJob):
        colorspace = job.settings.colorspace
        return ShotFiles(plate=job.plate.path, plate_analysis=job.out, job_file=job_file, colorspace=colorspace)
    names = {field: getattr(job, field, None) for field in ("plate", "source")}
    paths = {field: one.path for field, one in names.items() if isinstance(one, Pictures)}
    colorspace = str(getattr(getattr(job, "settings", None), "colorspace", ""))
    files = ShotFiles(**paths, result=str(getattr(job, "out", "")), job_file=job_file, colorspace=colorspace)
    if isinstance(job, SwapJob):
        plate_analysis, source_analysis = job.analysis_paths()
        files = replace(files, plate_analysis=plate_analysis, source_analysis=source_analysis)
    corrections = getattr(job, "corrections", "")
    return replace(files, corrections=corrections) if isinstance(corrections, str) and corrections else files


def _completed(files: ShotFiles) -> ShotFiles:
    """The files with those that lie where the engine puts them, beside the result or the plate."""
    anchor = files.result or files.plate
    if not anchor:
        return files
    stem = output_stem(anchor)
    beside = {
        "plate_analysis": f"{stem}.plate.npz" if files.result else f"{stem}.npz",
        "source_analysis": f"{stem}.source.npz",
        "report": f"{stem}.report.json",
        "appearance_map": f"{stem}.map.json",
        "corrections": f"{stem}.corrections.json",
        "job_file": f"{stem}.job.json",
    }
    # Corrections and the job are where they will be written, if they are not there yet.
    return replace(files, **{name: path for name, path in beside.items() if not getattr(files, name)})


def _is_there(path: str) -> bool:
    return bool(path) and bool(os.path.isfile(path) or SequencePath(path).find_frames())


def _is_result(path: str) -> bool:
    """Whether the engine wrote these pictures: its attribute says so."""
    if SequencePath(path).extension != ".exr":
        return False
    for file in list(SequencePath(path).find_frames().values())[:3]:
        try:
            return bool(read_status(file))
        except FsganError:
            continue
    return False


def _is_movie(name: str) -> bool:
    return os.path.splitext(name)[1].lower() in MOVIE_EXTENSIONS


def _jsons(folder: str) -> Iterator[str]:
    return (os.path.join(folder, name) for name in sorted(os.listdir(folder)) if name.endswith(".json"))


def _json_kind(path: str) -> str:
    """The entry by which a JSON file of ours says what it is; "" where it is none."""
    try:
        with open(path, encoding="utf-8-sig") as stream:
            content = json.load(stream)
    except OSError as problem:
        raise JobError(f"cannot be read: {problem.strerror}.", path=path) from problem
    except (ValueError, RecursionError):
        return ""
    return next((name for name in content if name.startswith("fsgan_")), "") if isinstance(content, dict) else ""


