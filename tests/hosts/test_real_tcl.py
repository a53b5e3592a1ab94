"""The reader of node text reads what Nuke reads, and refuses what Nuke refuses, with either Tcl."""

from __future__ import annotations

import shutil
from typing import Any

import pytest

GOOD = """set cut_paste_input [stack 0]
version 16.0 v1
push $cut_paste_input
Group {
 name G
 addUserKnob {20 User l "A tab"}
}
 Input {
  inputs 0
  name Input1
 }
 Grade {
  white {{curve x1001 1 2} 1 1 1}
  label "say \\[value white] \\"now\\""
  name Grade1
 }
 Output {
  name Output1
 }
end_group
set N1 [stack 0]
Read {
 inputs 0
 name R
}
push $N1
Merge2 {
 inputs 2
 name M
}
"""


@pytest.fixture(params=["tkinter", "tclsh"])
def tcl(real_tcl: Any, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Any:
    if request.param == "tclsh":
        if not shutil.which("tclsh"):
            pytest.skip("no tclsh")
        monkeypatch.setattr(real_tcl, "_tkinter", lambda: None)
    elif real_tcl._tkinter() is None:
        pytest.skip("no tkinter")
    return real_tcl


def test_nodes_knobs_and_wires(tcl: Any) -> None:
    group, read, merge = tcl.read_nodes(GOOD)
    assert (group.class_name, group["name"], group.inputs) == ("Group", "G", ["0"])
    assert [child["name"] for child in group.children] == ["Input1", "Grade1", "Output1"]
    assert group.children[1]["label"] == 'say [value white] "now"'
    assert group.children[1].inputs == ["Input1"]
    assert read.inputs == []
    assert merge.inputs == ["G", "R"]
    assert tcl.read_words('a "b c" {d {e f}} \u00df') == ["a", "b c", "d {e f}", "\u00df"]
    assert tcl.read_words("") == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Grade {\n name A\n", "brace"),
        ("Grade {\n name A\n white\n}\n", "without a value"),
        ("push $N7\n", "no such variable"),
        ("Group {\n name G\n}\n", "missing end_group"),
        ("end_group\n", "end_group without"),
        ("Grade a b\n", "takes one list"),
        ("exec rm\n", "no node class|takes one list|knob without"),
        ("Grade {\n name [file delete x]\n label {\n}\n", "brace"),
        ('Grade {\n label "a [exit]"\n name {a}b\n}\n', "braces|list"),
    ],
)
def test_what_nuke_refuses_is_refused(tcl: Any, text: str, words: str) -> None:
    with pytest.raises(tcl.TclProblemError, match=words):
        tcl.read_nodes(text)
