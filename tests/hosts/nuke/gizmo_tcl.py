"""Runs Nuke's files in a real Tcl, whose only commands are those of Nuke's file format, and gives back what they made.

Tcl is the one of Python's tkinter, else the program tclsh. A machine that has neither cannot run these tests, and they
fail there: a gizmo that was not executed was not tested.
"""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass, field
from typing import Any

NO_TCL = "No Tcl on this machine: install python3-tk or tcl."

_READER = r"""
proc hex {text} { return [binary encode hex [encoding convertto utf-8 $text]] }
proc emit {args} { lappend ::said [join [lmap word $args {hex $word}] " "] }
set ::said {}
set ::stacks {{}}
set ::open {0}
set ::count 0

proc nk_push {id} { lset ::stacks end [linsert [lindex $::stacks end] 0 $id] }
proc nk_stack {depth} {
    set id [lindex [lindex $::stacks end] $depth]
    return [expr {$id eq "" ? 0 : $id}]
}
proc nk_layer {words} { emit layer {*}$words }
proc nk_node {class words} {
    if {[llength $words] != 1} { emit problem "$class takes one block in braces, not [llength $words] words"; return }
    set body [lindex $words 0]
    if {[catch {llength $body} length]} { emit problem "$class: its knobs are no list: $length"; return }
    if {$length % 2} { emit problem "$class: a knob without a value" }
    set inputs [expr {$class in {Root Input Viewer} ? 0 : 1}]
    foreach {knob value} $body { if {$knob eq "inputs"} { set inputs [expr [string map {+ " + "} $value]] } }
    set id [incr ::count]
    set sources {}
    for {set index 0} {$index < $inputs} {incr index} {
        set stack [lindex $::stacks end]
        lappend sources [expr {[llength $stack] ? [lindex $stack 0] : 0}]
        lset ::stacks end [lrange $stack 1 end]
    }
    emit node $id $class [lindex $::open end] $sources
    foreach {knob value} $body {
        emit knob $id $knob $value
        if {$knob eq "addUserKnob"} {
            if {[catch {llength $value} length]} { emit problem "$class: addUserKnob is no list: $length" }
            if {[catch {emit user $id {*}$value} trouble]} { emit problem "$class: $trouble" }
        }
    }
    if {$class in {Group Gizmo LiveGroup}} {
        lappend ::open $id
        lappend ::stacks {}
    } elseif {$class ne "Root"} { nk_push $id }
}
proc nk_end {} {
    if {[llength $::open] < 2} { emit problem "end_group without a group"; return }
    set id [lindex $::open end]
    set ::open [lrange $::open 0 end-1]
    set ::stacks [lrange $::stacks 0 end-1]
    nk_push $id
}

interp create -safe nk
interp eval nk { proc unknown {name args} { nk_node $name $args }; proc version {args} {} }
foreach {name command} {push nk_push stack nk_stack end_group nk_end add_layer nk_layer nk_node nk_node} {
    interp alias nk $name {} $command
}
set kept {set unknown push stack end_group add_layer version nk_node}
foreach name [interp eval nk {info commands}] {
    if {$name ni $kept && $name ne "info"} { interp hide nk $name }
}
interp hide nk info
if {[catch {interp eval nk $source} trouble]} { emit problem "Tcl: $trouble" }
foreach id [lrange $::open 1 end] { emit problem "a group without end_group" }
set result [join $::said "\n"]
"""

_SUBSTITUTE = r"""
interp create -safe nk
interp eval nk [list array set known $known]
interp eval nk {proc value {name} { return $::known($name) }}
interp alias nk dirname {} file dirname
interp eval nk {proc file {what path} { if {$what ne "dirname"} { error "file $what" }; return [dirname $path] }}
set result [interp eval nk [list subst -novariables -nobackslashes $source]]
"""


class TclError(Exception):
    """Tcl refused a text."""


@dataclass
class TclNode:
    """A node as a file makes it.

    Attributes:
        cls: Its class.
        knobs: Name and value in the order of the file, `addUserKnob` left out.
        user: User knobs: name to the words of their addUserKnob.
        inputs: What is connected, in the order of the inputs; None where nothing is.
        children: Nodes of a group.
    """

    cls: str
    knobs: dict[str, str] = field(default_factory=dict)
    user: dict[str, list[str]] = field(default_factory=dict)
    inputs: list[TclNode | None] = field(default_factory=list)
    children: list[TclNode] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.knobs.get("name", self.cls)

    def child(self, name: str) -> TclNode:
        return next(child for child in self.children if child.name == name)


@dataclass
class TclScript:
    """What a file made: nodes, layers, and what Tcl or the format found wrong."""

    nodes: list[TclNode] = field(default_factory=list)
    layers: dict[str, list[str]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def read_script(text: str) -> TclScript:
    """Execute a .nk or .gizmo text."""
    script = TclScript()
    by_id: dict[str, TclNode] = {}
    sources: dict[str, list[str]] = {}
    for line in _tcl(_READER, source=text).splitlines():
        words = [bytes.fromhex(word).decode() for word in line.split(" ")]
        what, rest = words[0], words[1:]
        if what == "problem":
            script.problems.append(rest[0])
        elif what == "layer":
            script.layers[rest[0]] = rest[1:]
        elif what == "node":
            node = by_id[rest[0]] = TclNode(rest[1])
            sources[rest[0]] = rest[3].split()
            (by_id[rest[2]].children if rest[2] != "0" else script.nodes).append(node)
        elif what == "knob" and rest[1] != "addUserKnob":
            by_id[rest[0]].knobs[rest[1]] = rest[2]
        elif what == "user":
            name = rest[2] if len(rest) > 2 else ""
            if name in by_id[rest[0]].user:
                script.problems.append(f"{name}: two user knobs of one name")
            by_id[rest[0]].user[name] = rest[1:]
    for number, node in by_id.items():
        node.inputs = [by_id.get(source) for source in sources[number]]
    return script


def substitute(text: str, known: dict[str, str]) -> str:
    """What Nuke makes of a string knob's text: `[value root.name]` and `[file dirname ...]` put in.

    Args:
        text: The knob's value.
        known: What `value` gives for each name.

    Raises:
        TclError: The text is wrong, or asks for a value that is not known.
    """
    listed = [item for pair in known.items() for item in pair]
    return _tcl(_SUBSTITUTE, source=text, known=listed)


def _tcl(program: str, **variables: Any) -> str:
    """Run a program with some variables, and give back its variable `result`."""
    try:
        import tkinter
    except ImportError:
        return _tclsh(program, variables)
    tcl = tkinter.Tcl()
    try:
        for name, value in variables.items():
            tcl.call("set", name, value)
        tcl.eval(program)
        return str(tcl.eval("set result"))
    except tkinter.TclError as problem:
        raise TclError(str(problem)) from problem


def _tclsh(program: str, variables: dict[str, Any]) -> str:
    shell = shutil.which("tclsh") or shutil.which("tclsh8.6")
    if shell is None:
        raise AssertionError(NO_TCL)

    def decoded(text: str) -> str:
        return f"[encoding convertfrom utf-8 [binary decode hex {{{text.encode().hex()}}}]]"

    lines = []
    for name, value in variables.items():
        words = " ".join(decoded(item) for item in value) if isinstance(value, list) else ""
        lines.append(f"set {name} [list {words}]" if isinstance(value, list) else f"set {name} {decoded(value)}")
    told = 'fconfigure stdout -encoding utf-8\nputs -nonewline $result\n'
    done = subprocess.run(
        [shell], input="\n".join([*lines, program, told]), capture_output=True, text=True, timeout=60, check=False
    )
    if done.stderr.strip():
        raise TclError(done.stderr.strip().splitlines()[-1])
    return done.stdout
