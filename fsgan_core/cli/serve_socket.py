"""The ear of `fsgan serve`: a socket file (on Windows a loopback port), one line of JSON each way, a secret token."""

from __future__ import annotations

import hmac
import json
import os
import secrets
import socket
import threading
from collections import deque
from contextlib import suppress
from types import TracebackType
from typing import Any

import fsgan_core
from fsgan_core.host.serve_address import (
    ServeAddress,
    counted_variables,
    receive_line,
    serve_files,
    write_address,
)

_TIMEOUT_S = 5.0


class JobQueue:
    """The run folders that wait, and the one being worked on."""

    def __init__(self) -> None:
        self._waiting: deque[str] = deque()
        self._running = ""
        self._stopped = False
        self._changed = threading.Condition()

    def add(self, run_folder: str) -> str:
        """Put a job at the end of the queue; what is wrong with that, or ""."""
        with self._changed:
            if self._stopped:
                return "it is about to end. Render again."
            outputs = {os.path.dirname(path) for path in (*self._waiting, self._running) if path}
            if os.path.dirname(run_folder) in outputs:
                return f"{os.path.dirname(run_folder)} is being rendered already. Wait for it, or cancel it."
            self._waiting.append(run_folder)
            self._changed.notify_all()
            return ""

    def stop(self) -> None:
        """End once the jobs that are in the queue are done."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    def next(self, idle_s: float) -> str | None:
        """The next run folder, waited for; None where it is time to end.

        Args:
            idle_s: How long to wait; 0 means for ever.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._stopped, timeout=idle_s or None)
            if not self._waiting:
                self._stopped = True
                return None
            self._running = self._waiting.popleft()
            return self._running

    def done(self) -> None:
        """The job that `next` gave is over."""
        with self._changed:
            self._running = ""


class ServeSocket:
    """Listens while the block is open, and tells this user's hosts where.

    Args:
        folder: The server's folder, closed to other users.
        jobs: Where requests to run go.
    """

    def __init__(self, folder: str, jobs: JobQueue) -> None:
        self._folder = folder
        self._jobs = jobs
        self._token = secrets.token_hex(32)
        self._socket, self._place = _listen(folder)

    def __enter__(self) -> ServeSocket:
        variables = counted_variables(os.environ)
        address = ServeAddress(self._place, self._token, os.getpid(), fsgan_core.__version__, variables)
        write_address(self._folder, address)
        threading.Thread(target=self._accept, name="fsgan serve", daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        path, _ = serve_files(self._folder)
        for name in (path, self._place):
            if isinstance(name, str) and os.path.exists(name):
                os.unlink(name)
        self._socket.close()

    def _accept(self) -> None:
        while True:
            try:
                link, _ = self._socket.accept()
            except OSError:
                return
            with link:
                self._answer(link)

    def _answer(self, link: socket.socket) -> None:
        link.settimeout(_TIMEOUT_S)
        try:
            answer = self._reply(json.loads(receive_line(link)))
        except (OSError, ValueError):
            answer = {"ok": False, "message": "the request is not one line of JSON"}
        with suppress(OSError):
            link.sendall((json.dumps(answer) + "\n").encode("utf-8"))
        if answer.get("ends"):
            self._jobs.stop()  # not before: the process could be gone before its answer is

    def _reply(self, request: Any) -> dict[str, object]:
        token = request.get("token") if isinstance(request, dict) else None
        if not isinstance(token, str) or not hmac.compare_digest(token.encode(), self._token.encode()):
            return {"ok": False, "message": "the token is wrong"}
        do, run_folder = request.get("do"), request.get("run_folder")
        if do == "ping":
            return {"ok": True}
        if do == "stop":
            return {"ok": True, "ends": True}
        if do == "run" and isinstance(run_folder, str) and os.path.isdir(run_folder):
            wrong = self._jobs.add(os.path.abspath(run_folder))
            return {"ok": not wrong, "message": wrong}
        return {"ok": False, "message": "it can ping, stop, and run a run_folder that exists"}


def _listen(folder: str) -> tuple[socket.socket, str | int]:
    """A listening socket that only this machine reaches, and how to reach it."""
    if not hasattr(socket, "AF_UNIX") or os.name == "nt":
        listener = socket.create_server(("127.0.0.1", 0))
        return listener, int(listener.getsockname()[1])
    path = os.path.join(folder, "serve.sock")
    if os.path.exists(path):
        os.unlink(path)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(path)
    os.chmod(path, 0o600)
    listener.listen(8)
    return listener, path
