"""Which program is the engine, and whether it is new enough for the adapter that asks."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from typing import Dict, List, Mapping, Optional, Tuple

from fsgan_core.errors import EngineError
from fsgan_core.host.engine_environment import engine_environment

ENGINE_VARIABLE = "FSGAN_ENGINE"
"""Names the engine's program, its environment or its checkout; the installers set it."""

OLDEST_ENGINE = (0, 2)
"""The first version that knows `--run-folder`; older ones cannot be followed by a host."""

HOW_TO_INSTALL = (
    "Install it with: python3 install/bootstrap.py install (Python 3.11 or newer), then set the environment variable "
    f"{ENGINE_VARIABLE}, or the node's Engine knob, to the program fsgan that it names."
)
_VERSION_TIMEOUT_S = 120.0
_known_versions: Dict[Tuple[str, int], Tuple[int, ...]] = {}


@dataclass(frozen=True)
class Engine:
    """The program to start.

    Args:
        program: Path of the executable `fsgan`.
        version: Such as (0, 2, 0).
    """

    program: str
    version: Tuple[int, ...]

    @property
    def version_text(self) -> str:
        """Such as `0.2.0`."""
        return ".".join(str(part) for part in self.version)


def find_engine(asked: str = "", environ: Optional[Mapping[str, str]] = None) -> Engine:
    """The engine of this machine, checked to be new enough.

    Looked for, in this order: what the artist asked for; `$FSGAN_ENGINE`; the environment `.venv` of the checkout that
    holds this package; the PATH. The first time a program is met it is started once to ask for its version (a fraction
    of a second, more on a slow disk), so call this from a worker thread where the user interface must not wait.

    Args:
        asked: A program, the folder of an environment, or a checkout; "" leaves the choice to this function.
        environ: The host's environment variables; None means those of this process.

    Raises:
        EngineError: There is none, it does not start, or it is too old; the message says how to install it.
    """
    program = locate_engine(asked, environ)
    version = _version_of(program)
    if version < OLDEST_ENGINE:
        found, needed = (".".join(str(part) for part in numbers) for numbers in (version, OLDEST_ENGINE))
        raise EngineError(
            f"The engine {program} is version {found}, and this node needs {needed} or newer. Update it: git pull, "
            "then python3 install/bootstrap.py install."
        )
    return Engine(program, version)


def locate_engine(asked: str = "", environ: Optional[Mapping[str, str]] = None) -> str:
    """Where the engine's program lies, without starting it.

    Raises:
        EngineError: It is nowhere, or not where the artist or `$FSGAN_ENGINE` says.
    """
    variables = os.environ if environ is None else environ
    for origin, place in (("The engine", asked.strip()), (f"${ENGINE_VARIABLE}", variables.get(ENGINE_VARIABLE, ""))):
        if place:
            found = _program_in(place, variables)
            if found is None:
                raise EngineError(f"{origin} is set to {place}, and there is no program fsgan. {HOW_TO_INSTALL}")
            return found
    found = _program_in(_checkout(), variables) or shutil.which("fsgan", path=variables.get("PATH"))
    if found is None:
        raise EngineError(f"The FSGAN engine is not installed on this machine. {HOW_TO_INSTALL}")
    return found


def _program_in(place: str, variables: Mapping[str, str]) -> Optional[str]:
    """The program that `place` means: itself, or the one of an environment or checkout, or a name on the PATH."""
    place = os.path.expanduser(place)
    for path in _candidates(place):
        if os.path.isfile(path) and os.access(path, os.X_OK):
            return os.path.abspath(path)
    if os.path.basename(place) == place:
        return shutil.which(place, path=variables.get("PATH"))
    return None


def _candidates(place: str) -> List[str]:
    tail = ("Scripts", "fsgan.exe") if os.name == "nt" else ("bin", "fsgan")
    return [place, os.path.join(place, *tail), os.path.join(place, ".venv", *tail)]


def _checkout() -> str:
    """The folder that holds the package fsgan_core."""
    return os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def _version_of(program: str) -> Tuple[int, ...]:
    """What `fsgan --version` says; asked once per file.

    Raises:
        EngineError: It does not start, or says no version.
    """
    key = (program, os.stat(program).st_mtime_ns)
    if key not in _known_versions:
        try:
            done = subprocess.run(
                [program, "--version"],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env=engine_environment(),
                timeout=_VERSION_TIMEOUT_S,
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as problem:
            raise EngineError(f"The engine {program} does not start ({problem}). {HOW_TO_INSTALL}") from problem
        said = done.stdout.decode("utf-8", "replace").strip()
        match = re.search(r"^(\d+(?:\.\d+)+)", said, re.MULTILINE)
        if done.returncode != 0 or match is None:
            last = said.splitlines()[-1] if said else f"exit code {done.returncode}"
            raise EngineError(f"The engine {program} does not start ({last}). {HOW_TO_INSTALL}")
        _known_versions[key] = tuple(int(part) for part in match.group(1).split("."))
    return _known_versions[key]
