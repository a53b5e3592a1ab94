"""A result back into Nuke: the Read inside the node, the same as nodes beside it, the next free version."""

from __future__ import annotations

import os
from typing import List, Optional, Tuple

from fsgan_core.errors import JobError, PlateError
from fsgan_core.shot.sequence_path import SequencePath
from fsgan_nuke import nuke_api
from fsgan_nuke.collect import node_kind
from fsgan_nuke.node_kinds import LAYERS
from fsgan_nuke.node_knobs import NODE_RESULT


def load_result(node: nuke_api.Node, out: str) -> str:
    """Let the node show what is on disk; a sentence that says what that is.

    Args:
        node: The FSGAN node.
        out: The pattern, `%V` in it where there are views.

    Raises:
        PlateError: There is no frame.
    """
    first, last, count = frames_on_disk(out)
    point_read(nuke_api.inner(node, NODE_RESULT), out, first, last)
    nuke_api.set_knob(node, "result_first", first)
    nuke_api.set_knob(node, "result_last", last)
    missing = last - first + 1 - count
    gaps = f", {missing} of them missing" if missing else ""
    return f"frames {first}-{last}{gaps}"


def frames_on_disk(out: str) -> Tuple[int, int, int]:
    """First, last and number of the frames of a result.

    Raises:
        PlateError: There is none.
    """
    views = nuke_api.script_views() if "%V" in out or "%v" in out else [""]
    found: List[int] = []
    for view in views:
        found += SequencePath(out).for_view(view).find_frames() if view else SequencePath(out).find_frames()
    numbers = sorted(set(found))
    if not numbers:
        raise PlateError("There is no frame of the result yet. Render first.", path=out)
    return numbers[0], numbers[-1], len(numbers)


def point_read(read: nuke_api.Node, path: str, first: int, last: int) -> None:
    """Make a Read show a sequence of the engine: its range, and its numbers as they are.

    The range is also set by hand: a path with a space in it may not be understood together with a range.
    """
    file_knob = read["file"]
    from_text = getattr(file_knob, "fromUserText", None)
    if from_text is not None:
        from_text(f"{path} {first}-{last}")  # this also takes over the format
    file_knob.setValue(path)
    for knob, value in (("first", first), ("last", last), ("origfirst", first), ("origlast", last)):
        nuke_api.set_knob(read, knob, value)
    nuke_api.set_knob(read, "origset", True)
    nuke_api.set_knob(read, "raw", True)
    reload_button = read.knob("reload")
    if reload_button is not None:
        getattr(reload_button, "execute")()  # noqa: B009 - Script_Knob, which the stubs do not give for a knob by name


def extract_reads(node: nuke_api.Node) -> List[nuke_api.Node]:
    """A Read and one node a layer beside the FSGAN node, for whoever wants them in the open.

    Raises:
        JobError: Nothing is loaded.
    """
    inside = nuke_api.inner(node, NODE_RESULT)
    path = nuke_api.text_of(inside, "file")
    if not path:
        raise JobError(f"{node.fullName()} has no result yet. Render first, or press Load result.")
    x, y = node.xpos(), node.ypos()
    read = nuke_api.create_node("Read", f"{node.name()}_Read", [], (x + 150, y))
    point_read(read, path, int(str(inside["first"].value())), int(str(inside["last"].value())))
    made = [read]
    for column, (picked, (layer, channels)) in enumerate(LAYERS.items(), 1):
        copy = nuke_api.create_node("Copy", f"{node.name()}_{picked}", [read, read], (x + 150 + 110 * column, y + 100))
        sources = [channels[0]] * 4 if len(channels) == 1 else list(channels)
        for index, (source, target) in enumerate(zip(sources, ("red", "green", "blue", "alpha"))):
            copy[f"from{index}"].setValue(f"{layer}.{source}")
            copy[f"to{index}"].setValue(f"rgba.{target}")
        made.append(copy)
    return made


def add_recombine(node: nuke_api.Node) -> nuke_api.Node:
    """An FSGAN_Recombine behind the node, connected to it and to its plate."""
    x, y = node.xpos(), node.ypos()
    return nuke_api.create_node("FSGAN_Recombine", f"{node.name()}_Recombine", [node, node.input(0)], (x, y + 150))


def next_version(node: nuke_api.Node) -> int:
    """Set the node's version to the first above it that has no files, and give it back."""
    kind = node_kind(node)
    version = int(str(node["version"].value()))
    while True:
        version += 1
        node["version"].setValue(version)
        out = nuke_api.absolute(nuke_api.text_of(node, "out"))
        if not _exists(out, kind.makes_pictures):
            return version
        if version >= 999:
            raise JobError("There are 999 versions of this output. Name another one.", path=out)


def _exists(out: str, is_sequence: bool) -> bool:
    if not is_sequence:
        return os.path.exists(out)
    try:
        frames_on_disk(out)
    except PlateError:
        return False
    return True


def read_of(node: nuke_api.Node) -> Optional[nuke_api.Node]:
    """The Read inside a node; None where it makes no pictures."""
    return nuke_api.inner(node, NODE_RESULT) if node_kind(node).makes_pictures else None
