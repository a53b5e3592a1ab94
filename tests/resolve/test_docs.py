"""The pages of the hosts say what the settings say."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="module")
def control_tables(repository: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("control_tables", repository / "docs" / "control_tables.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(("page", "prefix"), [("resolve.md", "FS_"), ("blender.md", "")])
def test_tables_of_controls_are_up_to_date(
    control_tables: ModuleType, repository: Path, page: str, prefix: str
) -> None:
    text = (repository / "docs" / page).read_text(encoding="utf-8")
    assert control_tables.with_tables(text, prefix) == text, "run python docs/control_tables.py"
    assert f"`{prefix}matte_soft_px` | 10.0 | 0 to 64 px" in text
    assert f"`{prefix}expression_strength` | 1.0 | 0 to 2" in text


@pytest.mark.parametrize("page", ["resolve.md", "blender.md"])
def test_pictures_of_the_pages_are_there(repository: Path, page: str) -> None:
    text = (repository / "docs" / page).read_text(encoding="utf-8")
    names = [part.split(")")[0] for part in text.split("](")[1:] if part.startswith("pictures/")]
    assert names
    assert all((repository / "docs" / name).is_file() for name in names)
