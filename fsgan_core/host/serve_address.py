"""Where `fsgan serve` listens, and the secret that proves a caller to be the same user."""

from __future__ import annotations

import json
import os
import socket
import stat
import tempfile
from dataclasses import asdict, dataclass
from typing import Dict, Mapping, Optional, Tuple, Union

from fsgan_core.errors import EngineError
from fsgan_core.host.run_lock import RunLock

FOLDER_VARIABLE = "FSGAN_SERVE_DIR"
"""Replaces the folder of the server's address, for several servers of one user."""

COUNTED_VARIABLES = ("OCIO", "FSGAN_PATH_MAP", "CUDA_VISIBLE_DEVICES")
"""What a result depends on: a server that has others does not serve the caller."""

LARGEST_MESSAGE = 1 << 16
_TIMEOUT_S = 5.0


@dataclass(frozen=True)
class ServeAddress:
    """A running server.

    Args:
        place: Path of a socket file, or a port of the loopback interface.
        token: The secret.
        pid: Of the server.
        version: Of the engine.
        variables: Its values of COUNTED_VARIABLES.
    """

    place: Union[str, int]
    token: str
    pid: int
    version: str
    variables: Dict[str, str]

    def ask(self, do: str, **content: str) -> Dict[str, object]:
        """What the server answers to one request.

        Args:
            do: `ping`, `run` or `stop`.
            content: What the request needs besides.

        Raises:
            EngineError: It does not answer, or refuses.
        """
        request = json.dumps({"token": self.token, "do": do, **content}) + "\n"
        try:
            with self._connect() as link:
                link.sendall(request.encode("utf-8"))
                answer = json.loads(receive_line(link))
        except (OSError, ValueError) as problem:
            raise EngineError(f"fsgan serve (process {self.pid}) does not answer: {problem}.") from problem
        if not isinstance(answer, dict) or not answer.get("ok"):
            said = answer.get("message", "") if isinstance(answer, dict) else answer
            raise EngineError(f"fsgan serve (process {self.pid}) refused: {said}")
        return answer

    def _connect(self) -> socket.socket:
        if isinstance(self.place, int):
            return socket.create_connection(("127.0.0.1", self.place), timeout=_TIMEOUT_S)
        link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        link.settimeout(_TIMEOUT_S)
        link.connect(self.place)
        return link


def serve_folder(environ: Optional[Mapping[str, str]] = None) -> str:
    """This user's folder for the server's socket, address and lock; made, and closed to other users.

    Raises:
        EngineError: It belongs to somebody else, or cannot be made.
    """
    variables = os.environ if environ is None else environ
    folder = variables.get(FOLDER_VARIABLE) or _usual_folder(variables)
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        state = os.lstat(folder)
    except OSError as problem:
        raise EngineError(f"The folder {folder} of fsgan serve cannot be made: {problem.strerror}.") from problem
    if os.name != "nt" and (state.st_uid != os.getuid() or stat.S_IMODE(state.st_mode) & 0o077):
        raise EngineError(
            f"The folder {folder} of fsgan serve is open to other users. Remove it, or set {FOLDER_VARIABLE}."
        )
    return folder


def serve_files(folder: str) -> Tuple[str, RunLock]:
    """The address file of a server folder, and the lock that the running server holds."""
    return os.path.join(folder, "serve.json"), RunLock(os.path.join(folder, "serve.lock"))


def write_address(folder: str, address: ServeAddress) -> None:
    """Make the server's address known to this user alone."""
    path, _ = serve_files(folder)
    handle = os.open(f"{path}.new", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        json.dump(asdict(address), stream)
    os.replace(f"{path}.new", path)


def find_server(folder: str) -> Optional[ServeAddress]:
    """The running server of a folder; None where there is none."""
    path, lock = serve_files(folder)
    if not lock.is_held():
        return None
    try:
        with open(path, encoding="utf-8") as stream:
            return ServeAddress(**json.load(stream))
    except (OSError, ValueError, TypeError):
        return None


def counted_variables(environ: Mapping[str, str]) -> Dict[str, str]:
    """The variables that a result depends on, as this process has them."""
    return {name: environ.get(name, "") for name in COUNTED_VARIABLES}


def receive_line(link: socket.socket) -> str:
    """One line of JSON, without its end.

    Raises:
        ValueError: It is too long, or the other side went away.
    """
    raw = b""
    while not raw.endswith(b"\n"):
        part = link.recv(4096)
        raw += part
        if not part or len(raw) > LARGEST_MESSAGE:
            raise ValueError("the message is cut off" if not part else "the message is too long")
    return raw.decode("utf-8")


def _usual_folder(variables: Mapping[str, str]) -> str:
    """Short, because a socket's path may have about 100 characters."""
    if os.name == "nt":
        return os.path.join(variables.get("LOCALAPPDATA") or tempfile.gettempdir(), "fsgan")
    base = variables.get("XDG_RUNTIME_DIR")
    return os.path.join(base, "fsgan") if base else os.path.join(tempfile.gettempdir(), f"fsgan-{os.getuid()}")
