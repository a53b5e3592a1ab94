"""FSGAN_Recombine: the result rebuilt from its layers, so that one stage can be painted and the rest is kept."""

from __future__ import annotations

from typing import List

import fsgan_core
from fsgan_nuke.node_kinds import LAYERS, NodeKind
from fsgan_nuke.tcl_text import BOOL, DOUBLE, ENUM, STRING, TAB, TEXT, Graph, Knob, expression

STAGES = ("blend", "inpaint", "reenact")
"""What the face can be taken from; blend is what the engine takes."""


def recombine_knobs(kind: NodeKind) -> List[Knob]:
    """The few knobs of a node that makes no job."""
    return [
        Knob(TAB, "fsgan", f"FSGAN {kind.title}"),
        Knob(ENUM, "stage", "Face from", "The stage that is laid over the plate, where no painted one is connected. "
             "blend is what the engine takes; the earlier ones lack the light of the plate.", "blend", items=STAGES),
        Knob(DOUBLE, "matte_grow_px", "Grow matte (px)", "Makes the matte larger, or smaller below 0.", "0",
             limits=(-50, 50)),
        Knob(DOUBLE, "matte_blur_px", "Blur matte (px)", "Softens the matte.", "0", limits=(0, 100)),
        Knob(BOOL, "invert_holdout", "Invert hold-out", "Keep the plate where the hold-out matte is black.", "false",
             flags=("+STARTLINE",)),
        Knob(TEXT, "divider_help", ""),
        Knob(TEXT, "about", "", target="blend * matte + plate * (1 - matte). Stage: rgb of a painted stage instead of "
             "the layer. Matte: its alpha instead of fsgan_matte. HoldoutMatte: its alpha keeps the plate."),
        Knob(STRING, "fsgan_version", None, value=fsgan_core.__version__, flags=("+INVISIBLE",)),
    ]  # fmt: skip


def recombine_graph(kind: NodeKind) -> Graph:
    """blend * matte + plate * (1 - matte), with what is connected in place of the layers."""
    graph = Graph()
    layers, plate, stage, matte, holdout = (item.name for item in kind.inputs)
    for number, item in enumerate(kind.inputs):
        graph.node("Input", item.name, (), {"number": str(number)} if number else {}, at=(150 * number, -200))
    for layer, channels in LAYERS.values():
        graph.layer(layer, channels)

    # The face: a stage of the engine, or the painted one.
    stages = [_stage(graph, name, layers) for name in STAGES]
    picked = graph.node("Switch", "PickStage", stages, {"which": expression("parent.stage")}, at=(0, 0))
    face = graph.node("Switch", "Face", (picked, stage), {"which": expression("[exists parent.input2]")}, at=(0, 100))

    # The matte: the engine's or the roto, larger or softer, without what is held out.
    own = graph.node(
        "Copy", "OwnMatte", (layers, layers), {"from0": "fsgan_matte.alpha", "to0": "rgba.alpha"}, at=(450, 0)
    )
    roto = {"which": expression("[exists parent.input3]")}
    chosen = graph.node("Switch", "PickMatte", (own, matte), roto, at=(450, 100))
    grow = {"channels": "alpha", "size": expression("parent.matte_grow_px")}
    grown = graph.node("Dilate", "GrowMatte", (chosen,), grow, at=(450, 200))
    blur = {"channels": "alpha", "size": expression("parent.matte_blur_px")}
    soft = graph.node("Blur", "BlurMatte", (grown,), blur, at=(450, 300))
    inverted = graph.node(
        "Invert", "InvertHoldout", (holdout,),
        {"channels": "alpha", "disable": expression("!parent.invert_holdout")}, at=(600, 200),
    )  # fmt: skip
    held = graph.node(
        "ChannelMerge", "HoldOut", (soft, inverted),
        {
            "operation": "stencil", "A": "rgba.alpha", "B": "rgba.alpha", "output": "rgba.alpha",
            "disable": expression("![exists parent.input4]"),
        },
        at=(450, 400),
    )  # fmt: skip

    cut = graph.node("Copy", "FaceWithMatte", (face, held), {"from0": "rgba.alpha", "to0": "rgba.alpha"}, at=(0, 400))
    premultiplied = graph.node("Premult", "Premultiplied", (cut,), at=(0, 500))
    over = graph.node(
        "Merge2", "OverPlate", (plate, premultiplied), {"operation": "over", "output": "rgb"}, at=(150, 600)
    )
    graph.node("Output", "Output1", (over,), at=(150, 700))
    return graph


def _stage(graph: Graph, name: str, layers: str) -> str:
    """A stage of the engine in rgb."""
    layer, channels = LAYERS[name]
    pairs = {}
    for index, channel in enumerate(channels):
        pairs[f"from{index}"] = f"{layer}.{channel}"
        pairs[f"to{index}"] = f"rgba.{channel}"
    return graph.node("Copy", f"Stage_{name}", (layers, layers), pairs, at=(0, -100))
