"""The add-on's preferences: which engine runs."""

from __future__ import annotations

import os
from typing import Any

import bpy

ENGINE_NOTE = "engine.txt"
"""A file of the installed add-on: the engine that the installer found."""


class FSGAN_AP_preferences(bpy.types.AddonPreferences):  # noqa: N801 - Blender wants this form of name
    """Preferences of the add-on."""

    bl_idname = __package__
    __annotations__ = {
        "engine": bpy.props.StringProperty(
            name="Engine", subtype="FILE_PATH",
            description="The program fsgan, its environment or its checkout. Empty: the one that the installer found",
        )
    }  # fmt: skip

    def draw(self, _context: Any) -> None:
        """One line."""
        self.layout.prop(self, "engine")


def asked_engine(context: Any) -> str:
    """The engine that the artist or the installer names; "" leaves the choice to `find_engine`."""
    addon = context.preferences.addons.get(__package__)
    chosen = bpy.path.abspath(addon.preferences.engine) if addon is not None and addon.preferences else ""
    if chosen or os.environ.get("FSGAN_ENGINE"):
        return str(chosen)
    note = os.path.join(os.path.dirname(os.path.abspath(__file__)), ENGINE_NOTE)
    try:
        with open(note, encoding="utf-8") as stream:
            return stream.read().strip()
    except OSError:
        return ""
