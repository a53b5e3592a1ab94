"""The job's form as properties of the scene: name, default, limits and help are those of `job/settings.py`."""

from __future__ import annotations

from typing import Any

import bpy

from fsgan_core.host.job_form import PATH, PICTURES, SETTING, FormField, FormValue, form_fields
from fsgan_core.job.settings import SettingInfo

KINDS = ("swap", "reenact")
"""The kinds of job that the add-on offers."""

PICTURE_PARTS = ("layer", "stereo_view")
_DIGITS = 7
"""Blender stores single precision; more digits of a number than these are noise."""

_LABELS = {"out": "Output", "plate": "Plate", "source": "Source", "driver": "Driver"}
_HELP = {
    "plate": "Who receives the face. Empty: the active Image node, or the active strip",
    "source": "Who is seen in the result: a sequence (one of its files), a movie or a still",
    "driver": "Who moves the source: a sequence or a movie",
    "pose_from": "Another shot that gives the pose. Empty: the driver",
    "expression_from": "Another shot that gives the expression. Empty: the driver",
    "out": "Pattern of the EXRs to write, such as //fsgan/swap.####.exr. Empty: a folder fsgan beside the blend file",
}
_FILES = ("artist_matte", "holdout_matte")


def property_groups() -> dict[str, Any]:
    """A property group for each kind of job: `FSGAN_PG_swap`, ...; registered by registration.py."""
    return {kind: type(f"FSGAN_PG_{kind}", (bpy.types.PropertyGroup,), _members(kind)) for kind in KINDS}


def fields_by_section(kind: str) -> tuple[tuple[str, tuple[FormField, ...]], ...]:
    """The form's fields as the panel shows them: what is needed first, then by group."""
    fields = form_fields(kind)
    files = tuple(f for f in fields if f.kind == PICTURES or f.name == "out")
    first = tuple(f for f in fields if f.kind == SETTING and f.info.name in _FIRST and f.group == "settings")
    look = tuple(f for f in fields if f.group == "settings" and f not in first)
    sections = [
        ("", files + first), ("Look and output", look), ("Mattes", tuple(f for f in fields if f.group == "mattes")),
        ("Faces", tuple(f for f in fields if f.group == "analyze")),
        ("Files beside the result", tuple(f for f in fields if f.kind == PATH and f.name != "out")),
    ]  # fmt: skip
    return tuple((title, chosen) for title, chosen in sections if chosen)


_FIRST = ("frames", "face", "source_frames", "source_face", "driver_frames", "output", "on_missing_face")


def form_values(kind: str, properties: Any) -> dict[str, FormValue]:
    """What the artist chose, as `job_from_form` takes it; paths are made whole."""
    values: dict[str, FormValue] = {}
    for field in form_fields(kind):
        value = getattr(properties, field.name)
        if field.kind in (PICTURES, PATH) or field.name in _FILES:
            value = bpy.path.abspath(value) if value else ""
        elif isinstance(value, float):
            value = float(f"{value:.{_DIGITS}g}")
        values[field.name] = value
        if field.kind == PICTURES:
            for part in PICTURE_PARTS:
                values[f"{field.name}_{part}"] = getattr(properties, f"{field.name}_{part}")
    return values


def _members(kind: str) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for field in form_fields(kind):
        made[field.name] = _property(field)
        if field.kind == PICTURES:
            label = _label(field)
            made[f"{field.name}_layer"] = bpy.props.StringProperty(name=f"{label} layer")
            made[f"{field.name}_stereo_view"] = bpy.props.StringProperty(name=f"{label} stereo view")
    return {"__annotations__": made, "__doc__": f"The form of a {kind} job."}


def _property(field: FormField) -> Any:
    """A field as Blender declares a property."""
    info = field.info
    if field.kind != SETTING or field.name in _FILES:
        help = info.help if field.name in _FILES else _HELP.get(field.name, "")
        return bpy.props.StringProperty(name=_label(field), description=help, subtype="FILE_PATH")
    words: dict[str, Any] = {"name": _label(field), "description": info.help, "default": info.default}
    if info.choices:
        return bpy.props.EnumProperty(items=[(choice, choice, "") for choice in info.choices], **words)
    if info.type is bool:
        return bpy.props.BoolProperty(**words)
    if info.type is str:
        return bpy.props.StringProperty(**words)
    return (bpy.props.IntProperty if info.type is int else bpy.props.FloatProperty)(**words, **_limits(info))


def _limits(info: SettingInfo) -> dict[str, Any]:
    limits = {"min": info.minimum, "max": info.maximum}
    convert = info.type
    return {name: convert(limit) for name, limit in limits.items() if limit is not None}


def _label(field: FormField) -> str:
    if field.kind != SETTING:
        return _LABELS.get(field.name, field.name.replace("_", " ").capitalize())
    return f"{field.info.label} ({field.info.unit})" if field.info.unit else field.info.label
