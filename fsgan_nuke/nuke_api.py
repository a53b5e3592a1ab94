"""The one door to Nuke: nothing else of this package imports the module `nuke`."""

from __future__ import annotations

import os
import re
from typing import Any, Callable, Dict, List, Optional, Tuple

import nuke

from fsgan_core.errors import FsganError, JobError

Node = nuke.Node


def in_gui() -> bool:
    """Whether there is a user interface; not in `nuke -t`, `nuke -x` and on a farm."""
    return bool(nuke.GUI)


def host_name() -> str:
    """Such as `nuke 16.0`."""
    return f"nuke {nuke.NUKE_VERSION_MAJOR}.{nuke.NUKE_VERSION_MINOR}"


def on_main_thread(function: Callable[..., Any], *arguments: Any) -> None:
    """Call a function where Nuke's nodes may be touched: later in a user interface, at once in a terminal."""
    if nuke.GUI:
        nuke.executeInMainThread(function, args=arguments)
    else:
        function(*arguments)


def say(sentence: str) -> None:
    """Tell the artist: a window, or a line on the terminal."""
    if nuke.GUI:
        nuke.message(sentence)
    else:
        nuke.tprint(sentence)


def find_node(full_name: str) -> Optional[Node]:
    """The node of that full name; None where it was deleted or renamed."""
    return nuke.toNode(full_name)


def inner(node: Node, name: str) -> Node:
    """A node inside a group.

    Raises:
        FsganError: The group has none of that name: the gizmo and this package are of different versions.
    """
    found = node.node(name) if isinstance(node, nuke.Group) else None
    if found is None:
        raise FsganError(f"{node.fullName()} has no node {name} inside: it is of another version. Make it anew.")
    return found


def text_of(node: Node, knob: str) -> str:
    """The text of a string or file knob, Tcl and environment variables expanded, `%04d` kept."""
    found = node[knob]
    if isinstance(found, nuke.File_Knob):
        return str(found.getEvaluatedValue() or "")
    if isinstance(found, nuke.EvalString_Knob):
        return str(found.evaluate() or "")
    return str(found.value() or "")


def set_knob(node: Node, knob: str, value: Any) -> None:
    """Set a knob if the node still has it; scripts of older versions may not."""
    found = node.knob(knob)
    if found is not None:
        found.setValue(value)


def script_folder() -> str:
    """The folder of the script.

    Raises:
        JobError: The script was never saved.
    """
    name = str(nuke.root()["name"].value() or "")
    if not name or name == "Root":
        raise JobError("The script was never saved, so its folder is unknown. Save it, or name a whole path as Output.")
    return os.path.dirname(os.path.abspath(name))


def absolute(path: str) -> str:
    """A path of this script as a whole one, with forward slashes.

    Raises:
        JobError: It starts from the script's folder, and the script was never saved.
    """
    path = path.replace("\\", "/")
    if os.path.isabs(path) or re.match(r"[A-Za-z]:/|//", path):
        return path
    root = nuke.root()
    project = text_of(root, "project_directory") if root.knob("project_directory") is not None else ""
    return f"{(project or script_folder()).rstrip('/')}/{path}".replace("\\", "/").replace("/./", "/")


def script_views() -> List[str]:
    """The script's stereo views; one, `main`, where it is not stereo."""
    return [str(view) for view in nuke.views()]


def working_colorspace() -> str:
    """The OCIO name of Nuke's working space; "" where it is Nuke's own linear."""
    root = nuke.root()
    if root.knob("colorManagement") is None or str(root["colorManagement"].value()) != "OCIO":
        return ""
    name = str(root["workingSpaceLUT"].value() or "")
    return colorspace_name(name)


def colorspace_name(shown: str) -> str:
    """The name inside what a colorspace knob shows: `scene_linear (ACES - ACEScg)` gives `ACES - ACEScg`."""
    match = re.search(r"\((.+)\)\s*\Z", shown)
    return match.group(1) if match else shown


def execute_write(write: Node, path: str, frames: Tuple[int, int], views: List[str]) -> None:
    """Render a Write at full size, whatever the proxy mode is.

    Raises:
        FsganError: Nuke could not render it, or the artist stopped it.
    """
    root = nuke.root()
    had_proxy = bool(root["proxy"].value())
    write["file"].setValue(path)
    write["disable"].setValue(False)
    try:
        root["proxy"].setValue(False)
        nuke.execute(write, frames[0], frames[1], 1, views)
    except RuntimeError as problem:
        raise FsganError(f"The pre-render of {write.fullName()} failed: {problem}.", path=path) from problem
    finally:
        write["disable"].setValue(True)
        root["proxy"].setValue(had_proxy)


class ProgressBar:
    """Nuke's progress window; in a terminal, nothing.

    Args:
        title: What is being done.
    """

    def __init__(self, title: str) -> None:
        self._task: Optional[nuke.ProgressTask] = nuke.ProgressTask(title) if nuke.GUI else None

    def show(self, percent: int, sentence: str) -> bool:
        """Show how far it is; whether the artist pressed Cancel."""
        if self._task is None:
            return False
        self._task.setMessage(sentence)
        self._task.setProgress(percent)
        return bool(self._task.isCancelled())

    def close(self) -> None:
        """Take the window away: Nuke does that when the task is gone."""
        self._task = None


def log(line: str) -> None:
    """A line on Nuke's terminal."""
    nuke.tprint(line)


def choose_from(title: str, names: List[str], chosen: List[str]) -> Optional[List[str]]:
    """Let the artist tick some of `names`; None where they cancel."""
    panel = nuke.Panel(title)
    for name in names:
        panel.addBooleanCheckBox(name, name in chosen)  # type: ignore[attr-defined]  # the stub spells it wrong
    if not panel.show():
        return None
    return [name for name in names if panel.value(name)]


def selected_nodes() -> List[Node]:
    """What the artist has selected."""
    return list(nuke.selectedNodes())


def paste_nodes(path: str) -> None:
    """Make the nodes of a .nk text, as pasting does."""
    for node in nuke.selectedNodes():
        node["selected"].setValue(False)
    nuke.nodePaste(path)


def copy_node(node: Node, path: str) -> None:
    """Write the text of one node to a file, as copying does."""
    for other in nuke.selectedNodes():
        other["selected"].setValue(other is node)
    node["selected"].setValue(True)
    nuke.nodeCopy(path)


def make_roto(data: Dict[str, Any]) -> Node:
    """A Roto with one animated shape.

    Args:
        data: What the engine writes as `face_roto.json`: keys with a frame, and points and tangents in Nuke px.
    """
    import nuke.rotopaint

    node = nuke.createNode("Roto", inpanel=False)
    curves: Any = node["curves"]
    shape: Any = nuke.rotopaint.Shape(curves)
    shape.name = str(data.get("name", "face"))
    for x, y in data["keys"][0]["points"]:
        shape.append(nuke.rotopaint.ShapeControlPoint(x, y))
    for key in data["keys"]:
        for index, ((x, y), (dx, dy)) in enumerate(zip(key["points"], key["tangents"])):
            point = shape[index]
            point.center.addPositionKey(key["frame"], (x, y))
            for tangent in (point.leftTangent, point.featherLeftTangent):
                tangent.addPositionKey(key["frame"], (-dx, -dy))
            for tangent in (point.rightTangent, point.featherRightTangent):
                tangent.addPositionKey(key["frame"], (dx, dy))
    curves.rootLayer.append(shape)
    curves.changed()
    return node


def create_node(node_class: str, name: str, inputs: List[Optional[Node]], at: Tuple[int, int]) -> Node:
    """A new node beside the others of the root.

    Args:
        node_class: Such as `Read`.
        name: Made unique by Nuke.
        inputs: What it is connected to.
        at: Where it stands, px.
    """
    node = nuke.createNode(node_class, inpanel=False)
    for number, source in enumerate(inputs):
        node.setInput(number, source)
    node["name"].setValue(name)
    node.setXYpos(*at)
    return node


def gizmo_folder(name: str) -> str:
    """The folder of the plug-in path in which Nuke finds a file; "" where it finds none."""
    return next((folder for folder in nuke.pluginPath() if os.path.isfile(os.path.join(folder, name))), "")
