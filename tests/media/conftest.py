"""Lends every test of the media layer the files to read (media_files.py)."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="session")
def media_files() -> ModuleType:
    """Builders of pictures and movies."""
    spec = importlib.util.spec_from_file_location("media_files", Path(__file__).with_name("media_files.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
