"""The files behind an input of a node: those of a plain Read, else a pre-render of whatever is connected."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import List, Optional, Tuple

from fsgan_core.errors import JobError, PlateError
from fsgan_core.host.run_folder import runs_of
from fsgan_core.shot.frame_range import FrameRange
from fsgan_core.shot.sequence_path import SequencePath
from fsgan_nuke import nuke_api
from fsgan_nuke.node_kinds import NodeInput

_PASSING = ("Dot", "NoOp")
_DEFAULT_COLORSPACES = ("default", "linear", "scene_linear")


@dataclass(frozen=True)
class InputFiles:
    """Pictures for a job.

    Args:
        path: Their pattern, still or movie, whole.
        colorspace: OCIO name of what the numbers mean; "" by file type.
    """

    path: str
    colorspace: str = ""


def input_files(node: nuke_api.Node, item: NodeInput, number: int, frames: str, view: str) -> Optional[InputFiles]:
    """The files of one input; None where nothing is connected.

    Args:
        node: The FSGAN node.
        item: The input.
        number: Its number.
        frames: What the job works on, such as `1001-1010`; "" means the range of what is connected.
        view: The stereo view to render; "" means the only one.

    Raises:
        JobError: The script was never saved, so that a pre-render has no place.
        FsganError: The pre-render failed.
    """
    connected = node.input(number)
    if connected is None:
        return None
    read = plain_read(connected)
    return read_files(read) if read is not None else prerendered(node, item, number, frames, view)


def plain_read(node: nuke_api.Node) -> Optional[nuke_api.Node]:
    """The Read whose files are what this node shows: a Read without a retime, behind nothing that changes it."""
    while node.Class() in _PASSING or (node.knob("disable") is not None and bool(node["disable"].value())):
        above = node.input(0)
        if above is None:
            return None
        node = above
    if node.Class() != "Read":
        return None
    shift = str(node["frame"].value() or "") if node.knob("frame") is not None else ""
    return node if shift in ("", "0", "frame") else None


def read_files(read: nuke_api.Node) -> InputFiles:
    """The full-size files of a Read, never its proxies.

    Raises:
        PlateError: The Read names no file.
    """
    path = nuke_api.text_of(read, "file")
    if not path:
        raise PlateError(f"{read.fullName()} names no file. Choose one, or connect something else.")
    is_raw = read.knob("raw") is not None and bool(read["raw"].value())
    colorspace = "" if is_raw or not nuke_api.working_colorspace() else str(read["colorspace"].value() or "")
    name = nuke_api.colorspace_name(colorspace)
    return InputFiles(nuke_api.absolute(path), "" if name in _DEFAULT_COLORSPACES else name)


def prerendered(node: nuke_api.Node, item: NodeInput, number: int, frames: str, view: str) -> InputFiles:
    """What is connected, written to EXR beside the output.

    Raises:
        JobError: The script was never saved, or `frames` is no range.
        FsganError: Nuke could not render.
    """
    connected = node.input(number)
    if connected is None:
        raise JobError(f"Nothing is connected to {item.name}.")
    folder = runs_of(nuke_api.absolute(nuke_api.text_of(node, "out")))
    path = f"{folder}/prerender/{item.name.lower()}{f'_{view}' if view else ''}.%04d.exr".replace("\\", "/")
    first, last = _range(connected, frames)
    keeps = str(node["prerender"].value()) == "keep"
    if not (keeps and set(range(first, last + 1)) <= set(SequencePath(path).find_frames())):
        try:
            os.makedirs(os.path.dirname(path), exist_ok=True)
        except OSError as problem:
            raise PlateError(f"The pre-render cannot be written: {problem.strerror}.", path=path) from problem
        views = [view] if view else nuke_api.script_views()[:1]
        nuke_api.execute_write(nuke_api.inner(node, item.write), path, (first, last), views)
    return InputFiles(path, nuke_api.working_colorspace())


def _range(connected: nuke_api.Node, frames: str) -> Tuple[int, int]:
    if frames:
        asked = FrameRange.parse(frames)
        return asked.first, asked.last
    return connected.firstFrame(), connected.lastFrame()


def views_to_render(chosen: str, paths: List[str]) -> List[str]:
    """The stereo views of a render: those chosen, else all of the script where a path asks for one; [""] for none.

    Raises:
        JobError: A view is chosen that the script does not have.
    """
    known = nuke_api.script_views()
    asked = chosen.replace(",", " ").split()
    for view in asked:
        if view not in known:
            raise JobError(f"The script has no view {view}: it has {', '.join(known)}.")
    if asked:
        return asked
    return known if any("%V" in path or "%v" in path for path in paths) else [""]
