"""The loop of `fsgan puppet`: poses in, pictures out, the newest pose first. Imports torch: loaded when a source opens.

The protocol stands in `job/puppet_protocol.py`.
"""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, BinaryIO

import numpy as np

from fsgan_core.errors import FsganError, JobError
from fsgan_core.job.puppet_protocol import LARGEST_LINE, PuppetRequest, parse_request
from fsgan_core.pipeline.appearance_map_file import query_entry
from fsgan_core.pipeline.engine import frame_workers
from fsgan_core.pipeline.puppet import Puppet, display_bytes
from fsgan_core.stages.pose_mesh import BOUNDARY_DEG

CANCEL_CHECK_SECONDS = 0.25
"""How long a wish to stop may go unheard while nothing is asked."""
_Answer = tuple[dict[str, Any], bytes]


class PuppetLoop:
    """Answers requests until the input ends.

    Args:
        puppet: The opened source.
        requests: Lines of JSON.
        answers: Where answers go, each written at once.
    """

    def __init__(self, puppet: Puppet, requests: BinaryIO, answers: BinaryIO) -> None:
        self._puppet = puppet
        self._requests = requests
        self._answers = answers
        self._waiting: deque[PuppetRequest] = deque()
        self._refused: deque[dict[str, Any]] = deque()
        self._news = threading.Condition()
        self._ended = False

    def run(self, device: str, stop_if_cancelled: Callable[[], None]) -> None:
        """Read, work and answer; comes back when the input has ended and all is answered, or when nobody listens.

        Args:
            device: Where the networks run.
            stop_if_cancelled: Raises where the user wants to stop.
        """
        try:
            self._run(device, stop_if_cancelled)
        except BrokenPipeError:
            self._waiting.clear()

    def _run(self, device: str, stop_if_cancelled: Callable[[], None]) -> None:
        self._answer((map_message(self._puppet), b""))
        threading.Thread(target=self._read, name="requests", daemon=True).start()
        with frame_workers(device) as workers, ThreadPoolExecutor(workers, "work") as pool:
            working: deque[Future[_Answer]] = deque()
            while True:
                with self._news:
                    self._news.wait_for(lambda: self._has_news(working, workers), CANCEL_CHECK_SECONDS)
                    stop_if_cancelled()
                    refused, taken, skipped = self._take(workers - len(working))
                    ended = self._ended and not self._waiting
                for message in (*refused, *({"event": "skipped", "id": request.id} for request in skipped)):
                    self._answer((message, b""))
                for request in taken:
                    working.append(pool.submit(self._work, request))
                    working[-1].add_done_callback(lambda _: self._wake())
                while working and working[0].done():
                    self._answer(working.popleft().result())
                if ended and not working:
                    return

    def _has_news(self, working: deque[Future[_Answer]], workers: int) -> bool:
        free = len(working) < workers
        done = bool(working) and working[0].done()
        return bool(self._refused) or done or (free and bool(self._waiting)) or (self._ended and not working)

    def _take(self, free: int) -> tuple[list[dict[str, Any]], list[PuppetRequest], list[PuppetRequest]]:
        """What is refused, what is worked on now and what is skipped, of what waits."""
        refused = list(self._refused)
        self._refused.clear()
        taken: list[PuppetRequest] = []
        skipped: list[PuppetRequest] = []
        while free > len(taken) and self._waiting:
            request = self._waiting.popleft()
            is_stale = request.pose is not None and not request.keep and any(one.pose for one in self._waiting)
            (skipped if is_stale else taken).append(request)
        return refused, taken, skipped

    def _read(self) -> None:
        """The reading thread: requests into the queue until the input ends."""
        while True:
            line = self._requests.readline(LARGEST_LINE + 1)
            try:
                request = parse_request(line.decode("utf-8", "replace")) if line.strip() else None
            except JobError as problem:
                self._refused.append({"event": "refused", "id": _id_of(line), "message": problem.message})
                request = None
            if request is not None and not request.quit:
                self._waiting.append(request)
            if not line or (request is not None and request.quit):
                self._ended = True
            self._wake()
            if self._ended:
                return

    def _wake(self) -> None:
        with self._news:
            self._news.notify_all()

    def _work(self, request: PuppetRequest) -> _Answer:
        try:
            if request.pose is not None:
                return self._posed(request)
            return self._view(request)
        except FsganError as problem:
            return {"event": "refused", "id": request.id, "message": problem.message}, b""

    def _posed(self, request: PuppetRequest) -> _Answer:
        pose = np.array(request.pose, np.float32)
        about = query_entry(self._puppet.source, pose, self._puppet.max_views)
        return _picture_answer(request, self._puppet.picture(pose, request.expression), about)

    def _view(self, request: PuppetRequest) -> _Answer:
        views = self._puppet.source.views
        assert request.view is not None
        if request.view >= len(views):
            raise JobError(f"there is no view {request.view}; they are 0 to {len(views) - 1}.")
        view = views[request.view]
        return _picture_answer(request, view.picture, {"view": request.view, "pose": view.pose.tolist()})

    def _answer(self, answer: _Answer) -> None:
        message, picture = answer
        self._answers.write(json.dumps(message).encode() + b"\n" + picture)
        self._answers.flush()


def map_message(puppet: Puppet) -> dict[str, Any]:
    """The appearance map as a viewer draws it."""
    mesh, views = puppet.source.mesh, puppet.source.views
    return {
        "event": "map",
        "views": [
            {"pose": [float(angle) for angle in view.pose], "frame": int(view.frame), "origin": view.origin}
            for view in views
        ],
        "points": np.asarray(mesh.points, float).tolist(),
        "owners": mesh.owners.tolist(),
        "triangles": mesh.triangles.tolist(),
        "boundary_deg": BOUNDARY_DEG,
    }


def _picture_answer(request: PuppetRequest, picture: np.ndarray, about: dict[str, Any]) -> _Answer:
    shown = display_bytes(picture)
    size = {"width": shown.shape[1], "height": shown.shape[0], "bytes": shown.size}
    return {"event": "picture", "id": request.id, **size, **about}, shown.tobytes()


def _id_of(line: bytes) -> int:
    """The id of a request that is refused, 0 where it has none that can be read."""
    try:
        number = json.loads(line).get("id", 0)
    except (ValueError, AttributeError, RecursionError):
        return 0
    return number if isinstance(number, int) else 0
