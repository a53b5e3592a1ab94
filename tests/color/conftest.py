"""A studio's OCIO configuration for the tests of colour: few spaces, none with a well-known name."""

from __future__ import annotations

from pathlib import Path

import pytest

_CONFIG = """ocio_profile_version: 2
search_path: ""
strictparsing: true
roles:
  aces_interchange: show linear
  default: show linear
  scene_linear: show linear
file_rules:
  - !<Rule> {name: Default, colorspace: default}
displays:
  monitor:
    - !<View> {name: view, colorspace: show log}
colorspaces:
  - !<ColorSpace>
    name: show linear
    encoding: scene-linear
  - !<ColorSpace>
    name: show log
    encoding: log
    to_scene_reference: !<LogTransform> {base: 2, direction: inverse}
  - !<ColorSpace>
    name: data
    isdata: true
"""


@pytest.fixture
def minimal_config(tmp_path: Path) -> Path:
    """An OCIO file whose linear space is ACES2065-1, known only by its role."""
    path = tmp_path / "show.ocio"
    path.write_text(_CONFIG)
    return path
