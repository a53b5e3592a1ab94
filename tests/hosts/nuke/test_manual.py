"""docs/nuke.md names every knob, with the default and the help that the knob has."""

from __future__ import annotations

import re
from pathlib import Path

from fsgan_nuke.manual import manual_text
from fsgan_nuke.node_kinds import NODE_KINDS
from fsgan_nuke.node_knobs import node_knobs


def test_tables_of_the_manual_are_those_of_the_knobs(repository: Path) -> None:
    text = (repository / "docs" / "nuke.md").read_text(encoding="utf-8")
    assert manual_text(text) == text, "run python -m fsgan_nuke.manual"


def test_every_setting_stands_in_the_manual(repository: Path) -> None:
    text = (repository / "docs" / "nuke.md").read_text(encoding="utf-8")
    for kind in NODE_KINDS:
        for knob in node_knobs(kind) if kind.kind else []:
            if knob.label and knob.tooltip and "+INVISIBLE" not in knob.flags:
                assert f"| {knob.label} |" in text, knob.name


def test_pictures_of_the_manual_exist_and_show_the_bundled_people_alone(repository: Path) -> None:
    text = (repository / "docs" / "nuke.md").read_text(encoding="utf-8")
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", text)
    assert len(pictures) == 2
    for name in pictures:
        assert (repository / "docs" / name).stat().st_size < 200_000
        assert (repository / "docs" / "draw_nuke_pictures.py").read_text().count(Path(name).name) == 1
