"""Nuke's text: every node is a Tcl command with one braced list of knobs. The one place that quotes for Tcl."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Dict, List, Mapping, Optional, Sequence, Tuple

STRING, FILE, INT, ENUM, BOOL, DOUBLE = 1, 2, 3, 4, 6, 7
TAB, BUTTON, TEXT, LINK = 20, 22, 26, 41
_PLAIN = re.compile(r"[A-Za-z0-9_./%:+-]+\Z")


@dataclass(frozen=True)
class Knob:
    """One user knob.

    Args:
        type: Nuke's number of the knob's class, such as DOUBLE.
        name: Unique in its node.
        label: What the panel shows; None means the name.
        tooltip: HTML is allowed.
        value: As Nuke writes it; None leaves the line out.
        items: Of an enumeration.
        limits: Ends of the slider.
        target: The script of a button, the text of a TEXT knob, the `Node.knob` of a LINK.
        group: Of a TAB: 1 opens a group, 2 one that starts closed, -1 ends it; None: a tab.
        flags: Such as `+STARTLINE`, `-STARTLINE`, `+INVISIBLE`.
    """

    type: int
    name: str
    label: Optional[str] = None
    tooltip: str = ""
    value: Optional[str] = None
    items: Tuple[str, ...] = ()
    limits: Optional[Tuple[float, float]] = None
    target: Optional[str] = None
    group: Optional[int] = None
    flags: Tuple[str, ...] = ()

    def lines(self) -> List[str]:
        """The knob as Nuke writes it: how it looks, then its value."""
        words = [str(self.type), word(self.name)]
        if self.label is not None:
            words += ["l", word(self.label)]
        if self.tooltip:
            words += ["t", word(self.tooltip)]
        words += self.flags
        if self.items:
            words += ["M", "{" + " ".join(word(item) for item in self.items) + "}"]
        if self.limits is not None:
            words += ["R", *(f"{limit:.12g}" for limit in self.limits)]
        if self.target is not None:
            words += ["T", word(self.target)]
        if self.group is not None:
            words += ["n", str(self.group)]
        lines = [f"addUserKnob {{{' '.join(words)}}}"]
        if self.value is not None:
            lines.append(f"{self.name} {word(self.value)}")
        return lines


def word(text: str) -> str:
    """`text` as one word of a Tcl list that stands inside braces."""
    if _PLAIN.match(text):
        return text
    quoted = re.sub(r'[\\"\[\]${}]', lambda match: "\\" + match.group(), text)
    return '"' + quoted.replace("\n", "\\n").replace("\t", "\\t") + '"'


def expression(text: str) -> str:
    """An expression as the value of a knob with one part."""
    return "{{" + word(text) + "}}"


class Graph:
    """The inside of a group. Nodes are wired by name; what the stack needs is written by this class."""

    def __init__(self) -> None:
        self.lines: List[str] = []
        self._variables: Dict[str, str] = {}

    def layer(self, name: str, channels: Sequence[str]) -> None:
        """Make a layer known before a node names one of its channels."""
        self.lines.append(f"add_layer {{{' '.join([name, *(f'{name}.{channel}' for channel in channels)])}}}")

    def node(
        self,
        node_class: str,
        name: str,
        inputs: Sequence[str] = (),
        knobs: Optional[Mapping[str, str]] = None,
        at: Tuple[int, int] = (0, 0),
    ) -> str:
        """Add a node, and give back its name.

        Args:
            node_class: Such as `Merge2`.
            name: Unique in the group.
            inputs: Names of the nodes at its inputs 0, 1, ...; "" leaves an input free.
            knobs: Name to value as it stands in the file: through `word` or `expression`.
            at: Where it stands in the graph, px.
        """
        self.lines += [f"push {'$' + self._variables[source] if source else '0'}" for source in reversed(inputs)]
        self.lines.append(f" {node_class} {{")
        if len(inputs) != 1:
            self.lines.append(f"  inputs {len(inputs)}")
        self.lines += [f"  {knob} {value}" for knob, value in (knobs or {}).items()]
        self.lines += [f"  name {name}", f"  xpos {at[0]}", f"  ypos {at[1]}", " }"]
        if node_class != "Output":
            self._variables[name] = f"N{0x5F5A0000 + len(self._variables):x}"
            self.lines.append(f"set {self._variables[name]} [stack 0]")
        return name


def gizmo_text(comment: str, inputs: int, attributes: Mapping[str, str], knobs: Sequence[Knob], graph: Graph) -> str:
    """A whole .gizmo file.

    Args:
        comment: For people who open the file.
        inputs: How many inputs the node has.
        attributes: Built-in knobs of the node, name to plain value.
        knobs: User knobs in the order of the panel.
        graph: What is inside.
    """
    lines = [f"#! {comment}", "version 14.0 v1", "Gizmo {", f" inputs {inputs}"]
    lines += [f" {name} {word(value)}" for name, value in attributes.items()]
    lines += [f" {line}" for knob in knobs for line in knob.lines()]
    return "\n".join([*lines, "}", *graph.lines, "end_group", ""])
