"""Networks with YuNet's inputs and outputs, made for tests: one sees noise, one a face in every place."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

_PARTS = {"cls": (0, 1), "obj": (1, 2), "bbox": (2, 6), "kps": (6, 16)}
_STRIDES = (8, 16, 32)
_DECLARED_PX = 640
"""The real file, too, declares this side and is run on any."""


def write_noise_yunet(path: Path) -> None:
    """A network that finds faces in noise: one convolution a stride, random."""
    rng = np.random.default_rng(0)
    heads = {}
    for stride in _STRIDES:
        weights = rng.standard_normal((16, 3, stride, stride)) / stride / 255
        heads[stride] = (weights, np.zeros(16))
    _write(path, heads)


def write_everywhere_yunet(path: Path, seed: int = 0) -> None:
    """A network that sees a face in every cell of 32 px, as large as the cell, whatever the picture shows.

    Args:
        path: The .onnx file.
        seed: Another one gives another file that does the same.
    """
    rng = np.random.default_rng(seed)
    heads = {}
    for stride in _STRIDES:
        bias = np.zeros(16)
        bias[:2] = 5.0 if stride == 32 else -9.0
        heads[stride] = (rng.standard_normal((16, 3, stride, stride)) * 1e-9, bias)
    _write(path, heads)


def _write(path: Path, heads: dict[int, tuple[np.ndarray, np.ndarray]]) -> None:
    nodes, constants, outputs = [], [], []

    def constant(name: str, values: np.ndarray) -> str:
        constants.append(numpy_helper.from_array(values, name))
        return name

    for stride, (weights, bias) in heads.items():
        inputs = ["input", constant(f"w{stride}", weights.astype(np.float32))]
        inputs.append(constant(f"b{stride}", bias.astype(np.float32)))
        sides = {"kernel_shape": [stride, stride], "strides": [stride, stride]}
        nodes.append(helper.make_node("Conv", inputs, [f"conv{stride}"], **sides))
        nodes.append(helper.make_node("Transpose", [f"conv{stride}"], [f"last{stride}"], perm=[0, 2, 3, 1]))
        shape = constant(f"shape{stride}", np.array([1, -1, 16], np.int64))
        nodes.append(helper.make_node("Reshape", [f"last{stride}", shape], [f"rows{stride}"]))
        for part, (first, behind) in _PARTS.items():
            limits = {"first": first, "behind": behind, "axis": 2}
            cut = [constant(f"{part}{stride}{k}", np.array([v], np.int64)) for k, v in limits.items()]
            is_score = part in ("cls", "obj")
            name = f"{part}_{stride}"
            nodes.append(helper.make_node("Slice", [f"rows{stride}", *cut], [f"{name}_raw" if is_score else name]))
            if is_score:
                nodes.append(helper.make_node("Sigmoid", [f"{name}_raw"], [name]))
    for part, (first, behind) in _PARTS.items():
        for stride in heads:
            shape = [1, (_DECLARED_PX // stride) ** 2, behind - first]
            outputs.append(helper.make_tensor_value_info(f"{part}_{stride}", TensorProto.FLOAT, shape))
    picture = helper.make_tensor_value_info("input", TensorProto.FLOAT, [1, 3, _DECLARED_PX, _DECLARED_PX])
    graph = helper.make_graph(nodes, "yunet", [picture], outputs, constants)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8), str(path))
