"""A node made jobs: what its knobs say and what is connected to it, one job a stereo view."""

from __future__ import annotations

from typing import Dict, List, Tuple

from fsgan_core.errors import FsganError, JobError
from fsgan_core.host.job_form import CLIPS, PATH, PICTURES, SETTING, FormField, FormValue, form_fields, job_from_form
from fsgan_core.job.spec import Job
from fsgan_core.shot.sequence_path import SequencePath
from fsgan_nuke import nuke_api
from fsgan_nuke.inputs import InputFiles, input_files, views_to_render
from fsgan_nuke.node_kinds import NodeInput, NodeKind, kind_of
from fsgan_nuke.node_knobs import FILE_SETTINGS

_PLATE_FIELDS = ("plate", "artist_matte", "holdout_matte")
"""Inputs that the node's Frames count on; the others have ranges of their own."""

_COLORSPACE_OF = {
    "plate": "colorspace", "source": "source_colorspace", "sources": "source_colorspace",
    "driver": "driver_colorspace", "pose_from": "pose_colorspace", "expression_from": "expression_colorspace",
}  # fmt: skip
_FRAMES_OF = dict.fromkeys(_PLATE_FIELDS, "frames")
"""Where a pre-render takes its frames from; other inputs are rendered whole."""


def node_kind(node: nuke_api.Node) -> NodeKind:
    """What kind of node this is; a Group made of a gizmo is known by its knob.

    Raises:
        FsganError: It is none of ours, or one that makes no job.
    """
    kind = kind_of(node.Class())
    if kind is None and node.knob("fsgan_kind") is not None:
        kind = kind_of(str(node["fsgan_kind"].value()))
    if kind is None or not kind.kind:
        raise FsganError(f"{node.fullName()} is no FSGAN node that renders.")
    return kind


def collect_jobs(node: nuke_api.Node) -> List[Job]:
    """The jobs of a node; inputs that are no plain Read are rendered to EXR on the way.

    Raises:
        JobError: A knob is wrong, something needed is missing, or the script was never saved.
        FsganError: A pre-render failed.
    """
    kind = node_kind(node)
    fields = form_fields(kind.kind)
    values = knob_values(node, fields)
    paths = [str(values[field.name]) for field in fields if field.kind in (PATH, PICTURES)]
    paths += [nuke_api.text_of(source, "file") for source in _connected_reads(node, kind)]
    views = views_to_render(nuke_api.text_of(node, "views"), paths)
    return [_job_of_view(node, kind, dict(values), view) for view in views]


def knob_values(node: nuke_api.Node, fields: Tuple[FormField, ...]) -> Dict[str, FormValue]:
    """What the knobs say, by field; paths are whole, and what is empty is left out."""
    values: Dict[str, FormValue] = {}
    for field in fields:
        if field.kind == SETTING:
            is_text = field.info.type is str and not field.info.choices
            values[field.name] = nuke_api.text_of(node, field.name) if is_text else node[field.name].value()
            if field.name in FILE_SETTINGS and values[field.name]:
                values[field.name] = nuke_api.absolute(str(values[field.name]))
        elif field.kind == CLIPS:
            clips = [part.strip() for part in nuke_api.text_of(node, field.name).split(";") if part.strip()]
            values[field.name] = tuple(nuke_api.absolute(clip) for clip in clips)
        else:
            path = nuke_api.text_of(node, field.name)
            values[field.name] = nuke_api.absolute(path) if path else ""
            if field.kind == PICTURES:
                values[f"{field.name}_layer"] = nuke_api.text_of(node, f"{field.name}_layer")
    return values


def _job_of_view(node: nuke_api.Node, kind: NodeKind, values: Dict[str, FormValue], view: str) -> Job:
    for number, item in enumerate(kind.inputs):
        if item.field == "sources" or not values.get(item.field):
            frames = str(values.get(_FRAMES_OF.get(item.field, ""), "") or "")
            files = input_files(node, item, number, frames, view)
            if files is not None:
                _fill(values, item, files)
        if item.is_needed and not values.get(item.field):
            raise JobError(
                f"Nothing is connected to {item.name}. Connect the {item.label}, or name its files on the Files tab."
            )
    if view:
        values.update({f"{field.name}_stereo_view": view for field in form_fields(kind.kind) if field.kind == PICTURES})
        values["out"] = SequencePath(str(values.get("out", ""))).for_view(view).text
    return job_from_form(kind.kind, values, nuke_api.host_name())


def _fill(values: Dict[str, FormValue], item: NodeInput, files: InputFiles) -> None:
    """Put an input's files into the form, and what their numbers mean, unless the artist said so."""
    if item.field == "sources":
        clips = values.get("sources")
        values["sources"] = (*(clips if isinstance(clips, tuple) else ()), files.path)
    else:
        values[item.field] = files.path
    colorspace = _COLORSPACE_OF.get(item.field)
    if colorspace is not None and files.colorspace and not values.get(colorspace):
        values[colorspace] = files.colorspace


def _connected_reads(node: nuke_api.Node, kind: NodeKind) -> List[nuke_api.Node]:
    """The Reads straight above the node."""
    above = [node.input(number) for number in range(len(kind.inputs))]
    return [source for source in above if source is not None and source.Class() == "Read"]
