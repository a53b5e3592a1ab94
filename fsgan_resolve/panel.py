"""Settings as controls of Fusion's inspector: the one translation of `job/settings.py` into user controls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Dict, Optional, Tuple

from fsgan_core.host.job_form import FormField
from fsgan_core.job.settings import SettingInfo, SettingValue
from fsgan_resolve.lua_text import Table, Value, table

PREFIX = "FS_"
"""Opens the name of every control, so that a script tells ours from Fusion's."""

FIRST_PAGE = "FSGAN"
OUTPUT_PAGE = "Output"
_PAGES: Dict[str, Tuple[str, ...]] = {
    FIRST_PAGE: (
        "frames", "face", "source_frames", "source_face", "driver_frames", "driver_face", "onto_frames", "output",
        "on_missing_face",
    ),
    OUTPUT_PAGE: (
        "layers", "one_file_per_layer", "bit_depth", "compression", "colorspace", "source_colorspace",
        "driver_colorspace", "pose_colorspace", "expression_colorspace", "weights", "device",
    ),
}  # fmt: skip
_OTHER_PAGE = "Look"
ANALYZE_PAGE, MATTES_PAGE = "Faces", "Mattes"
PAGES = (FIRST_PAGE, _OTHER_PAGE, MATTES_PAGE, OUTPUT_PAGE, ANALYZE_PAGE)
_PAGE_OF_GROUP = {"analyze": ANALYZE_PAGE, "mattes": MATTES_PAGE}
_FILES = ("artist_matte", "holdout_matte")
_SLIDER_RANGE = 500.0
"""A range wider than this is no use on a slider; a screw control turns without an end."""


@dataclass(frozen=True)
class Control:
    """One control of a panel.

    Args:
        name: Its name in Fusion.
        label: What the artist reads.
        page: The inspector's page.
        user_control: The entry in `UserControls`.
        start: What the control holds at first; None where it holds nothing.
    """

    name: str
    label: str
    page: str
    user_control: Table
    start: Optional[Value] = None


def setting_control(field: FormField) -> Control:
    """The control of a setting of the job's form."""
    info = field.info
    page = _PAGE_OF_GROUP.get(field.group, _page_of(info.name))
    label = f"{info.label} ({info.unit})" if info.unit else info.label
    start: SettingValue = info.default
    if info.choices:
        start = choice_index(info, info.default)
        shown = _control(label, "Number", "ComboControl", page, info.help, INP_Integer=True, INP_Default=start)
        shown = Table("", shown.named, [table(CCS_AddString=choice) for choice in info.choices])
    elif info.type is bool:
        start = int(bool(info.default))
        shown = _control(label, "Number", "CheckboxControl", page, info.help, INP_Integer=True, INP_Default=start)
    elif names_a_file(field):
        shown = _file(label, page, info.help, saves=False)
    elif info.type is str:
        shown = _control(label, "Text", "TextEditControl", page, info.help, TEC_Lines=1)
    else:
        shown = _control(label, "Number", _number_control(info), page, info.help, **_number_limits(info))
    return Control(PREFIX + field.name, label, page, shown, start)


def names_a_file(field: FormField) -> bool:
    """Whether the setting's text is the path of pictures."""
    return field.name in _FILES


def file_control(name: str, label: str, help: str, page: str = FIRST_PAGE, saves: bool = False) -> Control:
    """A path with a browse button."""
    return Control(PREFIX + name, label, page, _file(label, page, help, saves), "")


def text_control(name: str, label: str, help: str, page: str = FIRST_PAGE) -> Control:
    """A line of text."""
    return Control(PREFIX + name, label, page, _control(label, "Text", "TextEditControl", page, help, TEC_Lines=1), "")


def status_control() -> Control:
    """Lines that only the script writes."""
    help = "What the engine is doing, or why it stopped."
    control = _control("Status", "Text", "TextEditControl", FIRST_PAGE, help, TEC_Lines=4, TEC_ReadOnly=True)
    return Control(PREFIX + "status", "Status", FIRST_PAGE, control, "Not rendered yet: the plate passes through.")


def button(name: str, label: str, help: str, lua: str) -> Control:
    """A button that runs Lua."""
    control = _control(
        label, "Number", "ButtonControl", FIRST_PAGE, help, INP_Integer=False, ICD_Width=0.5, BTNCS_Execute=lua
    )
    return Control(PREFIX + name, label, FIRST_PAGE, control)


def hidden(name: str, start: Value) -> Control:
    """What only the script reads and writes."""
    label = name.capitalize()
    kind = ("Text", "TextEditControl") if isinstance(start, str) else ("Number", "ScrewControl")
    control = _control(label, *kind, FIRST_PAGE, "Written by the script.", IC_Visible=False)
    return Control(PREFIX + name, label, FIRST_PAGE, control, start)


def time_offset() -> Control:
    """Where the result lies in the composition's time."""
    label, help = "Time offset (frames)", "Time in the composition minus the number in the plate's file names."
    control = _control(label, "Number", "ScrewControl", OUTPUT_PAGE, help, INP_Integer=True, INP_Default=0)
    return Control(PREFIX + "time_offset", label, OUTPUT_PAGE, control, 0)


def mix_slider() -> Control:
    """How much of the result shows over the plate."""
    help = "How much of the result shows over the plate. Needs no new render."
    control = _control(
        "Mix", "Number", "SliderControl", FIRST_PAGE, help, INP_Default=1.0, INP_MinScale=0.0, INP_MaxScale=1.0,
        INP_MinAllowed=0.0, INP_MaxAllowed=1.0,
    )  # fmt: skip
    return Control(PREFIX + "mix", "Mix", FIRST_PAGE, control, 1.0)


def instance_input(control: Control, tool: str) -> Table:
    """The control as the group shows it."""
    entries: Dict[str, Value] = {"SourceOp": tool, "Source": control.name, "Name": control.label, "Page": control.page}
    shown = control.user_control.named
    entries.update({key[4:]: shown[key] for key in ("INP_Default", "INP_MinScale", "INP_MaxScale") if key in shown})
    if "ICD_Width" in shown:
        entries["Width"] = shown["ICD_Width"]
    return Table("InstanceInput", entries)


def start_inputs(controls: Tuple[Control, ...]) -> Dict[str, Value]:
    """What the tool that carries the controls holds at first."""
    started = ((control.name, control.start) for control in controls)
    return {name: table("Input", Value=start) for name, start in started if start is not None}


def choice_index(info: SettingInfo, value: SettingValue) -> int:
    """A combo box holds the position of the choice."""
    return info.choices.index(str(value))


def _number_control(info: SettingInfo) -> str:
    wide = info.minimum is None or info.maximum is None or info.maximum - info.minimum > _SLIDER_RANGE
    return "ScrewControl" if wide else "SliderControl"


def _number_limits(info: SettingInfo) -> Dict[str, Value]:
    entries: Dict[str, Value] = {"INP_Integer": info.type is int, "INP_Default": info.default}
    for key, limit in (("Min", info.minimum), ("Max", info.maximum)):
        if limit is not None:
            entries[f"INP_{key}Scale"] = limit
            entries[f"INP_{key}Allowed"] = limit
    return entries


def _file(label: str, page: str, help: str, saves: bool) -> Table:
    return _control(label, "Text", "FileControl", page, help, FC_IsSaver=saves, FC_ClipBrowse=not saves)


def _page_of(setting: str) -> str:
    return next((page for page, names in _PAGES.items() if setting in names), _OTHER_PAGE)


def _control(label: str, data_type: str, kind: str, page: str, help: str, **more: Value) -> Table:
    return table(
        "", LINKS_Name=label, LINKID_DataType=data_type, INPID_InputControl=kind, ICS_ControlPage=page,
        INPS_StatusText=help, **more,
    )  # fmt: skip
