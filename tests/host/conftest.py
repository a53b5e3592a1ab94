"""A toy engine, and a job for it."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest

from fsgan_core.host.find_engine import Engine, find_engine
from fsgan_core.job.settings import SwapSettings
from fsgan_core.job.spec import Pictures, SwapJob


@pytest.fixture
def engine(tmp_path: Path, toy_engine: ModuleType) -> Engine:
    """The toy engine, in a folder with a space."""
    return find_engine(toy_engine.make_toy_engine(tmp_path / "the engine"))


@pytest.fixture
def job(tmp_path: Path) -> SwapJob:
    """Three frames to a folder that does not exist yet."""
    out = tmp_path / "my shot" / "swap.%04d.exr"
    return SwapJob(Pictures("/p.%04d.exr"), Pictures("/s.mov"), str(out), SwapSettings(frames="1001-1003"))
