"""Node text read by a real Tcl interpreter, as Nuke reads it: every node class is a command, everything else is Tcl.

Tcl comes from Python's tkinter (no window is opened) or from tclsh; what it reads runs in a safe interpreter with no
commands but those of a .nk file.
"""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass, field
from typing import Any

_DRIVER = r"""
proc hex {text} { string cat x [binary encode hex [encoding convertto utf-8 $text]] }
proc emit {args} { lappend ::report [join $args " "] }
set report {}
set stacks {{}}
set names {}
set depth 0
proc top {} { lindex $::stacks end }
proc put {value} { lset ::stacks end [linsert [top] end $value] }
proc take {} {
    set value [lindex [top] end]
    lset ::stacks end [lrange [top] 0 end-1]
    return $value
}
proc push_it {value} { put $value; return "" }
proc stack_it {index} { if {$index < [llength [top]]} { lindex [top] end-$index } else { return 0 } }
proc end_it {} {
    if {$::depth == 0} { emit error [hex "end_group without a group"]; return }
    incr ::depth -1
    set ::stacks [lrange $::stacks 0 end-1]
    put [lindex $::names end]
    set ::names [lrange $::names 0 end-1]
    emit end
}
proc note_it {args} { return "" }
proc node_it {class args} {
    if {![regexp {^[A-Za-z_][A-Za-z0-9_.]*$} $class]} { emit error [hex "no node class: $class"]; return }
    if {[llength $args] != 1} { emit error [hex "$class takes one list, not [llength $args] words"]; return }
    set knobs [lindex $args 0]
    if {[catch {llength $knobs} count]} { emit error [hex "$class: $count"]; return }
    if {$count % 2} { emit error [hex "$class: a knob without a value"] }
    set wanted 1
    set name $class
    foreach {knob value} $knobs {
        if {$knob eq "inputs"} { set wanted [expr $value] }
        if {$knob eq "name"} { set name $value }
    }
    if {$class in {Root Input BackdropNode StickyNote}} { set wanted 0 }
    emit node [hex $class]
    foreach {knob value} $knobs { emit knob [hex $knob] [hex $value] }
    for {set index 0} {$index < $wanted} {incr index} { emit input [hex [take]] }
    if {$class in {Group Gizmo LiveGroup}} {
        incr ::depth
        lappend ::names $name
        lappend ::stacks {}
        emit begin
    } elseif {$class ne "Root"} { put $name }
    return ""
}
interp create -safe nk
foreach {word target} {
    unknown node_it version note_it push push_it stack stack_it end_group end_it add_layer note_it
    define_window_layout_xml note_it
} { interp alias nk $word {} $target }
interp eval nk { set cut_paste_input 0 }
foreach word [interp eval nk {info commands}] {
    if {$word ni {set list lindex unknown version push stack end_group add_layer define_window_layout_xml}} {
        interp hide nk $word
    }
}
proc read_script {text} {
    if {[catch {interp eval nk $text} problem]} { emit error [hex $problem] }
    if {$::depth} { emit error [hex "missing end_group"] }
}
proc read_list {text} {
    if {[catch {foreach word $text { emit word [hex $word] }} problem]} { emit error [hex $problem] }
}
"""


@dataclass
class NukeNode:
    """One node: its class, its knobs in order, the names of its inputs ("0" or "" for none), what is inside it."""

    class_name: str
    knobs: list[tuple[str, str]] = field(default_factory=list)
    inputs: list[str] = field(default_factory=list)
    children: list[NukeNode] = field(default_factory=list)

    def __getitem__(self, knob: str) -> str:
        """The value of a knob; the last one where it stands twice."""
        return dict(self.knobs)[knob]


class TclProblemError(Exception):
    """What Tcl, or Nuke's rules for nodes, say against a text."""


def is_available() -> bool:
    """Whether this machine has a Tcl at all."""
    return _tkinter() is not None or shutil.which("tclsh") is not None


def read_nodes(text: str) -> list[NukeNode]:
    """The nodes of a .nk file or a gizmo.

    Raises:
        TclProblemError: Everything that is wrong with it.
    """
    root = NukeNode("Root")
    open_nodes, problems = [root], []
    for word, *values in _report("read_script", text):
        node = open_nodes[-1].children[-1] if open_nodes[-1].children else root
        if word == "node":
            open_nodes[-1].children.append(NukeNode(values[0]))
        elif word == "knob":
            node.knobs.append((values[0], values[1]))
        elif word == "input":
            node.inputs.append(values[0])
        elif word == "begin":
            open_nodes.append(node)
        elif word == "end":
            open_nodes.pop()
        else:
            problems.append(values[0])
    if problems:
        raise TclProblemError("; ".join(problems))
    return root.children


def read_words(text: str) -> list[str]:
    """The elements of a Tcl list.

    Raises:
        TclProblemError: It is no list.
    """
    report = _report("read_list", text)
    for word, *values in report:
        if word == "error":
            raise TclProblemError(values[0])
    return [values[0] for _, *values in report]


def _report(command: str, text: str) -> list[list[str]]:
    """What the driver says of a text: lines of a word and decoded values."""
    line = f"{command} [encoding convertfrom utf-8 [binary decode hex {text.encode().hex() or '{}'}]]"
    script = f"{_DRIVER}\n{line}\n"
    tkinter = _tkinter()
    if tkinter is not None:
        tcl = tkinter.Tcl()
        tcl.eval(script)
        said = tcl.eval('join $report "\\n"')
    else:
        program = shutil.which("tclsh")
        assert program is not None, "there is no Tcl on this machine"
        script += 'puts [join $report "\\n"]\n'
        said = subprocess.run([program], input=script, capture_output=True, text=True, check=True, timeout=60).stdout
    lines = [row.split() for row in str(said).splitlines() if row.strip()]
    return [[row[0], *(bytes.fromhex(value[1:]).decode() for value in row[1:])] for row in lines]


def _tkinter() -> Any:
    try:
        import tkinter
    except ImportError:
        return None
    return tkinter
