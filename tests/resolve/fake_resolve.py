"""A strict Resolve for tests, written by hand: a project, a timeline, a media pool, a render queue.

Where the real one answers True and does nothing, this one can be told to (`lazy`). It has only what is used.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

COLOURS = {"", "Pink", "Teal", "Orange"}


@dataclass(eq=False)
class FakeMedia:
    """A clip of the media pool."""

    path: str

    def GetClipProperty(self, name: str) -> str:
        return {"File Path": self.path}[name]


@dataclass(eq=False)
class FakeItem:
    """A clip of a timeline."""

    name: str
    media: FakeMedia | None
    start: int
    length: int
    offset: int = 0
    colour: str = ""

    def GetName(self) -> str:
        return self.name

    def GetMediaPoolItem(self) -> FakeMedia | None:
        return self.media

    def GetStart(self, subframe: bool) -> int:
        assert subframe is False
        return self.start

    def GetDuration(self, subframe: bool) -> int:
        assert subframe is False
        return self.length

    def GetLeftOffset(self, subframe: bool) -> int:
        assert subframe is False
        return self.offset

    def GetClipColor(self) -> str:
        return self.colour

    def SetClipColor(self, colour: str) -> bool:
        assert colour in COLOURS
        self.colour = colour
        return True

    def GetUniqueId(self) -> str:
        return str(id(self))


@dataclass(eq=False)
class FakeTimeline:
    """Video tracks, from the lowest."""

    tracks: list[list[FakeItem]]
    under_playhead: FakeItem | None = None
    lazy: bool = False

    def GetTrackCount(self, kind: str) -> int:
        assert kind == "video"
        return len(self.tracks)

    def GetItemListInTrack(self, kind: str, index: int) -> list[FakeItem]:
        assert kind == "video" and 1 <= index <= len(self.tracks)
        return list(self.tracks[index - 1])

    def GetCurrentVideoItem(self) -> FakeItem | None:
        return self.under_playhead

    def AddTrack(self, kind: str, options: dict[str, Any]) -> bool:
        assert kind == "video" and options == {}
        if not self.lazy:
            self.tracks.append([])
        return True


@dataclass(eq=False)
class FakeFolder:
    """A bin."""

    name: str
    folders: list[FakeFolder] = field(default_factory=list)

    def GetName(self) -> str:
        return self.name

    def GetSubFolderList(self) -> list[FakeFolder]:
        return self.folders


@dataclass(eq=False)
class FakePool:
    """The media pool: imports what lies on disk, places what fits."""

    timeline: FakeTimeline
    selected: list[FakeMedia]
    root: FakeFolder = field(default_factory=lambda: FakeFolder("Master"))
    imported: list[Any] = field(default_factory=list)
    lazy: bool = False

    def GetSelectedClips(self) -> list[FakeMedia]:
        return self.selected

    def GetRootFolder(self) -> FakeFolder:
        return self.root

    def AddSubFolder(self, parent: FakeFolder, name: str) -> FakeFolder:
        folder = FakeFolder(name)
        parent.folders.append(folder)
        return folder

    def SetCurrentFolder(self, folder: FakeFolder) -> bool:
        assert isinstance(folder, FakeFolder)
        return True

    def ImportMedia(self, items: list[Any]) -> list[FakeMedia]:
        (asked,) = items
        self.imported.append(asked)
        if isinstance(asked, str):
            return [FakeMedia(asked)] if os.path.isfile(asked) else []
        assert set(asked) == {"FilePath", "StartIndex", "EndIndex"} and asked["EndIndex"] > asked["StartIndex"]
        name = Path(asked["FilePath"]).name
        assert not re.search(r"\d%", name), "Resolve takes a digit before the frame number for a part of it"
        numbers = range(asked["StartIndex"], asked["EndIndex"] + 1)
        return [FakeMedia(asked["FilePath"])] if all(os.path.isfile(asked["FilePath"] % n) for n in numbers) else []

    def AppendToTimeline(self, clips: list[dict[str, Any]]) -> list[FakeItem]:
        (info,) = clips
        wanted = {"mediaPoolItem", "startFrame", "endFrame", "trackIndex", "recordFrame", "mediaType"}
        assert set(info) == wanted and info["mediaType"] == 1
        length = info["endFrame"] - info["startFrame"] + 1
        track = self.timeline.tracks[info["trackIndex"] - 1]
        item = FakeItem("result", info["mediaPoolItem"], info["recordFrame"], length)
        overlaps = any(one.start < item.start + length and one.start + one.length > item.start for one in track)
        if not overlaps and not self.lazy:  # the real one drops an overlapping clip and says nothing
            track.append(item)
        return []


@dataclass(eq=False)
class FakeProject:
    """A project with a timeline and a render queue."""

    timeline: FakeTimeline | None
    pool: FakePool
    name: str = "show"
    render_fails: bool = False
    settings: dict[str, Any] = field(default_factory=dict)
    format: tuple[str, str] = ("", "")

    def GetName(self) -> str:
        return self.name

    def GetCurrentTimeline(self) -> FakeTimeline | None:
        return self.timeline

    def GetMediaPool(self) -> FakePool:
        return self.pool

    def SetCurrentRenderFormatAndCodec(self, name: str, codec: str) -> bool:
        self.format = (name, codec)
        return True

    def SetCurrentRenderMode(self, mode: int) -> bool:
        assert mode == 1
        return True

    def SetRenderSettings(self, settings: dict[str, Any]) -> bool:
        known = {"SelectAllFrames", "MarkIn", "MarkOut", "TargetDir", "CustomName", "ExportVideo", "ExportAudio"}
        assert set(settings) <= known
        self.settings = settings
        return True

    def AddRenderJob(self) -> str:
        return "job-1"

    def StartRendering(self, jobs: list[str]) -> bool:
        assert jobs == ["job-1"] and self.format == ("exr", "RGBHalf")
        if not self.render_fails:
            for number in range(self.settings["MarkIn"], self.settings["MarkOut"] + 1):
                name = f"{self.settings['CustomName']}{number:08d}.exr"
                Path(self.settings["TargetDir"], name).write_text("rendered")
        return True

    def IsRenderingInProgress(self) -> bool:
        return False

    def GetRenderJobStatus(self, job: str) -> dict[str, str]:
        assert job == "job-1"
        return {"JobStatus": "Failed", "Error": "codec"} if self.render_fails else {"JobStatus": "Complete"}

    def DeleteRenderJob(self, job: str) -> bool:
        return job == "job-1"


@dataclass(eq=False)
class FakeResolve:
    """Resolve with one project, or with none."""

    project: FakeProject | None

    def GetProjectManager(self) -> FakeResolve:
        return self

    def GetCurrentProject(self) -> FakeProject | None:
        return self.project

    def GetVersionString(self) -> str:
        return "21.0.3"


def lua_face(lua: Any, thing: Any) -> Any:
    """A fake as Lua sees it: a table of methods, called with a colon; lists and dictionaries become tables and back."""
    if thing is None or isinstance(thing, (str, int, float, bool)):
        return thing
    if isinstance(thing, list):
        return lua.table_from([lua_face(lua, one) for one in thing])
    if isinstance(thing, dict):
        return lua.table_from({key: lua_face(lua, value) for key, value in thing.items()})
    face = lua.table()
    face["__fake"] = lambda: thing
    for name in dir(thing):
        if name[0].isupper():
            face[name] = _method(lua, getattr(thing, name))
    return face


def _method(lua: Any, method: Any) -> Any:
    return lambda _self, *given: lua_face(lua, method(*[_unfaced(one) for one in given]))


def _unfaced(value: Any) -> Any:
    if not hasattr(value, "items"):
        return value
    if value["__fake"] is not None:
        return value["__fake"]()
    keys = list(value.keys())
    if keys and all(isinstance(key, int) for key in keys):
        return [_unfaced(value[key]) for key in sorted(keys)]
    return {key: _unfaced(value[key]) for key in keys}
