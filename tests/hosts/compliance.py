"""What every host adapter must pass, and what a host's own folder has to give for that.

A folder `tests/hosts/HOST/` takes part with a file `compliance_driver.py` that holds a class `Driver(HostDriver)`. The
suite itself is test_compliance.py.
"""

from __future__ import annotations

import importlib.util
import sys
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

HOSTS = Path(__file__).parent

FORM: dict[str, Any] = {
    "frames": "1001-1003", "face": "2", "layers": "fsgan_matte,fsgan_blend", "max_views": 2, "matte_soft_px": 4.5,
    "on_missing_face": "error", "one_file_per_layer": True, "min_face_px": 64, "smooth": False,
    "matte_offset_frames": 2, "holdout_matte_invert": True,
}  # fmt: skip
"""The form that every host fills for the golden job; what is not named has its default. Names of `host/job_form.py`."""


@dataclass(frozen=True)
class Bench:
    """What a driver is given.

    Attributes:
        folder: Where the shot lies; has a space in its name. The plate is `plate.%04d.exr`, the source `actor.mov`.
        repository: The checkout.
        engine: A toy engine (tests/hosts/toy_engine.py); FSGAN_ENGINE names it already.
        monkeypatch: Undone after the test.
    """

    folder: Path
    repository: Path
    engine: str
    monkeypatch: pytest.MonkeyPatch

    @property
    def plate(self) -> str:
        return f"{self.folder}/plate.%04d.exr"

    @property
    def source(self) -> str:
        return f"{self.folder}/actor.mov"

    @property
    def out(self) -> str:
        return f"{self.folder}/result/swap.%04d.exr"


class HostDriver(ABC):
    """One host, driven as its artist drives it. A driver shows its form with plate, source and output filled."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench

    @abstractmethod
    def fill(self, values: dict[str, Any]) -> None:
        """Set controls of the form by the names of `host/job_form.py`."""

    @abstractmethod
    def use_engine(self, program: str) -> None:
        """Name the engine's program, as the artist can."""

    @abstractmethod
    def job(self) -> dict[str, Any]:
        """The job file that the host writes for the form, as JSON."""

    @abstractmethod
    def render(self) -> str:
        """Press the render button, wait for the end, and give back the last thing the artist was told."""

    @abstractmethod
    def start(self) -> None:
        """Press the render button, and come back while the engine works."""

    @abstractmethod
    def cancel(self) -> str:
        """Press the cancel button, wait for the end, and give back the last thing the artist was told."""

    def close(self) -> None:  # noqa: B027 - most hosts have nothing to undo
        """Undo what the driver did to this process."""


def find_drivers() -> dict[str, type[HostDriver]]:
    """Host to driver, of all folders that have one."""
    found = {}
    for path in sorted(HOSTS.glob("*/compliance_driver.py")):
        found[path.parent.name] = load(path).Driver
    return found


def load(path: Path) -> ModuleType:
    """A module of the tests, under a name of its own."""
    name = f"compliance_{path.parent.name}"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module
