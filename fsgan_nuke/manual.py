"""The tables of docs/nuke.md: every knob of every node, from the same place as the knobs.

    python -m fsgan_nuke.manual      puts the tables into docs/nuke.md anew
"""

from __future__ import annotations

import os
import re
from typing import List

from fsgan_nuke.gizmos import GIZMOS
from fsgan_nuke.node_kinds import NODE_KINDS, NodeKind
from fsgan_nuke.node_knobs import node_knobs
from fsgan_nuke.recombine import recombine_knobs
from fsgan_nuke.tcl_text import TAB, TEXT, Knob

MANUAL = os.path.join(os.path.dirname(os.path.dirname(GIZMOS)), "docs", "nuke.md")
BEGIN, END = "<!-- knobs: python -m fsgan_nuke.manual -->", "<!-- end of knobs -->"


def knob_tables() -> str:
    """Markdown: a heading and a table a node; what a node shares with one above is named once."""
    told: List[str] = []
    parts = []
    for kind in NODE_KINDS:
        rows = [_row(knob) for knob in _knobs(kind)]
        new = [row for row in rows if row not in told]
        told += new
        same = "" if len(new) == len(rows) else "\nThe other knobs are those of the nodes above.\n"
        table = "\n".join(["| knob | default | what it does |", "|---|---|---|", *new])
        parts.append(f"### {kind.node_class}\n\n{kind.summary}\n\n{table}\n{same}")
    return "\n".join(parts)


def manual_text(text: str) -> str:
    """The manual with its tables made anew."""
    pattern = re.compile(re.escape(BEGIN) + r".*?" + re.escape(END), re.DOTALL)
    return pattern.sub(lambda _: f"{BEGIN}\n\n{knob_tables()}\n{END}", text)


def _knobs(kind: NodeKind) -> List[Knob]:
    """The knobs that an artist sees."""
    knobs = node_knobs(kind) if kind.kind else recombine_knobs(kind)
    return [knob for knob in knobs if knob.type not in (TAB,) and "+INVISIBLE" not in knob.flags and _is_named(knob)]


def _is_named(knob: Knob) -> bool:
    return bool(knob.label) and not (knob.type == TEXT and knob.name.startswith(("divider", "about")))


def _row(knob: Knob) -> str:
    words = " / ".join(f"**{item}**" if item == knob.value else item for item in knob.items)
    limits = f" {knob.limits[0]:.12g} to {knob.limits[1]:.12g}." if knob.limits else ""
    default = words or (f"`{knob.value}`" if knob.value else "")
    return f"| {knob.label} | {default} | {knob.tooltip}{limits} |"


if __name__ == "__main__":
    with open(MANUAL, encoding="utf-8") as stream:
        before = stream.read()
    with open(MANUAL, "w", encoding="utf-8", newline="\n") as stream:
        stream.write(manual_text(before))
