"""The knobs of a node: the form of its job, knob by knob, and the buttons around it."""

from __future__ import annotations

from typing import Dict, List, Tuple

import fsgan_core
from fsgan_core.host.job_form import CLIPS, PATH, PICTURES, SETTING, FormField, form_fields
from fsgan_core.job.settings import SettingInfo, SettingValue
from fsgan_nuke.node_kinds import LAYERS, NodeKind
from fsgan_nuke.tcl_text import BOOL, BUTTON, DOUBLE, ENUM, FILE, INT, LINK, STRING, TAB, TEXT, Knob

FILE_SETTINGS = ("artist_matte", "holdout_matte")
"""Settings whose text is a path of pictures."""

EXPORT_SETTINGS = ("landmarks", "focal_mm", "haperture_mm", "contour_tolerance_px")
"""Settings of an export that stand on a node; the others are those of its swap or analysis."""

FARMS = ("openjd", "opencue", "deadline10", "tractor")
"""What `fsgan submit --to` can write for."""

GROUP_TITLES = {"settings": "Look", "analyze": "Analysis", "mattes": "Mattes", "": "Analysis"}
OUT_FOLDER = "[file dirname [value root.name]]/fsgan/[value name]/v[string range 00[value version] end-2 end]"
"""Without `format %03d`: in a file knob a percent sign stands for the frame number."""
NODE_RESULT = "Result"

_HELP = {
    "out": "What to write. Its folder is made; Tcl and environment variables are expanded.",
    "version": "Of the output. Version up before a render that should not replace what is there.",
    "version_up": "The next version that does not exist yet.",
    "render": "Start the engine on this node. Nuke stays free; the node reads the result when it is done.",
    "cancel": "Stop the engine after the frame it is at. What is on disk stays. Press it again to stop at once.",
    "reload": "Read what is on disk: after a farm render, or when Nuke was closed meanwhile.",
    "status": "What the engine last said.",
    "show": "The result, or one of its layers in rgba. All layers are in the stream as well.",
    "bypass": "Show the first input. It also shows where the result has no frames.",
    "result_file": "What the internal Read reads.",
    "on_error": "What the internal Read shows for a frame that is not there.",
    "extract": "Make a Read, and the layers as nodes, beside this one.",
    "recombine": "Make an FSGAN_Recombine behind this node.",
    "layer": "EXR layer or part to read. Empty: R G B.",
    "clips": "Files of the clips, separated by semicolons. What is connected comes on top.",
    "analysis": "Where pass 1 is kept. Empty: beside the result.",
    "corrections": "A file with corrections of the analysis, such as tracks moved by hand. Empty: none.",
    "prerender": "Nodes above this one are rendered to EXR before the engine starts. always: at every render. keep: "
    "use the pre-render that is on disk where it has every frame.",
    "prerender_now": "Only write what is connected, without starting the engine.",
    "views": "Stereo views to render, such as left right. Empty: all views of the script where a path has %V or %v, "
    "else one render.",
    "engine": "The program fsgan, its environment or its checkout. Empty: $FSGAN_ENGINE, then the checkout that this "
    "node comes from, then the PATH.",
    "keep_loaded": "The engine stays in memory between renders (fsgan serve), so that the next one starts in under a "
    "second. It ends after half an hour without work.",
    "save_job": "Write the job file for a farm or a terminal: fsgan run JOB.json.",
    "show_log": "What the engine's process said in the last run.",
    "doctor": "Check this Nuke, this package and the engine.",
    "create_tracker": "A Tracker with the chosen landmarks of the plate's face.",
    "create_cornerpin": "A CornerPin that holds a picture on the crop of the face, and one that steadies the crop.",
    "create_stmap": "STMaps from the plate to the crop of the face and back.",
    "create_axis": "An Axis with the pose of the head, and the camera that it is seen by.",
    "create_roto": "A Roto with the outline of the face, keyed over the shot.",
    "write_exports": "All of these as files beside the output, in the folder exports.",
    "take_tracks": "Select a Tracker of this face whose tracks you moved: the next render obeys the moved keys and "
    "interpolates between them.",
    "farm": "What the job is written for: Open Job Description and Deadline Cloud, OpenCue, Deadline 10, or Tractor.",
    "submit": "Write the files that the farm takes; it says how to hand them over.",
    "pick_layers": "Choose the layers to write from a list.",
}

_NO_LIMIT = {int: (0.0, 100.0), float: (0.0, 1.0)}
_NEW_LINE, _SAME_LINE, _HIDDEN = ("+STARTLINE",), ("-STARTLINE",), ("+INVISIBLE",)


def node_knobs(kind: NodeKind) -> List[Knob]:
    """All user knobs of a node, in the order of the panel."""
    fields = form_fields(kind.kind)
    settings = {field.name: field for field in fields if field.kind == SETTING}
    knobs = [Knob(TAB, "fsgan", f"FSGAN {kind.title}")]
    knobs += [setting_knob(settings[name]) for name in kind.main]
    knobs += _output_knobs(kind)
    for title in dict.fromkeys(GROUP_TITLES.values()):
        inside = [
            field
            for field in settings.values()
            if field.name not in kind.main and GROUP_TITLES[field.group] == title
        ]
        if inside:
            knobs.append(Knob(TAB, f"tab_{title.lower()}", title))
            knobs += [setting_knob(field) for field in inside]
            if any(field.name == "layers" for field in inside):
                knobs.append(button("pick_layers", "Pick layers..."))
    if kind.kind in ("swap", "analyze"):
        knobs += _export_knobs()
    return knobs + _file_knobs(fields) + _engine_knobs() + _info_knobs(kind)


def setting_knob(field: FormField) -> Knob:
    """The knob of one setting: its name, default, limits and help are the setting's."""
    info = field.info
    label = f"{info.label} ({info.unit})" if info.unit else info.label
    value = value_text(info.default)
    if info.choices:
        return Knob(ENUM, field.name, label, info.help, value, items=info.choices, flags=_NEW_LINE)
    if info.type is bool:
        return Knob(BOOL, field.name, label, info.help, value, flags=_NEW_LINE)
    if info.type in (int, float):
        return Knob(INT if info.type is int else DOUBLE, field.name, label, info.help, value, limits=_limits(info))
    return Knob(FILE if field.name in FILE_SETTINGS else STRING, field.name, label, info.help, value)


def value_text(value: SettingValue) -> str:
    """A default as Nuke writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:.12g}" if isinstance(value, float) else str(value)


def button(name: str, label: str, same_line: bool = False) -> Knob:
    """A button that calls `fsgan_nuke.buttons`, or says that the package is missing."""
    script = (
        "try:\n"
        "    import fsgan_nuke.buttons\n"
        "except ImportError as problem:\n"
        "    (nuke.message if nuke.GUI else nuke.tprint)('The package fsgan_nuke is not installed on this machine. "
        "Run: fsgan install nuke (%s)' % problem)\n"
        "else:\n"
        f"    fsgan_nuke.buttons.press('{name}', nuke.thisNode())"
    )
    return Knob(BUTTON, name, label, _HELP[name], target=script, flags=_SAME_LINE if same_line else _NEW_LINE)


def callbacks() -> Dict[str, str]:
    """What Nuke runs when a node is made or changed; silent where the package is missing, as on a farm."""

    def guarded(call: str) -> str:
        head = "try:\n    import fsgan_nuke.buttons\nexcept ImportError:\n    pass\nelse:\n"
        return f"{head}    fsgan_nuke.buttons.{call}"

    return {
        "onCreate": guarded("created(nuke.thisNode())"),
        "knobChanged": guarded("changed(nuke.thisNode(), nuke.thisKnob())"),
    }


def _limits(info: SettingInfo) -> Tuple[float, float]:
    low, high = _NO_LIMIT[info.type]
    return (low if info.minimum is None else info.minimum, high if info.maximum is None else info.maximum)


def _output_knobs(kind: NodeKind) -> List[Knob]:
    """Where the result goes, and the buttons that make it and stop it."""
    knobs = [
        Knob(TEXT, "divider_output", ""),
        Knob(FILE, "out", "Output", _HELP["out"], f"{OUT_FOLDER}/{kind.out}"),
        Knob(INT, "version", "Version", _HELP["version"], "1", limits=(1, 100)),
        button("version_up", "Version up", same_line=True),
        button("render", "Render"),
        button("cancel", "Cancel", same_line=True),
    ]
    if kind.makes_pictures:
        knobs.append(button("reload", "Load result", same_line=True))
    knobs.append(Knob(TEXT, "status", "Status", _HELP["status"], target="not rendered"))
    return knobs + (_result_knobs() if kind.makes_pictures else [])


def _result_knobs() -> List[Knob]:
    """What the node shows of its result."""
    return [
        Knob(TEXT, "divider_result", ""),
        Knob(ENUM, "show", "Show", _HELP["show"], "result", items=("result", *LAYERS)),
        Knob(BOOL, "bypass", "Bypass", _HELP["bypass"], "false", flags=_SAME_LINE),
        Knob(LINK, "result_file", "Result file", _HELP["result_file"], target=f"{NODE_RESULT}.file"),
        Knob(LINK, "on_error", "Missing frames", _HELP["on_error"], target=f"{NODE_RESULT}.on_error"),
        button("extract", "Extract Reads"),
        button("recombine", "Add Recombine", same_line=True),
        Knob(INT, "result_first", None, value="0", flags=_HIDDEN),
        Knob(INT, "result_last", None, value="-1", flags=_HIDDEN),
    ]


def _export_knobs() -> List[Knob]:
    """What the analysis of the plate gives to the script, and takes from it."""
    fields = [field for field in form_fields("export") if field.name in EXPORT_SETTINGS]
    return [
        Knob(TAB, "tab_exports", "Exports"),
        *[setting_knob(field) for field in fields],
        button("create_tracker", "Create Tracker"),
        button("create_cornerpin", "Create CornerPin", same_line=True),
        button("create_stmap", "Create STMap", same_line=True),
        button("create_axis", "Create Axis"),
        button("create_roto", "Create Roto", same_line=True),
        button("write_exports", "Write all files", same_line=True),
        Knob(TEXT, "divider_tracks", ""),
        button("take_tracks", "Take moved tracks"),
    ]


def _file_knobs(fields: Tuple[FormField, ...]) -> List[Knob]:
    """Files instead of inputs, and the files that a job keeps."""
    knobs = [Knob(TAB, "tab_files", "Files")]
    for field in fields:
        words = field.name.replace("_", " ")
        title = words.capitalize()
        if field.kind == PICTURES:
            knobs.append(Knob(FILE, field.name, title, f"Files of the {words}. Empty: what is connected.", ""))
            knobs.append(Knob(STRING, f"{field.name}_layer", f"{title} layer", _HELP["layer"], ""))
        elif field.kind == CLIPS:
            knobs.append(Knob(STRING, field.name, title, _HELP["clips"], ""))
        elif field.kind == PATH and field.name != "out":
            what = _HELP["corrections" if "corrections" in field.name else "analysis"]
            knobs.append(Knob(FILE, field.name, title, what, ""))
    return [
        *knobs,
        Knob(ENUM, "prerender", "Pre-render", _HELP["prerender"], "always", items=("always", "keep")),
        button("prerender_now", "Pre-render inputs", same_line=True),
        Knob(STRING, "views", "Views", _HELP["views"], ""),
    ]


def _engine_knobs() -> List[Knob]:
    return [
        Knob(TAB, "tab_engine", "Engine"),
        Knob(STRING, "engine", "Engine", _HELP["engine"], ""),
        Knob(BOOL, "keep_loaded", "Keep models loaded", _HELP["keep_loaded"], "false", flags=_NEW_LINE),
        button("save_job", "Save job"),
        button("show_log", "Show log", same_line=True),
        Knob(ENUM, "farm", "Farm", _HELP["farm"], FARMS[0], items=FARMS, flags=_NEW_LINE),
        button("submit", "Write for farm", same_line=True),
        button("doctor", "Doctor", same_line=True),
        Knob(STRING, "last_out", None, value="", flags=_HIDDEN),
        Knob(BOOL, "is_running", None, value="false", flags=_HIDDEN),
    ]


def _info_knobs(kind: NodeKind) -> List[Knob]:
    text = (
        f"{kind.node_class} {fsgan_core.__version__}. Help: docs/nuke.md of FSGAN.\n"
        "Have the consent of the people you put in and replace. Results carry fsgan/synthetic_media = 1."
    )
    return [
        Knob(TAB, "tab_info", "Info"),
        Knob(TEXT, "about", "", target=text),
        Knob(STRING, "fsgan_version", None, value=fsgan_core.__version__, flags=_HIDDEN),
        Knob(STRING, "fsgan_kind", None, value=kind.node_class, flags=_HIDDEN),
    ]
