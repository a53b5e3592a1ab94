"""The result as a node group: the picture put together again from its layers, and every layer as an output.

    Plate, Amount -> [ Image node of the EXRs, blend * matte + plate * (1 - matte) ] -> Image, Result, layers

Paint or roto a layer outside the group and mix it again: what the group does, its own nodes show.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import bpy

from fsgan_core.shot.sequence_path import SequencePath

from .blender_versions import load_sequence, output_node, scene_tree

MATTE, BLEND = "fsgan_matte", "fsgan_blend"
OUT_KEY = "fsgan_out"
"""A property of the node group: the output that it shows."""

_SOCKETS = {"RGBA": "NodeSocketColor", "VALUE": "NodeSocketFloat", "VECTOR": "NodeSocketVector"}
_SPACING = 260


@dataclass(frozen=True)
class ResultClip:
    """A finished result in a scene's time.

    Args:
        out: Pattern of the EXRs.
        first: Number of the first file.
        last: Number of the last file.
        offset_frames: Frame of the scene minus number of the file.
        plate: Pattern of the plate; "" where it is no sequence that Blender can load.
    """

    out: str
    first: int
    last: int
    offset_frames: int = 0
    plate: str = ""

    @property
    def first_file(self) -> str:
        """The first EXR."""
        return SequencePath(self.out).at(self.first)


CRYPTOMATTE = "fsgan_crypto"


def show_in_compositor(scene: Any, clip: ResultClip, name: str) -> Any:
    """The node that shows the result in the scene's compositor; one that shows this output already is renewed.

    Raises:
        RuntimeError: Blender cannot read the EXRs.
    """
    tree = scene_tree(scene)
    old = next((node for node in tree.nodes if _shows(node, clip.out)), None)
    group = result_group(clip, name)
    if old is not None:
        before = old.node_tree
        _keep_links(tree, old, group)
        if before.users == 0:
            bpy.data.node_groups.remove(before)
        return old
    node = tree.nodes.new("CompositorNodeGroup")
    node.node_tree, node.label, node.width = group, name, 200
    end = output_node(scene, tree)
    node.location = (end.location.x - _SPACING, end.location.y)
    plate = _plate_node(tree, clip)
    if plate is not None:
        plate.location = (node.location.x - _SPACING, node.location.y)
        tree.links.new(plate.outputs[0], node.inputs["Plate"])
    if not end.inputs[0].is_linked:
        tree.links.new(node.outputs["Image"], end.inputs[0])
    _add_cryptomatte(tree, node, group, clip)
    tree.nodes.active = node
    return node


def result_group(clip: ResultClip, name: str) -> Any:
    """A node group that shows a result.

    Raises:
        RuntimeError: Blender cannot read the EXRs.
    """
    group = bpy.data.node_groups.new(name, "CompositorNodeTree")
    try:
        read = _image_node(group, clip.first_file, (clip.first, clip.last), clip.offset_frames)
    except RuntimeError:
        bpy.data.node_groups.remove(group)
        raise
    group[OUT_KEY] = clip.out
    group.interface.new_socket(name="Plate", in_out="INPUT", socket_type="NodeSocketColor")
    amount = group.interface.new_socket(name="Amount", in_out="INPUT", socket_type="NodeSocketFloat")
    amount.default_value, amount.min_value, amount.max_value = 1.0, 0.0, 1.0
    layers = [socket for socket in read.outputs if socket.enabled and _is_layer(socket.name)]
    picture = read.outputs[0]
    for title, kind in [("Image", "RGBA"), ("Result", "RGBA"), *[(layer.name, layer.type) for layer in layers]]:
        group.interface.new_socket(name=title, in_out="OUTPUT", socket_type=_SOCKETS[kind])
    inputs, outputs = group.nodes.new("NodeGroupInput"), group.nodes.new("NodeGroupOutput")
    read.location, inputs.location, outputs.location = (-300, 0), (-300, 300), (700, 0)
    group.links.new(picture, outputs.inputs["Result"])
    for layer in layers:
        group.links.new(layer, outputs.inputs[layer.name])
    by_name = {layer.name: layer for layer in layers}
    shown = _shown(group, inputs.outputs["Amount"], clip)
    if MATTE in by_name and BLEND in by_name:
        matte = _math(group, "MULTIPLY", by_name[MATTE], shown)
        mixed = _mix(group, matte, inputs.outputs["Plate"], by_name[BLEND])
    else:
        mixed = _mix(group, shown, inputs.outputs["Plate"], picture)
    group.links.new(_with_alpha_of(group, mixed, inputs.outputs["Plate"]), outputs.inputs["Image"])
    return group


def _is_layer(socket: str) -> bool:
    """Whether a socket of the Image node is a layer to look at; ids are for the Cryptomatte node."""
    return socket not in ("Combined", "Image", "Alpha") and not socket.startswith(CRYPTOMATTE)


def _shows(node: Any, out: str) -> bool:
    tree = node.node_tree if node.bl_idname == "CompositorNodeGroup" else None
    return tree is not None and tree.get(OUT_KEY) == out


def _keep_links(tree: Any, node: Any, group: Any) -> None:
    """Give a node another group, and its links and values back by the sockets' names."""
    amount = node.inputs["Amount"].default_value
    links = [(link.from_socket, link.to_socket, link.to_node == node) for link in tree.links
             if node in (link.from_node, link.to_node)]  # fmt: skip
    named = [(one, other, inward, (other if inward else one).name) for one, other, inward in links]
    node.node_tree = group
    node.inputs["Amount"].default_value = amount
    for one, other, inward, name in named:
        sockets = node.inputs if inward else node.outputs
        if name in sockets:
            tree.links.new(one if inward else sockets[name], sockets[name] if inward else other)


def _plate_node(tree: Any, clip: ResultClip) -> Any | None:
    """The Image node of the plate: the one that is there, else a new one."""
    sequence = SequencePath(clip.plate)
    frames = sequence.find_frames() if clip.plate else {}
    if clip.first not in frames:
        return None
    active = tree.nodes.active
    if active is not None and active.bl_idname == "CompositorNodeImage" and active.image is not None:
        return active
    return _image_node(tree, sequence.at(min(frames)), (min(frames), max(frames)), clip.offset_frames)


def _image_node(tree: Any, path: str, frames: tuple[int, int], offset_frames: int) -> Any:
    node = tree.nodes.new("CompositorNodeImage")
    node.image = image = load_sequence(path)  # now Blender reads it, and knows its layers
    if not image.has_data:
        tree.nodes.remove(node)
        bpy.data.images.remove(image)
        raise RuntimeError(f"{path} is no picture, or cut off")
    _set_frames(node, frames, offset_frames)
    node.use_auto_refresh = True
    return node


def _set_frames(node: Any, frames: tuple[int, int], offset_frames: int) -> None:
    first, last = frames
    node.frame_duration = last - first + 1
    node.frame_start, node.frame_offset = first + offset_frames, first - 1


def _add_cryptomatte(tree: Any, node: Any, group: Any, clip: ResultClip) -> None:
    """A Cryptomatte node on the result's file, where it holds one; people are picked by name there."""
    read = next(inner for inner in group.nodes if inner.bl_idname == "CompositorNodeImage")
    if not any(socket.name.startswith(CRYPTOMATTE) for socket in read.outputs):
        return
    picker = tree.nodes.new("CompositorNodeCryptomatteV2")  # in Blender 4.5 it may not stand inside a group
    picker.source, picker.image, picker.label = "IMAGE", read.image, f"{node.label} Cryptomatte"
    picker.location = (node.location.x, node.location.y - 420)
    _set_frames(picker, (clip.first, clip.last), clip.offset_frames)


def _shown(group: Any, amount: Any, clip: ResultClip) -> Any:
    """The amount inside the result's frames, 0 outside: there is no result, and the plate stays."""
    node = group.nodes.new("ShaderNodeMath")
    node.operation, node.label = "MULTIPLY", "Inside its frames"
    group.links.new(amount, node.inputs[0])
    driver = node.inputs[1].driver_add("default_value").driver
    driver.type = "SCRIPTED"
    first, last = clip.first + clip.offset_frames, clip.last + clip.offset_frames
    driver.expression = f"frame >= {first} and frame <= {last}"
    return node.outputs[0]


def _math(group: Any, operation: str, one: Any, other: Any) -> Any:
    node = group.nodes.new("ShaderNodeMath")
    node.operation = operation
    group.links.new(one, node.inputs[0])
    group.links.new(other, node.inputs[1])
    return node.outputs[0]


def _mix(group: Any, factor: Any, plate: Any, over: Any) -> Any:
    node = group.nodes.new("ShaderNodeMix")
    node.data_type, node.clamp_factor, node.clamp_result, node.location = "RGBA", True, False, (200, 200)
    used = [socket for socket in node.inputs if socket.enabled]
    for index, source in enumerate((factor, plate, over)):
        group.links.new(source, used[index])
    return next(socket for socket in node.outputs if socket.enabled)


def _with_alpha_of(group: Any, picture: Any, plate: Any) -> Any:
    """The picture with the plate's alpha: a swap changes no edge."""
    colours, alpha = group.nodes.new("CompositorNodeSeparateColor"), group.nodes.new("CompositorNodeSeparateColor")
    joined = group.nodes.new("CompositorNodeCombineColor")
    group.links.new(picture, colours.inputs[0])
    group.links.new(plate, alpha.inputs[0])
    for index in range(3):
        group.links.new(colours.outputs[index], joined.inputs[index])
    group.links.new(alpha.outputs[3], joined.inputs[3])
    joined.location = (480, 200)
    return joined.outputs[0]
