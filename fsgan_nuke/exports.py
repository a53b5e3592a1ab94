"""What an analysis gives to a compositing script, as nodes: and tracks that were moved by hand, back to the engine."""

from __future__ import annotations

import json
import os
from functools import partial
from typing import Callable, Dict, Tuple, Union

from fsgan_core.errors import FsganError, JobError, OutputError
from fsgan_core.host.job_form import SETTING, FormField, FormValue, form_fields, job_from_form
from fsgan_core.job.spec import AnalyzeJob, Job, SwapJob
from fsgan_nuke import nuke_api
from fsgan_nuke.collect import collect_jobs, node_kind
from fsgan_nuke.node_knobs import EXPORT_SETTINGS
from fsgan_nuke.render import Follower, follow

PASTED: Dict[str, str] = {
    "tracker": "tracker.nk",
    "cornerpin": "corner_pin.nk",
    "stmap": "st_map.nk",
    "axis": "head.nk",
}
"""Formats that are node text, and the file that holds it."""

ROTO = "roto"

def export_fields() -> Tuple[FormField, ...]:
    """The settings of an export that a node shows."""
    return tuple(field for field in form_fields("export") if field.name in EXPORT_SETTINGS)


def create_nodes(node: nuke_api.Node, what: str) -> Follower:
    """Export one format of the node's plate, and make its nodes when it is written.

    Args:
        node: An FSGAN_Swap or FSGAN_Analyze.
        what: A key of PASTED, or ROTO.

    Raises:
        FsganError: As of collect_jobs; or the node renders.
    """
    job = export_job(node, what)

    def make(_: nuke_api.Node) -> str:
        if what == ROTO:
            with open(os.path.join(job.out, "face_roto.json"), encoding="utf-8") as stream:
                nuke_api.make_roto(json.load(stream))
        else:
            nuke_api.paste_nodes(os.path.join(job.out, PASTED[what]))
        return f"made {what} of {job.out}"

    return follow(node, [job], make)


def write_files(node: nuke_api.Node) -> Follower:
    """Export every format, without making nodes.

    Raises:
        FsganError: As of collect_jobs; or the node renders.
    """
    job = export_job(node, "all")
    return follow(node, [job], lambda _: f"wrote {job.out}")


def export_job(node: nuke_api.Node, formats: str) -> Job:
    """The export job of a node: its plate, its face, its analysis, its corrections.

    Raises:
        FsganError: As of collect_jobs.
    """
    plate_job = _plate_job(node)
    values: Dict[str, FormValue] = {
        "plate": plate_job.plate.path,
        "plate_layer": plate_job.plate.layer,
        "plate_stereo_view": plate_job.plate.stereo_view,
        "out": f"{os.path.dirname(plate_job.out)}/exports",
        "formats": formats,
        "analysis": analysis_of(plate_job),
    }
    shared = {field.name for field in form_fields("export") if field.kind == SETTING} - {"formats", *EXPORT_SETTINGS}
    own = {field.name: node[field.name].value() for field in export_fields()}
    if isinstance(plate_job, SwapJob):
        values["corrections"] = plate_job.corrections
        values.update(face=plate_job.settings.face, frames=plate_job.settings.frames)
        values.update(colorspace=plate_job.settings.colorspace, device=plate_job.settings.device)
        values.update(weights=plate_job.settings.weights)
    else:
        values.update(colorspace=plate_job.settings.colorspace, device=plate_job.device, weights=plate_job.weights)
    on_node = node.knobs()
    analysis = {name for name in shared if name in on_node} - set(values) - {"frames", "face"}
    values.update({name: node[name].value() for name in analysis})
    if not isinstance(plate_job, SwapJob) and plate_job.settings.frames:
        values["analyze_frames"] = plate_job.settings.frames
    return job_from_form("export", {**values, **own}, nuke_api.host_name())


def take_tracks(node: nuke_api.Node) -> Follower:
    """The selected Tracker's moved tracks made corrections, which the next render obeys.

    Raises:
        JobError: Not one Tracker4 is selected.
        FsganError: As of collect_jobs; or the node renders.
    """
    chosen = [other for other in nuke_api.selected_nodes() if other.Class() == "Tracker4"]
    if len(chosen) != 1:
        raise JobError("Select one Tracker that Create Tracker made and whose tracks you moved, then press this again.")
    plate_job = _plate_job(node)
    folder = f"{os.path.dirname(plate_job.out)}/exports"
    tracks, corrections = f"{folder}/moved_tracks.nk", f"{folder}/corrections.json"
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError as problem:
        raise OutputError(f"The folder cannot be made: {problem.strerror}.", path=folder) from problem
    nuke_api.copy_node(chosen[0], tracks)
    values: Dict[str, FormValue] = {
        "plate": plate_job.plate.path, "plate_stereo_view": plate_job.plate.stereo_view, "tracks": tracks,
        "analysis": analysis_of(plate_job), "out": corrections,
    }  # fmt: skip
    if isinstance(plate_job, SwapJob):
        values["face"] = plate_job.settings.face

    def obey(on: nuke_api.Node) -> str:
        if on.knob("corrections") is None:
            return f"wrote {corrections}. Name it as Corrections of a swap."
        on["corrections"].setValue(corrections)
        return "the next render obeys the moved tracks"

    return follow(node, [job_from_form("import_tracks", values, nuke_api.host_name())], obey)


def analysis_of(job: Job) -> str:
    """Where pass 1 on the plate of a node's job is kept."""
    if isinstance(job, SwapJob):
        return job.analysis_paths()[0]
    if isinstance(job, AnalyzeJob):
        return job.out
    raise FsganError("Only a swap and an analysis have a plate to export.")


def _plate_job(node: nuke_api.Node) -> Union[SwapJob, AnalyzeJob]:
    """The job of the node's first view.

    Raises:
        FsganError: The node has no plate.
    """
    job = collect_jobs(node)[0]
    if not isinstance(job, (SwapJob, AnalyzeJob)):
        raise FsganError(f"{node_kind(node).title} has no plate to export.")
    return job


EXPORTS: Dict[str, Callable[[nuke_api.Node], object]] = {
    **{f"create_{name}": partial(create_nodes, what=name) for name in (*PASTED, ROTO)},
    "write_exports": write_files,
    "take_tracks": take_tracks,
}
"""What the buttons of the Exports tab do."""
