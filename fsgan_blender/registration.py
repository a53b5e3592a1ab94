"""What Blender has to know of: classes, and the properties that they keep in a scene."""

from __future__ import annotations

from typing import Any

import bpy

from .form_properties import KINDS, property_groups
from .operators import OPERATORS
from .panels import FSGAN_PT_compositor, FSGAN_PT_sequencer
from .preferences import FSGAN_AP_preferences

_registered: list[Any] = []


def register() -> None:
    """Register every class, and give each scene its forms."""
    forms = property_groups()
    state = type("FSGAN_PG_state", (bpy.types.PropertyGroup,), {"__annotations__": _state_properties()})
    panels = (FSGAN_PT_compositor, FSGAN_PT_sequencer)
    for one in (*forms.values(), state, *OPERATORS, *panels, FSGAN_AP_preferences):
        bpy.utils.register_class(one)
        _registered.append(one)
    for kind, form in forms.items():
        setattr(bpy.types.Scene, f"fsgan_{kind}", bpy.props.PointerProperty(type=form))
    bpy.types.Scene.fsgan = bpy.props.PointerProperty(type=state)


def unregister() -> None:
    """Take everything back."""
    for name in ("fsgan", *[f"fsgan_{kind}" for kind in KINDS]):
        delattr(bpy.types.Scene, name)
    while _registered:
        bpy.utils.unregister_class(_registered.pop())


def _state_properties() -> Any:
    kinds = [(kind, kind.capitalize(), "") for kind in KINDS]
    offset = "Frame of the scene minus the number in the file names; found by itself for a strip or an Image node"
    return {
        "kind": bpy.props.EnumProperty(name="Do", items=kinds),
        "status": bpy.props.StringProperty(name="Status"),
        "out": bpy.props.StringProperty(name="Output of the last run"),
        "offset_frames": bpy.props.IntProperty(name="Time offset", description=offset),
    }
