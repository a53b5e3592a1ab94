"""What can be known to be wrong with a gizmo without Nuke."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gizmo_tcl import TclNode, read_script

KNOB_TYPES = {"1", "2", "3", "4", "6", "7", "20", "22", "26", "41"}
"""Those that our nodes use, by Nuke's numbers."""

# Knobs that a node has by its class, as real scripts show them.
_EVERY = {
    "inputs", "name", "label", "note_font", "note_font_size", "selected", "hide_input", "cached", "disable",
    "dope_sheet", "postage_stamp", "xpos", "ypos", "tile_color", "gl_color", "icon", "help", "onCreate", "onDestroy",
    "knobChanged", "updateUI", "autolabel", "lifetimeStart", "lifetimeEnd", "useLifetime", "lock_connections", "panel",
    "indicators",
}  # fmt: skip
_OF_CLASS = {
    "Gizmo": set[str](),
    "Input": {"number"},
    "Output": set[str](),
    "Switch": {"which"},
    "Read": {"file_type", "file", "raw", "on_error", "first", "last", "origfirst", "origlast", "origset", "format"},
    "Write": {"file", "file_type", "channels", "raw", "create_directories", "datatype", "compression"},
    "Copy": {f"{end}{index}" for end in ("from", "to") for index in range(4)},
    "Merge2": {"operation", "output", "bbox", "Achannels", "Bchannels"},
    "ChannelMerge": {"operation", "A", "B", "output"},
    "Dilate": {"channels", "size"},
    "Blur": {"channels", "size"},
    "Invert": {"channels"},
    "Premult": {"channels", "alpha"},
}  # fmt: skip
_OPTIONS = {"l": 1, "t": 1, "T": 1, "M": 1, "R": 2, "n": 1}
_CHANNEL = re.compile(r"(fsgan_\w+)\.(\w+)\Z")


def check_script(text: str) -> list[str]:
    """One sentence for everything that is wrong."""
    script = read_script(text)
    problems = list(script.problems)
    for node in script.nodes:
        problems += _check_group(node, script.layers)
    return problems if script.nodes or problems else ["there is no node"]


def _check_group(group: TclNode, layers: dict[str, list[str]]) -> Iterator[str]:
    yield from _check_node(group)
    if not any(child.cls == "Output" for child in group.children):
        yield f"{group.name} has no Output"
    children = {child.name: child for child in group.children}
    if len(children) < len(group.children):
        yield f"{group.name}: two nodes of one name"
    for name, words in group.user.items():
        if words[0] == "41":
            yield from _check_link(name, words, children)
    own = set(group.user) | _EVERY
    for child in group.children:
        yield from _check_node(child)
        for knob, value in child.knobs.items():
            for wanted in re.findall(r"\bparent\.(\w+)", value):
                number = re.fullmatch(r"input(\d+)", wanted)
                known = int(number.group(1)) < int(group.knobs["inputs"]) if number else wanted in own
                if not known:
                    yield f"{child.name}.{knob}: parent.{wanted} does not exist"
            channel = _CHANNEL.match(value)
            if channel and channel.group() not in layers.get(channel.group(1), []):
                yield f"{child.name}.{knob}: there is no channel {value}"


def _check_node(node: TclNode) -> Iterator[str]:
    if node.cls not in _OF_CLASS:
        yield f"{node.name}: there is no class {node.cls}"
        return
    for knob in node.knobs:
        if knob not in node.user and knob not in _EVERY | _OF_CLASS[node.cls]:
            yield f"{node.name}: {node.cls} has no knob {knob}"
    for name, words in node.user.items():
        if name in _EVERY:
            yield f"{node.name}.{name} is named like one of Nuke's own knobs"
        yield from _check_user_knob(node, name, words)
    for knob in ("onCreate", "knobChanged"):
        if knob in node.knobs:
            yield from _check_python(f"{node.name}.{knob}", node.knobs[knob])


def _check_user_knob(node: TclNode, name: str, words: list[str]) -> Iterator[str]:
    where = f"{node.name}.{name}"
    if words[0] not in KNOB_TYPES:
        yield f"{where}: knob type {words[0]} is not one of ours"
    options: dict[str, list[str]] = {}
    index = 2
    while index < len(words):
        word = words[index]
        if re.fullmatch(r"[+-][A-Z_]+", word):
            index += 1
        elif word in _OPTIONS:
            options[word] = words[index + 1 : index + 1 + _OPTIONS[word]]
            index += 1 + _OPTIONS[word]
        else:
            yield f"{where}: there is no option {word}"
            index += 1
    if words[0] == "4":
        items = options.get("M", [""])[0].split()
        if not items:
            yield f"{where}: a menu with no items"
        elif node.knobs.get(name) not in items:
            yield f"{where}: {node.knobs.get(name)} is no item of it"
    if words[0] == "22":
        yield from _check_python(where, options.get("T", [""])[0])


def _check_python(where: str, script: str) -> Iterator[str]:
    """It compiles, and what it presses exists."""
    try:
        compile(script, where, "exec")
    except SyntaxError as problem:
        yield f"{where}: is no Python: {problem}"
        return
    from fsgan_nuke.node_knobs import _HELP

    for action in re.findall(r"press\('(\w+)'", script):
        if action not in _HELP or not where.endswith(f".{action}"):
            yield f"{where} presses {action}"


def _check_link(name: str, words: list[str], children: dict[str, TclNode]) -> Iterator[str]:
    target, _, knob = words[words.index("T") + 1].partition(".") if "T" in words else ("", "", "")
    if target not in children:
        yield f"{name} links to {target}, which does not exist"
    elif knob not in children[target].knobs:
        yield f"{name} links to {target}.{knob}, which does not exist"
