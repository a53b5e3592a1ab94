"""What a gizmo's graph makes of pixels: the few node classes that ours use, computed with numpy by Nuke's rules.

A class or an operation that is not known raises, so that a graph cannot pass without being computed.
"""

from __future__ import annotations

import re

import numpy as np
from gizmo_tcl import TclNode, _tcl

Stream = dict[str, np.ndarray]
"""Channel name, such as `rgba.red` or `fsgan_blend.green`, to (H, W)."""


class GraphPixels:
    """Computes the output of a gizmo.

    Args:
        gizmo: As Tcl read it.
        inputs: Name of an Input node to its stream; one that is left out is not connected.
        knobs: Knobs of the gizmo that are not at their defaults.
        frame: The frame.
        reads: What Read nodes give.
    """

    def __init__(
        self,
        gizmo: TclNode,
        inputs: dict[str, Stream],
        knobs: dict[str, str] | None = None,
        frame: int = 1,
        reads: Stream | None = None,
    ) -> None:
        self._gizmo, self._inputs, self._frame, self._reads = gizmo, inputs, frame, reads
        self._knobs = {**gizmo.knobs, **(knobs or {})}

    def output(self) -> Stream:
        return self._of(next(child for child in self._gizmo.children if child.cls == "Output"))

    def _of(self, node: TclNode | None) -> Stream:
        if node is None:
            raise AssertionError("a node with nothing connected is looked at")
        if "disable" in node.knobs and self._number(node.knobs["disable"]):
            return self._of(node.inputs[0])
        compute = getattr(self, f"_{node.cls.lower()}", None)
        if compute is None:
            raise AssertionError(f"no rule for {node.cls}")
        stream: Stream = compute(node)
        return stream

    def _input(self, node: TclNode) -> Stream:
        return self._inputs.get(node.name, {})

    def _output(self, node: TclNode) -> Stream:
        return self._of(node.inputs[0])

    def _read(self, node: TclNode) -> Stream:
        assert self._reads is not None
        return self._reads

    def _switch(self, node: TclNode) -> Stream:
        return self._of(node.inputs[int(self._number(node.knobs["which"]))])

    def _copy(self, node: TclNode) -> Stream:
        """Channels of A (input 1) over those of B (input 0)."""
        base, source = self._of(node.inputs[0]), self._of(node.inputs[1])
        copied = {
            node.knobs[f"to{index}"]: source[node.knobs[f"from{index}"]]
            for index in range(4)
            if f"from{index}" in node.knobs
        }
        return {**base, **copied}

    def _premult(self, node: TclNode) -> Stream:
        stream = self._of(node.inputs[0])
        return {**stream, **{name: stream[name] * stream["rgba.alpha"] for name in _RGB}}

    def _merge2(self, node: TclNode) -> Stream:
        """A + B * (1 - a) in rgb, all other channels those of B (input 0)."""
        assert (node.knobs["operation"], node.knobs["output"]) == ("over", "rgb")
        base, over = self._of(node.inputs[0]), self._of(node.inputs[1])
        return {**base, **{name: over[name] + base[name] * (1 - over["rgba.alpha"]) for name in _RGB}}

    def _channelmerge(self, node: TclNode) -> Stream:
        """B * (1 - A) in one channel."""
        assert node.knobs["operation"] == "stencil"
        base, over = self._of(node.inputs[0]), self._of(node.inputs[1])
        return {**base, node.knobs["output"]: base[node.knobs["B"]] * (1 - over[node.knobs["A"]])}

    def _invert(self, node: TclNode) -> Stream:
        assert node.knobs["channels"] == "alpha"
        stream = self._of(node.inputs[0])
        return {**stream, "rgba.alpha": 1 - stream["rgba.alpha"]}

    def _dilate(self, node: TclNode) -> Stream:
        return self._unless_zero(node)

    def _blur(self, node: TclNode) -> Stream:
        return self._unless_zero(node)

    def _unless_zero(self, node: TclNode) -> Stream:
        """A filter of size 0 changes nothing; other sizes are Nuke's affair."""
        assert self._number(node.knobs["size"]) == 0
        return self._of(node.inputs[0])

    def _number(self, value: str) -> float:
        """A knob's number; an expression in braces is computed by Tcl, whose `expr` knows the same operators."""
        words = re.fullmatch(r"\{(.*)\}", value, re.DOTALL)
        if words is None:
            return float({"true": 1, "false": 0}.get(value, value))
        text = words.group(1).strip('"').replace("\\", "")
        text = re.sub(r"\[exists parent\.input(\d+)\]", self._exists, text)
        text = re.sub(r"\bparent\.(\w+)", lambda match: str(self._knob(match.group(1))), text)
        text = re.sub(r"\bframe\b", str(self._frame), text)
        return float(_tcl("set result [expr $source]", source=text))

    def _exists(self, match: re.Match[str]) -> str:
        names = [child.name for child in self._gizmo.children if child.cls == "Input"]
        return str(int(names[int(match.group(1))] in self._inputs))

    def _knob(self, name: str) -> float:
        """A knob of the gizmo as a number: an enumeration's place in its menu."""
        value, words = self._knobs[name], self._gizmo.user[name]
        if words[0] == "4":
            return words[words.index("M") + 1].split().index(value)
        return float({"true": 1, "false": 0}.get(value, value))


_RGB = ("rgba.red", "rgba.green", "rgba.blue")
