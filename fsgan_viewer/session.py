"""The shot that is open: what is shown of it, and at which frame. Widgets show it and change it; it knows no widget."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from PyQt5.QtCore import QObject, QTimer, pyqtSignal

from fsgan_core.errors import FsganError
from fsgan_viewer.models.analysis_reader import ReadAnalysis, TrackedFace, read_analysis
from fsgan_viewer.models.display_transform import DisplaySettings
from fsgan_viewer.models.frame_loader import FrameLoader, FrameRequest, LoadedFrame
from fsgan_viewer.models.frame_source import FrameSource, open_source
from fsgan_viewer.models.opened_shot import ShotFiles

READ_AHEAD = 16
READ_BEHIND = 3
REST_MS = 120
SOURCES = ("result", "plate", "source")


@dataclass(frozen=True)
class Showing:
    """What one side of the wipe shows: a source's key and one of its layers."""

    source: str
    layer: str = ""

    @property
    def label(self) -> str:
        """For menus and the corner of the picture."""
        return f"{self.source}  {self.layer or 'rgba'}"


class ViewerSession(QObject):
    """One open shot.

    Signals:
        opened: Another shot, or other files of it.
        frame_changed: The frame that is looked at.
        picture_ready: ("a" or "b", LoadedFrame) for the frame that is looked at.
        showing_changed: Another layer, exposure, view, channel or wipe.
        analysis_changed: Faces were read anew.
        frames_changed: Frames came or went while a job was running.
        said: A sentence for the artist.
    """

    opened = pyqtSignal()
    frame_changed = pyqtSignal(int)
    picture_ready = pyqtSignal(str, object)
    showing_changed = pyqtSignal()
    analysis_changed = pyqtSignal()
    frames_changed = pyqtSignal()
    said = pyqtSignal(str)
    _loaded = pyqtSignal(object)

    def __init__(self, files: ShotFiles) -> None:
        super().__init__()
        self.files = files
        self.frame = 1
        self.a = Showing("plate")
        self.b = Showing("plate")
        self.wipe = False
        self.settings = DisplaySettings()
        self.sources: dict[str, FrameSource] = {}
        self.analysis: ReadAnalysis | None = None
        self.face: TrackedFace | None = None
        self.broken: dict[int, str] = {}
        self._direction = 1
        self._jumped = False
        self._loader: FrameLoader | None = None
        self._loaded.connect(self._take)
        self.open(files)

    def open(self, files: ShotFiles) -> None:
        """Open the files of a shot; what cannot be opened is said, and the rest is shown."""
        self.close()
        self.files, self.broken = files, {}
        self.sources = self._open_sources(files)
        self._loader = FrameLoader(self.sources, self._loaded.emit)
        shown = [name for name in ("result", "plate", "source") if name in self.sources and self.sources[name].frames]
        self.a = Showing(shown[0] if shown else "plate")
        self.b = Showing("plate" if "plate" in shown else self.a.source)
        self.frame = self.frames[0] if self.frames else 1
        self.opened.emit()
        self.read_faces()
        self.frame_changed.emit(self.frame)
        self._request()

    def close(self) -> None:
        """End the reader threads."""
        if self._loader is not None:
            self._loader.close()
            self._loader = None

    @property
    def frames(self) -> tuple[int, ...]:
        """Every frame of plate and result, ascending; the source's where there is neither."""
        own = [self.sources[name].frames for name in ("plate", "result") if name in self.sources]
        found = sorted(set().union(*own)) if own else []
        if not found and "source" in self.sources:
            found = list(self.sources["source"].frames)
        if not found and self.analysis is not None:
            found = list(self.analysis.frames)
        return tuple(found)

    def layers(self, source: str) -> tuple[str, ...]:
        """The layers of a source."""
        return self.sources[source].layers() if source in self.sources else ()

    def go_to(self, frame: int) -> None:
        """Look at a frame: the nearest one of the shot's range."""
        frames = self.frames
        if not frames:
            return
        frame = min(max(frame, frames[0]), frames[-1])
        if frame == self.frame:
            return
        self._direction = 1 if frame > self.frame else -1
        # After a jump the frame itself comes first: what lies ahead of it is read once it is shown.
        self._jumped = abs(frame - self.frame) > READ_AHEAD
        self.frame = frame
        self.frame_changed.emit(frame)
        self._request()

    def step(self, count: int) -> None:
        """Go on by some frames of the shot, to its end at most."""
        frames = self.frames
        if not frames:
            return
        at = min(range(len(frames)), key=lambda index: abs(frames[index] - self.frame))
        self.go_to(frames[min(max(at + count, 0), len(frames) - 1)])

    def show(self, *, a: Showing | None = None, b: Showing | None = None, wipe: bool | None = None) -> None:
        """Show something else on either side, or switch the wipe."""
        self.a, self.b = a or self.a, b or self.b
        self.wipe = self.wipe if wipe is None else wipe
        self.showing_changed.emit()
        self._request()

    def display(self, **changes: object) -> None:
        """Change fields of the display settings: exposure_stops, gamma, view, channel."""
        self.settings = replace(self.settings, **changes)  # type: ignore[arg-type]
        self.showing_changed.emit()
        self._request()

    def choose_face(self, track_id: int) -> None:
        """Look at one face of the analysis: its curves, landmarks and queries."""
        if self.analysis is not None:
            self.face = self.analysis.face(track_id)
            self.analysis_changed.emit()

    def read_faces(self) -> None:
        """Read the analysis anew; the face that was chosen stays chosen."""
        before = self.face.track_id if self.face is not None else None
        self.analysis = self.face = None
        try:
            if self.files.plate_analysis:
                self.analysis = read_analysis(self.files.plate_analysis)
        except FsganError as error:
            self.said.emit(str(error))
        if self.analysis is not None and self.analysis.faces:
            self.face = (self.analysis.face(before) if before is not None else None) or self.analysis.largest()
        self.analysis_changed.emit()

    def refresh(self, changed: Mapping[str, Sequence[int]] | None = None) -> None:
        """Look again which frames exist, and read those anew that a job has written.

        Args:
            changed: Source to frames whose files are new.
        """
        came = [source.refresh() for source in self.sources.values()]
        for name, frames in (changed or {}).items():
            for frame in frames:
                self.broken.pop(frame, None)
                if self._loader is not None:
                    self._loader.forget(name, frame)
        if any(came):
            self.frames_changed.emit()
        if any(came) or any(self.frame in frames for frames in (changed or {}).values()):
            self._request()

    def reload(self) -> None:
        """Read everything anew: files have changed."""
        self.broken.clear()
        if self._loader is not None:
            self._loader.forget_all()
        self.refresh()
        self.read_faces()
        self._request()

    def is_cached(self, frame: int) -> bool:
        """Whether a frame would be shown at once."""
        return self._loader is not None and all(self._loader.is_ready(one) for one in self._wanted(frame))

    def _open_sources(self, files: ShotFiles) -> dict[str, FrameSource]:
        opened: dict[str, FrameSource] = {}
        for name in SOURCES:
            path = getattr(files, name)
            try:
                if path:
                    opened[name] = open_source(path, files.colorspace if name == "plate" else "")
            except FsganError as error:
                self.said.emit(str(error))
        return opened

    def _wanted(self, frame: int) -> list[FrameRequest]:
        sides = [self.a, self.b] if self.wipe and self.b != self.a else [self.a]
        known = [side for side in sides if side.source in self.sources]
        return [FrameRequest(side.source, frame, side.layer, self.settings) for side in known]

    def _request(self) -> None:
        """Ask for the pictures of this frame, and for those ahead in the direction of travel."""
        if self._loader is None:
            return
        frames = self.frames
        steps = [self._direction * n for n in range(1, READ_AHEAD + 1)]
        steps += [-self._direction * n for n in range(1, READ_BEHIND + 1)]
        at = frames.index(self.frame) if self.frame in frames else -1
        near = [frames[at + step] for step in steps if at >= 0 and 0 <= at + step < len(frames) and not self._jumped]
        ahead = [request for frame in near for request in self._wanted(frame)]
        for loaded in self._loader.ask(self._wanted(self.frame), ahead):
            self._take(loaded)

    def _take(self, loaded: LoadedFrame) -> None:
        """Hand on a picture, unless the artist has moved on."""
        request = loaded.request
        if loaded.problem and not request.layer:
            self.broken[request.frame] = loaded.problem
        if request.frame != self.frame or request.settings != self.settings:
            return
        if self._jumped:
            self._jumped = False
            QTimer.singleShot(REST_MS, lambda: self._request() if self.frame == request.frame else None)
        for side, showing in (("a", self.a), ("b", self.b)):
            if (request.source, request.layer) == (showing.source, showing.layer):
                self.picture_ready.emit(side, loaded)
