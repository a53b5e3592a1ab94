"""Jobs and the puppet: makes them of what is open, and brings what they write to the window."""

from __future__ import annotations

import os
from dataclasses import replace

from PyQt5.QtCore import QObject, QTimer, pyqtSignal

from fsgan_core.errors import FsganError
from fsgan_core.host.run_outcome import RunOutcome
from fsgan_core.job.pose_curve import write_pose_curve
from fsgan_core.job.progress import ProgressEvent
from fsgan_viewer.engine.job_runner import JobRunner
from fsgan_viewer.engine.puppet_client import PuppetClient, PuppetPicture
from fsgan_viewer.models.pose_map import PoseMap
from fsgan_viewer.models.pose_recording import PoseRecording
from fsgan_viewer.models.viewer_jobs import (
    KINDS,
    evaluate_arguments,
    make_job,
    puppet_arguments,
    save_swap_job,
    why_not,
)
from fsgan_viewer.session import ViewerSession
from fsgan_viewer.shot_presenter import ShotPresenter
from fsgan_viewer.widgets.jobs_panel import JobsPanel
from fsgan_viewer.widgets.puppet_panel import PuppetPanel

_WORDS = {"analyze": "analyze plate", "swap": "swap", "appearance_map": "build map", "evaluate": "evaluate"}
_REFRESH_MS = 700


class JobPresenter(QObject):
    """What runs in processes of the engine's own.

    Signals:
        said: A sentence for the artist.
    """

    said = pyqtSignal(str)

    def __init__(self, session: ViewerSession, shot: ShotPresenter, jobs: JobsPanel, puppet: PuppetPanel) -> None:
        super().__init__()
        self._session, self._shot = session, shot
        self.jobs, self.puppet = jobs, puppet
        self.runner: JobRunner = jobs.runner
        self.client: PuppetClient = puppet.client
        self._kind = ""
        self._written: set[int] = set()
        self._refresh = QTimer(self)
        self._refresh.setInterval(_REFRESH_MS)
        self._refresh.timeout.connect(self._show_written)
        self._connect()

    def show_possible(self) -> None:
        """Enable the jobs that can be made of what is open."""
        self.jobs.set_possible({kind: why_not(kind, self._session.files) for kind in KINDS})

    def attach(self) -> None:
        """Follow a job that writes this result already, as after the window was closed."""
        if self.runner.attach(self._session.files.result):
            self._kind = "swap"
            self._refresh.start()

    def start(self, kind: str) -> None:
        """Start a job; what it lacks is said."""
        shot = self._shot
        if shot.editor is not None and shot.editor.is_changed:
            shot.save()
        try:
            if kind == "evaluate":
                arguments = evaluate_arguments(self._session.files)
                self._kind = kind
                self.jobs.commands.start(arguments, f"evaluate: {self._session.files.report}")
                return
            job = make_job(kind, self._session.files, self.jobs.frames.text().strip())
            if kind == "swap":
                self.jobs.say(f"wrote {save_swap_job(self._session.files)}")
        except FsganError as error:
            self.jobs.say(str(error))
            self.said.emit(str(error))
            return
        self._kind = kind
        self._written.clear()
        self.runner.start(job, f"{_WORDS[kind]}: {job.out}")

    def start_puppet(self) -> None:
        """Open the source in the puppet's process."""
        try:
            arguments = puppet_arguments(self._session.files)
        except FsganError as error:
            self.client.failed.emit(str(error))
            self.client.ended.emit()
            return
        self.client.start(arguments)

    def close(self) -> None:
        """End the puppet; a job goes on without the window."""
        self.client.stop()
        self.jobs.commands.close()
        self._refresh.stop()

    def curve_path(self) -> str:
        """Where the next recording goes: beside the result, numbered so that none is lost."""
        files = self._session.files
        folder = os.path.dirname(os.path.abspath(files.result or files.source or files.plate or "."))
        paths = (os.path.join(folder, f"puppet_{number:02d}.csv") for number in range(1, 1000))
        return next(path for path in paths if not os.path.exists(path))

    def _connect(self) -> None:
        self.jobs.asked.connect(self.start)
        self.runner.told.connect(self._told)
        self.runner.ended.connect(self._ended)
        self.jobs.commands.ended.connect(self._ended)
        self.runner.started.connect(lambda _: self._refresh.start())
        self.puppet.start_asked.connect(self.start_puppet)
        self.puppet.recorded.connect(self._save_recording)
        self.client.ready.connect(self._puppet_ready)
        self.client.pictured.connect(self._puppet_pictured)
        self.client.ended.connect(self._shot.read_map)
        self._shot.widgets.map.pose_dragged.connect(self._map_dragged)
        self._shot.corrections_saved.connect(self.show_possible)

    def _told(self, event: ProgressEvent) -> None:
        if event.event == "frame" and self._kind == "swap" and str(event.step).startswith("swap"):
            self._written.add(int(event.frame or 0))

    def _show_written(self) -> None:
        """Show the frames that came since the last look."""
        frames, self._written = tuple(self._written), set()
        if frames:
            self._session.refresh({"result": frames})
            self._shot.scan_statuses(frames)

    def _ended(self, outcome: RunOutcome) -> None:
        self._refresh.stop()
        self._show_written()
        self._session.refresh()
        self.said.emit(outcome.message)
        if self._kind in ("analyze", "swap"):
            self._session.read_faces()
        if self._kind == "appearance_map":
            self._shot.read_map()
        if self._kind == "evaluate":
            self._shot.read_report()
        self._shot.widgets.shot.show_files(self._session.files, self._session.frames)
        self.show_possible()

    def _map_dragged(self, yaw: float, pitch: float) -> None:
        if not self.client.is_ready:
            self.said.emit("Start the puppet to turn the face.")
            return
        self.puppet.go_to(yaw, pitch)
        self._shot.widgets.map.add_to_trail(yaw, pitch)

    def _puppet_ready(self, pose_map: PoseMap) -> None:
        """The puppet's own map; thumbnails come from the map on disk where it is of the same views, else one by one."""
        stored = self._shot.pose_map
        same = stored is not None and [view.frame for view in stored.views] == [view.frame for view in pose_map.views]
        if same and stored is not None:
            pose_map = replace(pose_map, views=stored.views, sheet=stored.sheet)
        self._shot.widgets.map.set_map(pose_map, "")
        if not same:
            for index in range(len(pose_map.views)):
                self.client.ask_view(index)

    def _puppet_pictured(self, picture: PuppetPicture) -> None:
        if picture.view is not None:
            self._shot.widgets.map.set_thumbnail(picture.view, picture.pixels)
        else:
            self._shot.widgets.map.set_query(picture.query)

    def _save_recording(self, recording: PoseRecording) -> None:
        path = self.curve_path()
        try:
            write_pose_curve(recording.curve(), path)
            self.said.emit(f"wrote {path}: {recording.frame_count} frames for fsgan pose --curve")
        except FsganError as error:
            self.said.emit(str(error))
