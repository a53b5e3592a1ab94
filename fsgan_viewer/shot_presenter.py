"""Brings the open shot to the widgets that show it, and what the artist does there back to the shot."""

from __future__ import annotations

import numpy as np
from PyQt5.QtCore import QObject, pyqtSignal

from fsgan_core.errors import FsganError
from fsgan_viewer.models.bad_frames import (
    BadFrame,
    bad_frames_of_face,
    bad_frames_of_files,
    bad_frames_of_statuses,
    by_frame,
)
from fsgan_viewer.models.correction_editor import CorrectionEditor
from fsgan_viewer.models.evaluation_report import EvaluationReport, read_report
from fsgan_viewer.models.pose_map import PoseMap, read_pose_map
from fsgan_viewer.models.shot_curves import FLICKER, IDENTITY, POSE, SCORE, curves_of_face
from fsgan_viewer.models.status_scan import StatusScan
from fsgan_viewer.session import ViewerSession
from fsgan_viewer.widgets.face_overlay import FaceOverlay
from fsgan_viewer.widgets.faces_panel import FacesPanel
from fsgan_viewer.widgets.frame_view import FrameView
from fsgan_viewer.widgets.map_view import MapView
from fsgan_viewer.widgets.shot_panel import ShotPanel
from fsgan_viewer.widgets.timeline import Timeline


class ShotWidgets:
    """The widgets that show a shot."""

    def __init__(self) -> None:
        self.view = FrameView()
        self.timeline = Timeline()
        self.map = MapView()
        self.faces = FacesPanel()
        self.shot = ShotPanel()


class ShotPresenter(QObject):
    """Everything about the shot but its jobs.

    Signals:
        said: A sentence for the artist.
        corrections_saved: The corrections file was written.
    """

    said = pyqtSignal(str)
    corrections_saved = pyqtSignal()
    _statuses_found = pyqtSignal(object, object)

    def __init__(self, session: ViewerSession, widgets: ShotWidgets) -> None:
        super().__init__()
        self.session, self.widgets = session, widgets
        self.overlay = FaceOverlay(self._landmark_dropped, self._box_dropped)
        widgets.view.overlays.append(self.overlay)
        self.editor: CorrectionEditor | None = None
        self.pose_map: PoseMap | None = None
        self.report: EvaluationReport | None = None
        self.statuses: dict[int, str] = {}
        self.bad: dict[int, list[BadFrame]] = {}
        self.waits_for_bind = False
        self._scan: StatusScan | None = None
        self._connect()

    def show_shot(self) -> None:
        """Show all of a shot that was just opened."""
        files = self.session.files
        self.widgets.view.clear()
        self._open_corrections()
        self.read_report()
        self.read_map()
        self.scan_statuses()
        self.widgets.timeline.set_frames(self.session.frames)
        self.widgets.shot.show_files(files, self.session.frames)
        self.show_faces()
        self.follow(self.session.frame)

    def close(self) -> None:
        """End the thread that reads statuses."""
        if self._scan is not None:
            self._scan.stop()
            self._scan = None

    def read_map(self) -> None:
        """Read the appearance map, or say why there is none."""
        path = self.session.files.appearance_map
        self.pose_map = None
        sentence = "There is no appearance map here yet. Build it on the tab Jobs (fsgan appearance-map)."
        try:
            if path:
                self.pose_map = read_pose_map(path)
        except FsganError as error:
            sentence = f"{sentence}\n\n{error}"
        if self.pose_map is not None and not self.pose_map.queries:
            sentence = "This map was built without the plate's analysis: it does not say what the frames take."
        self.widgets.map.set_map(self.pose_map, sentence)
        self._show_query()

    def read_report(self) -> None:
        """Read what `fsgan evaluate` found."""
        self.report = None
        try:
            self.report = read_report(self.session.files.report)
        except FsganError as error:
            self.said.emit(str(error))
        if self.report is not None and self.report.verdict:
            self.said.emit(f"report: {self.report.verdict}")
        self.show_curves()
        self.show_bad_frames()

    def scan_statuses(self, frames: tuple[int, ...] | None = None) -> None:
        """Read the status of all frames of the result, or of some."""
        self.close()
        source = self.session.sources.get("result")
        if frames is None:
            self.statuses = {}
        if source is not None and source.frames:
            wanted = source.frames if frames is None else tuple(set(frames) & set(source.frames))
            self._scan = StatusScan(source, sorted(wanted), self._statuses_found.emit)
        self.show_bad_frames()

    def show_faces(self) -> None:
        """Show the faces of the analysis everywhere."""
        session = self.session
        self.overlay.analysis, self.overlay.face = session.analysis, session.face
        chosen = session.face.track_id if session.face is not None else None
        self.widgets.faces.show_faces(session.analysis, chosen)
        self.show_curves()
        self.show_bad_frames()
        self._show_corrections()
        self.widgets.view.update()

    def show_curves(self) -> None:
        """The lines of the timeline, and what stands where there are none."""
        face = self.session.face
        curves = curves_of_face(face) if face is not None else []
        curves += self.report.curves if self.report is not None else []
        no_pass_1 = "no analysis: run Analyze (fsgan analyze)"
        no_report = self.report.sentence if self.report is not None else "no report: run Evaluate (fsgan evaluate)"
        absent = {POSE: no_pass_1, SCORE: no_pass_1, IDENTITY: no_report, FLICKER: no_report}
        self.widgets.timeline.set_curves(curves, absent)

    def show_bad_frames(self) -> None:
        """The marks of the frames to look at."""
        session = self.session
        found = bad_frames_of_face(session.face) if session.face is not None else []
        found += bad_frames_of_statuses(self.statuses)
        found += self.report.bad_frames if self.report is not None else []
        for name in ("plate", "result"):
            if name in session.sources:
                found += bad_frames_of_files(session.sources[name].missing, {})
        found += bad_frames_of_files((), session.broken)
        self.bad = by_frame(found)
        self.widgets.timeline.set_bad_frames(self.bad)
        self.widgets.timeline.set_statuses(self.statuses)

    def follow(self, frame: int) -> None:
        """Show another frame's numbers."""
        self.widgets.timeline.set_frame(frame)
        self.overlay.frame = frame
        self._show_corrections()
        self._show_query()

    def next_bad_frame(self, direction: int) -> None:
        """Go to the next frame to look at, or the one before."""
        frame = self.session.frame
        beyond = [one for one in self.bad if (one > frame if direction > 0 else one < frame)]
        if not beyond:
            self.said.emit("There is no further frame to look at.")
            return
        target = min(beyond) if direction > 0 else max(beyond)
        self.session.go_to(target)
        self.said.emit(f"frame {target}: {self.bad[target][0].reason}")

    def click(self, x: float, y: float) -> None:
        """A click in the picture: choose a face, and bind it where the artist asked for that."""
        session = self.session
        face = session.analysis.face_at(session.frame, x, y) if session.analysis is not None else None
        if face is None:
            if self.waits_for_bind:
                self.said.emit("No face lies there. Click inside a box, or run Analyze first.")
            return
        session.choose_face(face.track_id)
        if self.waits_for_bind and self.editor is not None:
            words = self.editor.bind(face, session.frame, x, y)
            self.said.emit(f"face {face.track_id} is bound ({words}). Save (Ctrl+S) to let the engine obey.")
            self.widgets.faces.bind.setChecked(False)
            self._show_corrections()

    def undo(self) -> None:
        """Take back the last correction."""
        if self.editor is None or not self.editor.undo():
            self.said.emit("There is nothing to take back.")
        self._show_corrections()

    def remove_key(self, frame: int) -> None:
        """Take away a key."""
        if self.editor is not None:
            self.editor.remove(frame)
        self._show_corrections()

    def save(self) -> None:
        """Write the corrections."""
        if self.editor is None:
            return
        try:
            self.said.emit(f"wrote {self.editor.save()}")
            self.corrections_saved.emit()
        except FsganError as error:
            self.said.emit(str(error))
        self._show_corrections()
        self.widgets.shot.show_files(self.session.files, self.session.frames)

    def _connect(self) -> None:
        session, widgets = self.session, self.widgets
        session.frame_changed.connect(self.follow)
        session.analysis_changed.connect(self.show_faces)
        session.frames_changed.connect(lambda: widgets.timeline.set_frames(session.frames))
        session.picture_ready.connect(self._show_picture)
        session.showing_changed.connect(self._show_wipe)
        session.said.connect(self.said)
        widgets.timeline.scrubbed.connect(session.go_to)
        widgets.view.clicked.connect(self.click)
        faces = widgets.faces
        faces.face_picked.connect(session.choose_face)
        faces.frame_picked.connect(session.go_to)
        faces.bind_asked.connect(self._wait_for_bind)
        faces.correct_toggled.connect(self._set_correcting)
        faces.remove_asked.connect(self.remove_key)
        faces.undo_asked.connect(self.undo)
        faces.save_asked.connect(self.save)
        self._statuses_found.connect(self._take_statuses)

    def _open_corrections(self) -> None:
        self.editor = None
        try:
            if self.session.files.corrections:
                self.editor = CorrectionEditor(self.session.files.corrections)
        except FsganError as error:
            self.said.emit(str(error))

    def _show_picture(self, side: str, loaded: object) -> None:
        self.widgets.view.set_picture(side, loaded)  # type: ignore[arg-type]
        problem = self.widgets.view.problem(side)
        if problem:
            self.said.emit(problem)
            if self.session.broken:
                self.show_bad_frames()

    def _show_wipe(self) -> None:
        self.widgets.view.wipe = self.session.wipe
        self.widgets.view.labels = (self.session.a.label, self.session.b.label)
        self.widgets.view.update()

    def _take_statuses(self, found: dict[int, str], broken: dict[int, str]) -> None:
        self.statuses |= found
        self.session.broken |= broken
        self.show_bad_frames()

    def _show_query(self) -> None:
        """What the engine takes for this frame, where the map says so."""
        queries = self.pose_map.queries if self.pose_map is not None else {}
        self.widgets.map.set_query(queries.get(self.session.frame))

    def _show_corrections(self) -> None:
        frame, face = self.session.frame, self.session.face
        if self.editor is None or face is None:
            self.overlay.set_moved({}, None)
        else:
            self.overlay.set_moved(self.editor.plate_points(face, frame), self.editor.plate_box(face, frame))
        self.widgets.faces.show_corrections(self.editor, frame)
        self.widgets.timeline.set_keys(self.editor.frames if self.editor is not None else ())
        self.widgets.view.update()

    def _wait_for_bind(self, waits: bool) -> None:
        self.waits_for_bind = waits
        if waits:
            self.said.emit("Click the face that the engine shall take.")

    def _set_correcting(self, corrects: bool) -> None:
        self.overlay.corrects = corrects
        self.widgets.view.update()

    def _landmark_dropped(self, number: int, x: float, y: float) -> None:
        self._corrected(lambda editor, face, frame: editor.move_landmark(face, frame, number, x, y))

    def _box_dropped(self, box: np.ndarray) -> None:
        self._corrected(lambda editor, face, frame: editor.move_box(face, frame, box))

    def _corrected(self, change: object) -> None:
        """Keep a correction of this frame; one that cannot be is said, and undone on the screen."""
        if self.editor is not None and self.session.face is not None:
            try:
                change(self.editor, self.session.face, self.session.frame)  # type: ignore[operator]
            except FsganError as error:
                self.said.emit(str(error))
        self._show_corrections()
