"""A job as a form: the flat list of what an artist can choose, and the job that the filled form makes.

Every host shows the same form. A field's name is that of its setting; where two groups of a job have a setting of one
name, the later group's gets the group's name before it: `frames` and `analyze_frames`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, Dict, List, Mapping, Sequence, Tuple, Type, Union, cast, get_args, get_type_hints

from fsgan_core.errors import JobError
from fsgan_core.job.pictures import Pictures
from fsgan_core.job.settings import SettingInfo, SettingValue, SwapSettings, describe_settings
from fsgan_core.job.spec import JOB_KINDS, Job

FormValue = Union[SettingValue, Sequence[str]]

SETTING, PICTURES, CLIPS, PATH = "setting", "pictures", "clips", "path"

_REFUSED = frozenset(["frames", "colorspace"])
"""Of pass 1, where the job's own settings say so."""

_LIMITS_PASS_1 = ("swap", "export")
"""Kinds of jobs that may look at fewer frames in pass 1 than the plate has."""


@dataclass(frozen=True)
class FormField:
    """One thing to choose.

    Args:
        name: Unique in the form.
        group: The entry of the job that holds it: `settings`, `analyze`, `mattes`; "" where it is one itself.
        kind: SETTING, PICTURES (a path; with `NAME_layer` and `NAME_stereo_view`), CLIPS (paths) or PATH (a file).
        is_needed: Whether a job cannot be without it.
        info: Of a setting: default, limits, label, help.
    """

    name: str
    group: str
    kind: str
    is_needed: bool = False
    info: SettingInfo = SettingInfo("", str, "", "", "", "", None, None, ())


def form_fields(kind: str) -> Tuple[FormField, ...]:
    """Everything that a job of one kind lets the artist choose, in the order of the job.

    Raises:
        KeyError: There is no such kind of job.
    """
    job_type = JOB_KINDS[kind]
    types = get_type_hints(job_type)
    found: List[FormField] = []
    for item in fields(cast(Any, job_type)):
        if item.name == "host":
            continue
        is_needed = item.default is item.default_factory  # both are MISSING
        for one in _fields_of(kind, item.name, types[item.name], bool(item.metadata.get("is_path"))):
            taken = {field.name for field in found}
            name = f"{one.group}_{one.name}" if one.name in taken else one.name
            found.append(FormField(name, one.group, one.kind, is_needed, one.info))
    return tuple(found)


def form_defaults(kind: str) -> Dict[str, SettingValue]:
    """The default of every setting of a form."""
    return {field.name: field.info.default for field in form_fields(kind) if field.kind == SETTING}


def job_from_form(kind: str, values: Mapping[str, FormValue], host: str) -> Job:
    """The job that a filled form makes; what is left out has its default.

    Args:
        kind: `swap`, `reenact`, ...
        values: Field name to value; pictures also take `NAME_layer` and `NAME_stereo_view`. Numbers of the wrong kind
            (a host's 3.0 for 3) are made right where nothing is lost.
        host: Who writes the job, such as `nuke 16.0`.

    Raises:
        JobError: A value is missing, of the wrong type or outside its limits; the message names it.
        KeyError: The form has no field of that name; the adapter's own mistake.
    """
    form = form_fields(kind)
    content: Dict[str, Any] = {"host": host}
    groups: Dict[str, Dict[str, Any]] = {}
    left = dict(values)
    for field in form:
        if field.kind == PICTURES:
            words = [str(left.pop(field.name + part, "")) for part in ("", "_layer", "_stereo_view")]
            if words[0]:
                content[field.name] = Pictures(*words)
            elif field.is_needed:
                raise JobError(f"The {field.name} is missing. Connect it, or name its files.")
        elif field.name in left:
            value = left.pop(field.name)
            if field.kind == CLIPS:
                content[field.name] = tuple(Pictures(path) for path in cast(Sequence[str], value))
            elif field.kind == SETTING and field.group:
                groups.setdefault(field.group, {})[field.info.name] = _fitting(field.info, value)
            else:
                content[field.name] = value
    if left:
        raise KeyError(f"the form of {kind} has no field {', '.join(sorted(left))}")
    types = get_type_hints(JOB_KINDS[kind])
    for group, chosen in groups.items():
        content[group] = types[group](**chosen)
    if not content.get("out"):
        raise JobError("The output is missing. Name the files to write.")
    return JOB_KINDS[kind](**content)


def _fields_of(kind: str, name: str, wanted: Type[Any], is_path: bool) -> List[FormField]:
    """The fields that one entry of a job makes."""
    options = get_args(wanted)
    if wanted is Pictures or Pictures in options and Ellipsis not in options:
        return [FormField(name, "", PICTURES)]
    if Pictures in options:
        return [FormField(name, "", CLIPS)]
    if is_path:
        return [FormField(name, "", PATH)]
    if not is_dataclass(wanted):
        # The weights and the device of an analysis, which stand in its job itself.
        info = next(info for info in describe_settings(SwapSettings) if info.name == name)
        return [FormField(name, "", SETTING, info=info)]
    refused = _REFUSED if name == "analyze" else frozenset()
    if kind in _LIMITS_PASS_1:
        refused = refused - {"frames"}
    infos = [info for info in describe_settings(cast(Type[Any], wanted)) if info.name not in refused]
    return [FormField(info.name, name, SETTING, info=info) for info in infos]


def _fitting(info: SettingInfo, value: Any) -> Any:
    """The value as the setting's type where that changes nothing: hosts give 3.0 for 3, and 1 for true."""
    is_number = isinstance(value, (int, float)) and math.isfinite(value)
    if is_number and info.type in (int, float, bool) and info.type(value) == value:
        return info.type(value)
    return value
