"""The panels in the compositor's and the sequencer's side bar."""

from __future__ import annotations

from typing import Any

import bpy

from .form_properties import fields_by_section

CATEGORY = "FSGAN"


class FSGAN_PT_compositor(bpy.types.Panel):  # noqa: N801 - Blender wants this form of name
    """Face swap in the compositor."""

    bl_label, bl_idname, bl_category = "Face swap", "FSGAN_PT_compositor", CATEGORY
    bl_space_type, bl_region_type = "NODE_EDITOR", "UI"
    target = "COMPOSITOR"

    @classmethod
    def poll(cls, context: Any) -> bool:
        """Only in the compositor, not in the shader editor."""
        return bool(context.space_data.tree_type == "CompositorNodeTree")

    def draw(self, context: Any) -> None:
        """The form and the buttons."""
        draw_form(self.layout, context.scene, self.target)


class FSGAN_PT_sequencer(bpy.types.Panel):  # noqa: N801
    """Face swap in the sequencer."""

    bl_label, bl_idname, bl_category = "Face swap", "FSGAN_PT_sequencer", CATEGORY
    bl_space_type, bl_region_type = "SEQUENCE_EDITOR", "UI"
    target = "SEQUENCER"

    def draw(self, context: Any) -> None:
        """The form and the buttons."""
        draw_form(self.layout, context.scene, self.target)


def draw_form(layout: Any, scene: Any, target: str) -> None:
    """The form of the chosen kind of job, the buttons, and what became of the last run."""
    state = scene.fsgan
    layout.use_property_split = True
    layout.prop(state, "kind")
    properties = getattr(scene, f"fsgan_{state.kind}")
    for index, (title, fields) in enumerate(fields_by_section(state.kind)):
        body = layout
        if title:
            header, body = layout.panel(f"FSGAN_{index}_{state.kind}", default_closed=True)
            header.label(text=title)
        for field in fields if body is not None else ():
            body.prop(properties, field.name)
    row = layout.row(align=True)
    row.operator("fsgan.render", text=state.kind.capitalize()).target = target
    row.operator("fsgan.cancel", text="Cancel")
    row = layout.row(align=True)
    row.operator("fsgan.load_result", text="Load result").target = target
    row.operator("fsgan.check", text="Check")
    for line in status_lines(state.status):
        layout.label(text=line)


def status_lines(status: str, width: int = 46) -> list[str]:
    """The status cut at spaces: a label of Blender is one line."""
    lines: list[str] = []
    for word in status.split():
        if lines and len(lines[-1]) + 1 + len(word) <= width:
            lines[-1] += " " + word
        else:
            lines.append(word)
    return lines
