"""The one door to Resolve's API: every call that does more than read, with what Resolve leaves unsaid checked here.

Resolve answers True and does nothing: so what was placed is read back.
"""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any, List, Optional, Tuple, cast

from fsgan_core.errors import OutputError, PlateError
from fsgan_core.shot.sequence_path import SequencePath, sequences_in
from fsgan_resolve.clip_plate import ClipPlate

if TYPE_CHECKING:
    from fusionscript import MediaPoolItem, Project, RenderSettings, Resolve, Timeline, TimelineItem

CLIP_COLOUR = "Pink"
"""Clips of this colour are the selected ones: Resolve tells no script what is selected on a timeline."""

BIN = "FSGAN"
RENDER_POLL_S = 1.0


def current_project(resolve: Resolve) -> Project:
    """The open project.

    Raises:
        PlateError: There is none.
    """
    project: Optional[Project] = resolve.GetProjectManager().GetCurrentProject()
    if project is None:
        raise PlateError("No project is open. Open one, with a timeline.")
    return project


def current_timeline(project: Project) -> Timeline:
    """The open timeline.

    Raises:
        PlateError: There is none.
    """
    timeline: Optional[Timeline] = project.GetCurrentTimeline()
    if timeline is None:
        raise PlateError("No timeline is open. Open the timeline with the clips.")
    return timeline


def selected_clips(timeline: Timeline) -> List[Tuple[TimelineItem, int]]:
    """The clips of the clip colour with their tracks, or the one under the playhead.

    Raises:
        PlateError: There is neither.
    """
    tracks = range(1, int(timeline.GetTrackCount("video")) + 1)
    clips = [(item, track) for track in tracks for item in timeline.GetItemListInTrack("video", track)]
    chosen = [(item, track) for item, track in clips if item.GetClipColor() == CLIP_COLOUR]
    if chosen:
        return chosen
    under: Optional[TimelineItem] = timeline.GetCurrentVideoItem()
    found = [(item, track) for item, track in clips if under is not None and item.GetUniqueId() == under.GetUniqueId()]
    if not found:
        raise PlateError(f"No clip is chosen. Give clips the colour {CLIP_COLOUR}, or park the playhead on one.")
    return found


def selected_media(project: Project) -> List[MediaPoolItem]:
    """What is selected in the media pool; nothing where this Resolve cannot say."""
    pool = project.GetMediaPool()
    ask = getattr(pool, "GetSelectedClips", None)
    return list(ask() or []) if ask is not None else []


def render_plate(project: Project, clip: ClipPlate, folder: str) -> ClipPlate:
    """The clip rendered by Resolve to EXRs; used where the engine cannot read the file itself.

    Raises:
        PlateError: Resolve did not render it.
    """
    os.makedirs(folder, exist_ok=True)
    project.SetCurrentRenderFormatAndCodec("exr", "RGBHalf")
    project.SetCurrentRenderMode(1)
    settings = {
        "SelectAllFrames": False, "MarkIn": clip.start, "MarkOut": clip.start + clip.length - 1, "TargetDir": folder,
        "CustomName": "plate.", "ExportVideo": True, "ExportAudio": False,
    }  # fmt: skip
    # The stub's dictionary wants every key; Resolve takes any of them.
    project.SetRenderSettings(cast("RenderSettings", settings))
    job = project.AddRenderJob()
    if not job:
        raise PlateError(f"Resolve would not render the clip {clip.name}. Try it on the Deliver page.", path=folder)
    project.StartRendering([job])
    while project.IsRenderingInProgress():
        time.sleep(RENDER_POLL_S)
    status = cast("dict[str, Any]", project.GetRenderJobStatus(job))
    project.DeleteRenderJob(job)
    pattern = next(iter(sequences_in(folder, frozenset([".exr"]))), "")
    frames = sorted(SequencePath(pattern).find_frames()) if pattern else []
    if status.get("JobStatus") != "Complete" or len(frames) < clip.length:
        said = status.get("Error") or status.get("JobStatus") or "no reason given"
        raise PlateError(f"Resolve did not render the clip {clip.name} ({said}).", path=folder)
    return ClipPlate(clip.name, pattern, frames[0], frames[0] + clip.length - 1, clip.start, clip.track)


def put_above(project: Project, clip: ClipPlate, out: str) -> int:
    """The result imported and placed on a free track above the clip; gives the track.

    Raises:
        OutputError: Resolve did not import or place it.
    """
    timeline, pool = current_timeline(project), project.GetMediaPool()
    track = free_track(timeline, clip)
    _open_bin(project)
    files = SequencePath(out)
    info = {"FilePath": out, "StartIndex": clip.first, "EndIndex": clip.last}
    # Resolve takes a single frame only as a plain path.
    items = pool.ImportMedia([cast(Any, info)]) if clip.length > 1 else pool.ImportMedia([files.at(clip.first)])
    if not items:
        raise OutputError("Resolve imported nothing of the result. The frames are on disk.", path=out)
    placed = {
        "mediaPoolItem": items[0], "startFrame": 0, "endFrame": clip.length - 1, "trackIndex": track,
        "recordFrame": clip.start, "mediaType": 1,
    }  # fmt: skip
    pool.AppendToTimeline([cast(Any, placed)])  # type: ignore[arg-type]  # the stub lost this way to call it
    there = [item for item in timeline.GetItemListInTrack("video", track) if int(item.GetStart(False)) == clip.start]
    if not there:
        raise OutputError(f"Resolve did not place the result on track {track}. It is in the bin {BIN}.", path=out)
    there[0].SetClipColor("Teal")
    return track


def free_track(timeline: Timeline, clip: ClipPlate) -> int:
    """The lowest track above the clip with nothing in its time; a new one on top where there is none."""
    count = int(timeline.GetTrackCount("video"))
    for track in range(clip.track + 1, count + 1):
        spans = [
            (int(item.GetStart(False)), int(item.GetStart(False)) + int(item.GetDuration(False)))
            for item in timeline.GetItemListInTrack("video", track)
        ]
        if not any(start < clip.start + clip.length and end > clip.start for start, end in spans):
            return track
    timeline.AddTrack("video", cast(Any, {}))
    if int(timeline.GetTrackCount("video")) != count + 1:
        raise OutputError("Resolve did not add a video track. Add one above the clip, and run this again.")
    return count + 1


def _open_bin(project: Project) -> None:
    """Make the bin of results the current one."""
    pool = project.GetMediaPool()
    root = pool.GetRootFolder()
    found = [one for one in root.GetSubFolderList() if one.GetName() == BIN]
    pool.SetCurrentFolder(found[0] if found else pool.AddSubFolder(root, BIN))
