"""The shipped gizmos run in real Tcl, say what the settings say, and hold together; broken ones are noticed."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from gizmo_check import check_script
from gizmo_tcl import TclNode, read_script

from fsgan_core.host.job_form import SETTING, form_fields
from fsgan_core.media.layer_names import LAYER_CHANNELS
from fsgan_nuke.gizmos import gizmo_files
from fsgan_nuke.node_kinds import LAYERS, NODE_KINDS, NodeKind

NUKE_CHANNEL = {"R": "red", "G": "green", "B": "blue", "A": "alpha"}
RENDERING = [kind for kind in NODE_KINDS if kind.kind]


def node_of(gizmos: Path, kind: NodeKind) -> TclNode:
    return read_script((gizmos / f"{kind.node_class}.gizmo").read_text(encoding="utf-8")).nodes[0]


def test_committed_gizmos_are_those_of_the_generator(gizmos: Path) -> None:
    made = gizmo_files()
    assert {path.name for path in gizmos.glob("*.gizmo")} == set(made)
    for name, text in made.items():
        assert (gizmos / name).read_text(encoding="utf-8") == text, f"run python -m fsgan_nuke.gizmos: {name}"


@pytest.mark.parametrize("kind", NODE_KINDS, ids=lambda kind: kind.node_class)
def test_gizmo_is_sound(gizmos: Path, kind: NodeKind) -> None:
    text = (gizmos / f"{kind.node_class}.gizmo").read_text(encoding="utf-8")
    assert check_script(text) == []
    node = node_of(gizmos, kind)
    assert [child.name for child in node.children if child.cls == "Input"] == [item.name for item in kind.inputs]
    assert int(node.knobs["inputs"]) == len(kind.inputs)


@pytest.mark.parametrize("kind", RENDERING, ids=lambda kind: kind.node_class)
def test_knobs_are_the_settings(gizmos: Path, kind: NodeKind) -> None:
    """Names, defaults, limits, choices and help of every setting, read off the text that Nuke reads."""
    node = node_of(gizmos, kind)
    for field in form_fields(kind.kind):
        if field.kind != SETTING:
            continue
        info, words = field.info, node.user[field.name]
        options = dict(zip(words[2:], words[3:], strict=False))
        assert options["t"] == info.help
        assert info.label in options["l"]
        assert (not info.unit) or f"({info.unit})" in options["l"]
        value = node.knobs[field.name]
        if info.type is bool:
            assert (words[0], value) == ("6", "true" if info.default else "false")
        elif info.choices:
            assert (words[0], value, tuple(options["M"].split())) == ("4", info.default, info.choices)
        elif info.type is str:
            assert words[0] in ("1", "2")
            assert value == info.default
        else:
            assert words[0] == ("3" if info.type is int else "7")
            assert info.type(value) == info.default
            low, high = (float(words[words.index("R") + offset]) for offset in (1, 2))
            assert info.minimum is None or low == info.minimum
            assert info.maximum is None or high == info.maximum


def test_layers_are_those_of_the_engine_as_nuke_names_them() -> None:
    made = {layer: tuple(NUKE_CHANNEL.get(name, name) for name in names) for layer, names in LAYER_CHANNELS.items()}
    assert dict(LAYERS.values()) == made


def test_files_of_the_job_lie_in_file_knobs_so_that_farms_collect_them(gizmos: Path) -> None:
    node = node_of(gizmos, NODE_KINDS[0])
    for name in ("out", "plate", "source", "artist_matte", "holdout_matte", "plate_analysis", "corrections"):
        assert node.user[name][0] == "2", name


def test_writes_inside_are_disabled_so_that_a_render_of_the_script_passes_them_over(gizmos: Path) -> None:
    for kind in NODE_KINDS:
        writes = [child for child in node_of(gizmos, kind).children if child.cls == "Write"]
        assert len(writes) == (len(kind.inputs) if kind.kind else 0)
        assert all(write.knobs["disable"] == "true" for write in writes)


def test_version_of_the_engine_is_asked_with_the_shape_of_the_version(gizmos: Path) -> None:
    from fsgan_core import __version__

    for kind in NODE_KINDS:
        assert node_of(gizmos, kind).knobs["fsgan_version"] == __version__


BREAKS: dict[str, tuple[str, str, str]] = {
    "unclosed brace": (" xpos -200\n  ypos 500\n }", " xpos -200\n  ypos 500\n", "Tcl"),
    "missing end_group": ("end_group\n", "", "without end_group"),
    "undefined node": ("push $N5f5a0000", "push $N5f5a9999", "no such variable"),
    "knob without a value": ("  name Output1\n", "  name\n", "without a value"),
    "unknown knob type": ("addUserKnob {7 step_deg", "addUserKnob {71 step_deg", "knob type 71"),
    "menu without items": (' M {auto cuda cpu}', "", "no items"),
    "default that is no item": ("device auto", "device tpu", "no item"),
    "link to nowhere": ("T Result.file", "T Resalt.file", "Resalt"),
    "link to a knob that is not there": ("T Result.file", "T Result.fyle", "fyle"),
    "parent knob that is not there": ("parent.show", "parent.shaw", "parent.shaw"),
    "input that is not there": ("[exists parent.input2\\]", "[exists parent.input9\\]", "input9"),
    "button that is no Python": ("fsgan_nuke.buttons.press('render'", "fsgan_nuke.buttons.press 'render'", "Python"),
    "button that does nothing": ("press('render'", "press('rander'", "rander"),
    "misspelt node class": (" Switch {", " Swich {", "Swich"),
    "misspelt knob of a class": ("  on_error error", "  on_eror error", "on_eror"),
    "two knobs of one name": ("addUserKnob {1 face l", "addUserKnob {1 frames l", "one name"),
    "knob named like Nuke's own": ("addUserKnob {1 face l", "addUserKnob {1 label l", "Nuke's own"),
    "channel of no layer": ("from0 fsgan_matte.alpha", "from0 fsgan_matt.alpha", "fsgan_matt.alpha"),
    "no output": (" Output {", " NoOp {", "Output"),
}


@pytest.mark.parametrize("broken", BREAKS)
def test_broken_gizmo_is_noticed(gizmos: Path, broken: str) -> None:
    old, new, said = BREAKS[broken]
    name = "FSGAN_Recombine" if "input2" in old else "FSGAN_Swap"
    text = (gizmos / f"{name}.gizmo").read_text(encoding="utf-8")
    assert old in text
    problems = check_script(text.replace(old, new))
    assert any(said in problem for problem in problems), problems


def test_tclsh_reads_the_same_as_tkinter(gizmos: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import shutil

    import gizmo_tcl

    pytest.importorskip("tkinter")
    if shutil.which("tclsh") is None:
        pytest.skip("tkinter is the only Tcl here; nothing to compare")
    text = (gizmos / "FSGAN_Swap.gizmo").read_text(encoding="utf-8")
    expected = read_script(text)
    monkeypatch.setattr(gizmo_tcl, "_tcl", lambda program, **variables: gizmo_tcl._tclsh(program, variables))
    assert as_json(read_script(text).nodes[0]) == as_json(expected.nodes[0])


def as_json(node: TclNode) -> Any:
    return json.dumps([node.cls, node.knobs, node.user, [as_json(child) for child in node.children]])


def test_no_gizmo_reads_a_percent_sign_for_a_number(gizmos: Path) -> None:
    """In a file knob a %03d of a Tcl format would be taken for the frame."""
    for kind in RENDERING:
        assert re.findall(r"%\d*d", node_of(gizmos, kind).knobs["out"]) == (["%04d"] if kind.makes_pictures else [])
