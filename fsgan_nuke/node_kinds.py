"""The nodes: which job each makes, what it takes in, what it leaves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Dict, Optional, Tuple

LAYERS: Dict[str, Tuple[str, Tuple[str, ...]]] = {
    "matte": ("fsgan_matte", ("alpha",)),
    "face": ("fsgan_face", ("alpha",)),
    "hair": ("fsgan_hair", ("alpha",)),
    "reenact": ("fsgan_reenact", ("red", "green", "blue")),
    "inpaint": ("fsgan_inpaint", ("red", "green", "blue")),
    "blend": ("fsgan_blend", ("red", "green", "blue")),
    "invented": ("fsgan_invented", ("alpha",)),
    "st_map": ("fsgan_st", ("U", "V")),
}
"""What the layer picker says, the layer, and its channels as Nuke names them (R is red, A is alpha)."""


@dataclass(frozen=True)
class NodeInput:
    """One input of a node.

    Args:
        name: Of the Input node inside.
        field: The field of the form that its files fill.
        label: For messages.
        is_needed: Whether a render cannot do without it.
    """

    name: str
    field: str
    label: str
    is_needed: bool = False

    @property
    def write(self) -> str:
        """The Write inside that renders what is connected where that is no plain Read."""
        return f"{self.name}Write"


@dataclass(frozen=True)
class NodeKind:
    """One node.

    Args:
        node_class: Its class in Nuke, and the gizmo's name.
        kind: Of its job; "" where it makes none.
        title: In menus.
        summary: One or two sentences of help.
        inputs: In Nuke's order.
        out: Where its output goes, below the folder of the node's version; "" where there is none.
        main: Settings on the first tab.
    """

    node_class: str
    kind: str
    title: str
    summary: str
    inputs: Tuple[NodeInput, ...]
    out: str = ""
    main: Tuple[str, ...] = ()

    @property
    def makes_pictures(self) -> bool:
        """Whether the output is an EXR sequence, which the node reads back."""
        return self.out.endswith(".exr")


_PLATE = NodeInput("Plate", "plate", "plate", is_needed=True)
_SOURCE = NodeInput("Source", "source", "source", is_needed=True)

NODE_KINDS: Tuple[NodeKind, ...] = (
    NodeKind(
        "FSGAN_Swap", "swap", "Swap",
        "Puts the face of the source on the face of the plate. Every stage is a layer of the result.",
        (
            _PLATE,
            _SOURCE,
            NodeInput("ArtistMatte", "artist_matte", "artist matte"),
            NodeInput("HoldoutMatte", "holdout_matte", "hold-out matte"),
        ),
        out="swap.%04d.exr",
        main=("frames", "face", "source_face", "source_frames", "weights", "device", "on_missing_face"),
    ),
    NodeKind(
        "FSGAN_Reenact", "reenact", "Reenact",
        "Gives the source the pose and the expression of a driver.",
        (
            _SOURCE,
            NodeInput("Driver", "driver", "driver", is_needed=True),
            NodeInput("PoseFrom", "pose_from", "pose"),
            NodeInput("ExpressionFrom", "expression_from", "expression"),
            NodeInput("ArtistMatte", "artist_matte", "artist matte"),
            NodeInput("HoldoutMatte", "holdout_matte", "hold-out matte"),
        ),
        out="reenact.%04d.exr",
        main=(
            "frames", "output", "source_face", "source_frames", "driver_face", "driver_frames", "weights", "device",
            "on_missing_face",
        ),
    ),
    NodeKind(
        "FSGAN_Finetune", "finetune", "Finetune",
        "Makes the weights better for one person, from clips of that person. The new pack's folder goes into the "
        "Weights of a swap.",
        (
            NodeInput("Source", "sources", "source", is_needed=True),
            NodeInput("Source2", "sources", "second source"),
            NodeInput("Source3", "sources", "third source"),
            NodeInput("Source4", "sources", "fourth source"),
        ),
        out="weights",
        main=(
            "source_frames", "source_face", "weights", "networks", "iterations", "form", "device", "consent", "licence",
        ),
    ),
    NodeKind(
        "FSGAN_Analyze", "analyze", "Analyze",
        "Finds, follows and measures the faces of a shot, and keeps them in a file that swaps use.",
        (_PLATE,),
        out="faces.npz",
        main=("frames", "weights", "device", "min_face_px", "score_threshold"),
    ),
    NodeKind(
        "FSGAN_Recombine", "", "Recombine",
        "Puts the layers of a swap together again: blend * matte + plate * (1 - matte). Paint on a stage or roto the "
        "matte, connect it here, and keep the rest.",
        (
            NodeInput("Layers", "", "result of FSGAN_Swap", is_needed=True),
            NodeInput("Plate", "", "plate", is_needed=True),
            NodeInput("Stage", "", "painted stage"),
            NodeInput("Matte", "", "matte"),
            NodeInput("HoldoutMatte", "", "hold-out matte"),
        ),
    ),
)  # fmt: skip


def kind_of(node_class: str) -> Optional[NodeKind]:
    """The kind of a node by its class; None where it is none of ours."""
    return next((kind for kind in NODE_KINDS if kind.node_class == node_class), None)
