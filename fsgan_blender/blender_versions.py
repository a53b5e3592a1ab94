"""What Blender 4.5 and 5.0 spell differently; everything else asks here."""

from __future__ import annotations

from typing import Any

import bpy

LINEAR = ("Linear Rec.709", "Linear")
"""Names of scene-linear light with the primaries of Rec.709, the newest first."""


def scene_tree(scene: Any) -> Any:
    """The compositing tree of a scene; made, with its output node, where there is none."""
    if hasattr(scene, "compositing_node_group"):
        if scene.compositing_node_group is None:
            tree = bpy.data.node_groups.new("Compositing", "CompositorNodeTree")
            tree.interface.new_socket(name="Image", in_out="OUTPUT", socket_type="NodeSocketColor")
            scene.compositing_node_group = tree
        return scene.compositing_node_group
    if not scene.use_nodes:
        is_new = scene.node_tree is None
        scene.use_nodes = True
        if is_new:
            scene.node_tree.nodes.clear()  # Blender puts a render of the empty scene there
    return scene.node_tree


def output_node(scene: Any, tree: Any) -> Any:
    """The node that is the picture of the scene; made where there is none."""
    name = "NodeGroupOutput" if hasattr(scene, "compositing_node_group") else "CompositorNodeComposite"
    found = [node for node in tree.nodes if node.bl_idname == name]
    return found[0] if found else tree.nodes.new(name)


def strips_of(scene: Any) -> Any:
    """The strips of the scene's sequencer; made where there is none."""
    editor = scene.sequence_editor or scene.sequence_editor_create()
    return editor.strips if hasattr(editor, "strips") else editor.sequences


def load_sequence(path: str) -> Any:
    """The picture sequence that the file at `path` is one of, as linear light; read when it is first shown."""
    image = bpy.data.images.load(path, check_existing=False)
    image.source = "SEQUENCE"
    for name in LINEAR:
        try:
            image.colorspace_settings.name = name
            break
        except TypeError:
            continue
    return image
