"""Swap the face in the chosen clips of a timeline: the script of the edit page, free edition included (no window).

Who is put in is selected in the media pool; the clips have the clip colour Pink, or one stands under the playhead. All
other settings may stand in a JSON file, `swap_settings.json` in the folder FSGAN below Fusion's.
"""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING, Any, Callable, Dict, List, Mapping

from fsgan_core.errors import FsganError, JobError
from fsgan_core.host.engine_run import start_run
from fsgan_core.host.find_engine import Engine, find_engine
from fsgan_core.host.job_form import form_fields, job_from_form
from fsgan_core.job.spec import Job, output_stem
from fsgan_resolve import resolve_api
from fsgan_resolve.clip_plate import ClipPlate, clip_plate, sequence_pattern

if TYPE_CHECKING:
    from fusionscript import Project, Resolve

SETTINGS_FILE = "swap_settings.json"
ENGINE_NOTE = "engine.txt"
OUT_FOLDER = "out_folder"
"""An entry of the settings file that is no setting: where results go; else a folder fsgan beside the clip's file."""

Say = Callable[[str], None]


def swap_selected_clips(resolve: Resolve, folder: str, say: Say) -> int:
    """Swap the face in every chosen clip, one after the other; gives how many were done.

    Args:
        resolve: The running Resolve.
        folder: The folder FSGAN below Fusion's, with settings and the engine's note.
        say: Takes every line for the console. A failure is one line, and ends that clip only.
    """
    done = 0
    try:
        chosen = read_settings(os.path.join(folder, SETTINGS_FILE))
        project = resolve_api.current_project(resolve)
        timeline = resolve_api.current_timeline(project)
        clips = [clip_plate(item, track) for item, track in resolve_api.selected_clips(timeline)]
        source = source_path(project, chosen)
        engine = find_engine(_noted_engine(folder))
    except FsganError as error:
        say(f"FSGAN ERROR: {error}")
        return 0
    for clip in clips:
        try:
            track = swap_clip(project, clip, {**chosen, "source": source}, engine, f"resolve {_version(resolve)}", say)
        except FsganError as error:
            say(f"FSGAN ERROR: {clip.name}: {error}")
            continue
        say(f"FSGAN: {clip.name} is on track {track}.")
        done += 1
    if project.GetName().startswith("Untitled Project"):
        say("FSGAN: This project has no name yet. Save it, so that the results stay in it; the frames are on disk.")
    return done


def swap_clip(project: Project, clip: ClipPlate, chosen: Mapping[str, Any], engine: Engine, host: str, say: Say) -> int:
    """Swap one clip and put the result above it; gives the track.

    Raises:
        FsganError: As of the engine, or Resolve did not do what it was asked for.
    """
    out = output_pattern(clip, str(chosen.get(OUT_FOLDER, "")))
    if not clip.path:
        say(f"FSGAN: {clip.name} is rendered by Resolve first.")
        clip = resolve_api.render_plate(project, clip, f"{output_stem(out)}_plate")
    run = start_run(make_job(clip, out, chosen, host), engine)
    told: List[str] = []

    def tell(event: Any) -> None:
        sentence = run.state.sentence()
        if event.event in ("step", "warning") and sentence not in told:
            told.append(sentence)
            say(f"FSGAN: {clip.name}: {event.message or sentence}")

    run.wait(on_event=tell)
    run.outcome.raise_if_failed()
    return resolve_api.put_above(project, clip, out)


def make_job(clip: ClipPlate, out: str, chosen: Mapping[str, Any], host: str) -> Job:
    """The job of a clip: the plate's part of it is the clip's, all else is the artist's.

    Raises:
        JobError: A setting has no such name, or a wrong value.
    """
    names = {field.name for field in form_fields("swap")}
    values = {name: value for name, value in chosen.items() if name != OUT_FOLDER}
    unknown = sorted(name for name in values if name not in names and not name.endswith(("_layer", "_stereo_view")))
    if unknown:
        raise JobError(f"{SETTINGS_FILE} has an unknown entry {unknown[0]!r}.")
    return job_from_form("swap", {**values, "plate": clip.path, "frames": clip.frames, "out": out}, host)


def source_path(project: Project, chosen: Mapping[str, Any]) -> str:
    """Who is put in: the settings file's source, or the one clip that is selected in the media pool.

    Raises:
        JobError: There is none, or more than one.
    """
    if chosen.get("source"):
        return str(chosen["source"])
    media = resolve_api.selected_media(project)
    if len(media) != 1:
        raise JobError(
            f"{len(media)} clips are selected in the media pool. Select the one that shows who is put in, or name the "
            f"source in {SETTINGS_FILE}."
        )
    return sequence_pattern(str(media[0].GetClipProperty("File Path")))


def output_pattern(clip: ClipPlate, folder: str) -> str:
    """Where the result of a clip goes; two clips of one file differ by where they start.

    Raises:
        JobError: The clip has no file of its own to write beside, and no folder is named.
    """
    if not folder and not clip.path:
        raise JobError(f"The clip {clip.name} is rendered by Resolve. Name {OUT_FOLDER} in {SETTINGS_FILE}.")
    folder = folder or os.path.join(os.path.dirname(clip.path), "fsgan")
    # No digit may stand before the frame number: Resolve would take it for a part of it.
    name = re.sub(r"\W+", "_", os.path.splitext(clip.name)[0]).strip("_") or "clip"
    return os.path.join(folder, f"{name}_at{clip.start}_swap.%04d.exr")


def read_settings(path: str) -> Dict[str, Any]:
    """The settings file; nothing where there is none.

    Raises:
        JobError: It is no JSON object.
    """
    try:
        with open(path, encoding="utf-8-sig") as stream:
            content = json.load(stream)
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as problem:
        raise JobError(f"The settings cannot be read: {problem}.", path=path) from problem
    if not isinstance(content, dict):
        raise JobError("The settings must be a JSON object in braces.", path=path)
    return content


def _noted_engine(folder: str) -> str:
    if os.environ.get("FSGAN_ENGINE"):
        return ""
    try:
        with open(os.path.join(folder, ENGINE_NOTE), encoding="utf-8") as stream:
            return stream.read().strip()
    except OSError:
        return ""


def _version(resolve: Resolve) -> str:
    return str(resolve.GetVersionString())
