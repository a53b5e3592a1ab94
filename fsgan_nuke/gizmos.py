"""The gizmo files, made from the node kinds and the settings.

    python -m fsgan_nuke.gizmos      writes gizmos/nuke/*.gizmo anew, after a setting has changed
"""

from __future__ import annotations

import os
from typing import Dict, List, Sequence, Tuple

from fsgan_nuke.node_kinds import LAYERS, NODE_KINDS, NodeInput, NodeKind
from fsgan_nuke.node_knobs import NODE_RESULT, callbacks, node_knobs
from fsgan_nuke.recombine import recombine_graph, recombine_knobs
from fsgan_nuke.tcl_text import Graph, expression, gizmo_text

GIZMOS = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "gizmos", "nuke")
"""The folder as it stands in a checkout; Nuke scans it where it is."""

TILE_COLOR = "0x7f3f9fff"
_COMMENT = "Made by python -m fsgan_nuke.gizmos from fsgan_core/job/settings.py. Do not edit."


def gizmo_files() -> Dict[str, str]:
    """File name to text of every gizmo."""
    return {f"{kind.node_class}.gizmo": _gizmo(kind) for kind in NODE_KINDS}


def write_gizmos(folder: str = GIZMOS) -> None:
    """Write the gizmos into `folder`."""
    os.makedirs(folder, exist_ok=True)
    for name, text in gizmo_files().items():
        with open(os.path.join(folder, name), "w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)


def _gizmo(kind: NodeKind) -> str:
    attributes = {"tile_color": TILE_COLOR, "icon": f"{kind.node_class}.png", "help": _help(kind)}
    if not kind.kind:
        return gizmo_text(_COMMENT, len(kind.inputs), attributes, recombine_knobs(kind), recombine_graph(kind))
    graph = _result_graph(kind) if kind.makes_pictures else _passing_graph(kind)
    return gizmo_text(_COMMENT, len(kind.inputs), {**attributes, **callbacks()}, node_knobs(kind), graph)


def _help(kind: NodeKind) -> str:
    inputs = "".join(
        f"<li><b>{item.name}</b>: {item.label}{'' if item.is_needed else ', optional'}</li>" for item in kind.inputs
    )
    return f"{kind.summary}<ul>{inputs}</ul>"


def _result_graph(kind: NodeKind) -> Graph:
    """The plate, unless there is a result: then that, or the layer that is picked."""
    graph = Graph()
    _inputs(graph, kind.inputs)
    reading = {
        "file_type": "exr", "file": '""', "raw": "true", "on_error": "error", "first": "1", "last": "1",
    }  # fmt: skip
    result = graph.node("Read", NODE_RESULT, (), reading, at=(0, 100))
    shown = [result]
    for column, (picked, (layer, channels)) in enumerate(LAYERS.items(), 1):
        graph.layer(layer, channels)
        shown.append(layer_to_rgba(graph, f"Show_{picked}", result, layer, channels, at=(110 * column, 200)))
    show = graph.node("Switch", "Show", shown, {"which": expression("parent.show")}, at=(0, 300))
    has_frame = "frame >= parent.result_first && frame <= parent.result_last"
    choice = {"which": expression(f"parent.bypass ? 0 : ({has_frame})")}
    bypass = graph.node("Switch", "Bypass", (kind.inputs[0].name, show), choice, at=(-200, 400))
    graph.node("Output", "Output1", (bypass,), at=(-200, 500))
    return graph


def _passing_graph(kind: NodeKind) -> Graph:
    """The first input, as it is: the node leaves a file that is no picture."""
    graph = Graph()
    _inputs(graph, kind.inputs)
    graph.node("Output", "Output1", (kind.inputs[0].name,), at=(-200, 500))
    return graph


def layer_to_rgba(
    graph: Graph, name: str, stream: str, layer: str, channels: Sequence[str], at: Tuple[int, int] = (0, 0)
) -> str:
    """A node that shows a layer in rgba: a matte in all four channels, an ST map in red and green.

    Copy and not Shuffle: it names every channel, and is spelled the same in all versions.
    """
    targets = ("red", "green", "blue", "alpha")
    sources: List[str] = [channels[0]] * 4 if len(channels) == 1 else list(channels)
    pairs: Dict[str, str] = {}
    for index, (source, target) in enumerate(zip(sources, targets)):
        pairs[f"from{index}"] = f"{layer}.{source}"
        pairs[f"to{index}"] = f"rgba.{target}"
    return graph.node("Copy", name, (stream, stream), pairs, at)


def _inputs(graph: Graph, inputs: Sequence[NodeInput]) -> None:
    """The inputs, each with the Write that renders it where it is no plain Read; Nuke's own renders pass it over."""
    for number, item in enumerate(inputs):
        place = (-200 + 110 * number, -200)
        graph.node("Input", item.name, (), {"number": str(number)} if number else {}, at=place)
        writing = {
            "file": '""', "file_type": "exr", "channels": "rgba", "raw": "true", "create_directories": "true",
            "disable": "true",
        }  # fmt: skip
        graph.node("Write", item.write, (item.name,), writing, at=(place[0], place[1] + 100))


if __name__ == "__main__":
    write_gizmos()
