"""The puppet's process (`fsgan puppet`) as a Qt object: poses go out, pictures come back, the newest pose counts."""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from PyQt5.QtCore import QObject, QProcess, QProcessEnvironment, pyqtSignal

from fsgan_core.errors import FsganError
from fsgan_core.host.engine_environment import engine_environment
from fsgan_core.host.find_engine import locate_engine
from fsgan_core.job.puppet_protocol import PuppetRequest, request_line
from fsgan_viewer.models.pose_map import MapQuery, MapView, PoseMap, query_from

IN_FLIGHT = 2
"""Poses asked for and not answered: enough that no core waits, few enough that the face does not lag behind."""
_END_MS = 3000


@dataclass(frozen=True, eq=False)
class PuppetPicture:
    """What came back.

    Args:
        pixels: (S, S, 3) uint8 sRGB.
        query: What the engine took for the pose; None for a view.
        view: The number of the view asked for; None for a pose.
    """

    pixels: np.ndarray
    query: MapQuery | None = None
    view: int | None = None


class PuppetClient(QObject):
    """Starts the process, asks for poses, and tells what comes back.

    Signals:
        told: A sentence about what the engine does while it opens the source.
        ready: The PoseMap of the source.
        pictured: A PuppetPicture.
        failed: The sentence of a failure; the puppet is over.
        ended: The process is gone, whatever the reason.
    """

    told = pyqtSignal(str)
    ready = pyqtSignal(object)
    pictured = pyqtSignal(object)
    failed = pyqtSignal(str)
    ended = pyqtSignal()

    def __init__(self, engine: str = "") -> None:
        super().__init__()
        self._asked_engine = engine
        self._process: QProcess | None = None
        self._buffer = bytearray()
        self._header: dict[str, Any] | None = None
        self._is_ready = False
        self._numbers = 0
        self._open: set[int] = set()
        self._next: PuppetRequest | None = None
        self._shown: deque[float] = deque(maxlen=60)
        self._sentence = ""

    @property
    def is_running(self) -> bool:
        """Whether there is a process."""
        return self._process is not None

    @property
    def is_ready(self) -> bool:
        """Whether poses are answered."""
        return self._is_ready

    @property
    def frames_per_second(self) -> float:
        """Pictures of poses that came in the last second and a half."""
        now = time.monotonic()
        recent = [moment for moment in self._shown if now - moment < 1.5]
        return (len(recent) - 1) / (recent[-1] - recent[0]) if len(recent) > 2 else 0.0

    def start(self, arguments: Sequence[str]) -> None:
        """Start the puppet of a source.

        Args:
            arguments: Options of `fsgan puppet`, such as `--source`, `actor.mov`.
        """
        self.stop()
        try:
            program = locate_engine(self._asked_engine)
        except FsganError as error:
            self.failed.emit(str(error))
            self.ended.emit()
            return
        self._buffer.clear()
        self._header, self._sentence, self._next = None, "", None
        self._open.clear()
        self._shown.clear()
        process = QProcess(self)
        variables = QProcessEnvironment()
        for name, value in engine_environment().items():
            variables.insert(name, value)
        process.setProcessEnvironment(variables)
        process.readyReadStandardOutput.connect(self._read)
        process.finished.connect(lambda code, _: self._ended(process, code))
        process.errorOccurred.connect(lambda _: self._ended(process, 1))
        self._process = process
        process.start(program, ["puppet", *arguments])

    def ask_pose(self, pose: tuple[float, float, float], expression: Mapping[str, float] | None = None) -> None:
        """Ask for a pose; while others are being made, the newest one waits and the rest are forgotten."""
        if not self._is_ready:
            return
        self._numbers += 1
        request = PuppetRequest(self._numbers, pose=pose, expression=dict(expression or {}))
        if len(self._open) < IN_FLIGHT:
            self._send(request)
        else:
            self._next = request

    def ask_view(self, index: int) -> None:
        """Ask for the picture of a view."""
        if self._is_ready:
            self._numbers += 1
            self._send(PuppetRequest(self._numbers, view=index))

    def stop(self) -> None:
        """End the process; what it was making is lost."""
        process, self._process = self._process, None
        self._is_ready = False
        if process is None:
            return
        process.readyReadStandardOutput.disconnect()
        process.closeWriteChannel()
        if not process.waitForFinished(200):
            process.terminate()
            if not process.waitForFinished(_END_MS):
                process.kill()
                process.waitForFinished(_END_MS)
        process.deleteLater()
        self.ended.emit()

    def _send(self, request: PuppetRequest) -> None:
        if self._process is not None:
            self._open.add(request.id)
            self._process.write(request_line(request).encode())

    def _read(self) -> None:
        if self._process is None:
            return
        self._buffer += bytes(self._process.readAllStandardOutput())
        while self._take():
            pass

    def _take(self) -> bool:
        """One message off the buffer, with its picture; whether there was a whole one."""
        if self._header is None:
            end = self._buffer.find(b"\n")
            if end < 0:
                return False
            line, self._buffer = bytes(self._buffer[:end]), self._buffer[end + 1 :]
            try:
                message = json.loads(line)
            except ValueError:
                self._sentence = line.decode("utf-8", "replace").strip() or self._sentence
                return True
            if not isinstance(message, dict):
                return True
            if message.get("event") != "picture":
                self._hear(message)
                return True
            self._header = message
        size = int(self._header["bytes"])
        if len(self._buffer) < size:
            return False
        message, self._header = self._header, None
        pixels = np.frombuffer(bytes(self._buffer[:size]), np.uint8)
        self._buffer = self._buffer[size:]
        self._show(message, pixels.reshape(int(message["height"]), int(message["width"]), 3))
        return True

    def _hear(self, message: dict[str, Any]) -> None:
        kind = message.get("event")
        if kind == "map":
            self._is_ready = True
            self.ready.emit(_map_from(message))
        elif kind in ("skipped", "refused"):
            self._answered(int(message.get("id", 0)))
            if kind == "refused":
                self.told.emit(str(message.get("message", "")))
        elif kind == "failed":
            self._sentence = str(message.get("message", ""))
        elif kind in ("step", "frame"):
            self.told.emit(f"{message.get('step')}: {message.get('done')} of {message.get('total')}")
        elif message.get("message"):
            self.told.emit(str(message["message"]))

    def _show(self, message: dict[str, Any], pixels: np.ndarray) -> None:
        self._answered(int(message["id"]))
        if "view" in message:
            self.pictured.emit(PuppetPicture(pixels, view=int(message["view"])))
            return
        self._shown.append(time.monotonic())
        self.pictured.emit(PuppetPicture(pixels, query_from(message)))

    def _answered(self, number: int) -> None:
        self._open.discard(number)
        if self._next is not None and len(self._open) < IN_FLIGHT:
            request, self._next = self._next, None
            self._send(request)

    def _ended(self, process: QProcess, code: int) -> None:
        """The process went by itself: say why, if it told."""
        running = self._process
        if running is None or running is not process:
            return
        self._read()
        said = bytes(running.readAllStandardError()).decode("utf-8", "replace").strip()
        self._process, self._is_ready = None, False
        if code != 0:
            last = said.splitlines()[-1] if said else ""
            self.failed.emit(self._sentence or last or f"The puppet's engine ended with exit code {code}.")
        self.ended.emit()


def _map_from(message: Mapping[str, Any]) -> PoseMap:
    """The map as the process tells it; its thumbnails are asked for one by one."""
    views = tuple(
        MapView(int(view["frame"]), tuple(view["pose"]), str(view["origin"]), (0, 0, 0, 0)) for view in message["views"]
    )
    points = np.array(message["points"], float).reshape(-1, 2)
    triangles = np.array(message["triangles"], int).reshape(-1, 3)
    return PoseMap(views, points, np.array(message["owners"], int), triangles, float(message["boundary_deg"]), {}, "")
