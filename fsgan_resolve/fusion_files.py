"""All files that Fusion and Resolve scan: macros and settings made here, scripts as they lie in `gizmos/fusion`.

python -m fsgan_resolve.fusion_files     makes those of gizmos/fusion anew, after a setting has changed
"""

from __future__ import annotations

import os
from typing import Dict, List, get_type_hints

from fsgan_core.host.find_engine import OLDEST_ENGINE
from fsgan_core.host.job_form import SETTING, FormField, form_fields
from fsgan_core.job.job_file import SCHEMA
from fsgan_core.job.settings import SettingInfo, describe_settings
from fsgan_core.job.spec import JOB_KINDS
from fsgan_resolve.lua_text import Table, Value, lua_text, sequence, table
from fsgan_resolve.macros import FILE_HELP, LAYERS, RENDER_MACROS, macro_files, press
from fsgan_resolve.panel import PREFIX, names_a_file

GIZMOS = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "gizmos", "fusion")
"""The folder as it stands in a checkout: Fusion can scan it where it is, as a path of its own."""

HOW_TO_INSTALL = (
    "Install the engine with: python3 install/bootstrap.py install (Python 3.11 or newer), then run: fsgan install "
    "resolve. Or name the program fsgan in the Engine control or in the environment variable FSGAN_ENGINE."
)
DROPPED_VARIABLES = (
    "PYTHONHOME PYTHONPATH PYTHONSTARTUP LD_LIBRARY_PATH LD_PRELOAD DYLD_LIBRARY_PATH DYLD_INSERT_LIBRARIES "
    "QT_PLUGIN_PATH QT_QPA_PLATFORM_PLUGIN_PATH VIRTUAL_ENV SSL_CERT_FILE RESOLVE_SCRIPT_API RESOLVE_SCRIPT_LIB"
)
"""Variables of the host that would bend the engine's Python, as `host/engine_environment.py` drops them."""

_SCRIPTS = {
    "start": "FSGAN Start",
    "cancel": "FSGAN Cancel",
    "load": "FSGAN Load result",
    "render_plate": "FSGAN Render plate",
    "extract": "FSGAN Extract Loaders",
    "check": "FSGAN Check",
}


def generated_files() -> Dict[str, str]:
    """Path below Fusion's folder to text: macros, the table of settings, and a script for every button."""
    files = {f"Macros/FSGAN/{name}": text for name, text in macro_files().items()}
    files["Modules/Lua/fsgan_settings.lua"] = settings_lua()
    for action, title in _SCRIPTS.items():
        files[f"Scripts/Comp/FSGAN/{title}.lua"] = _script(press(action).replace("tool, comp", "comp.ActiveTool, comp"))
    files["Scripts/Comp/FSGAN/FSGAN Follow.lua"] = _script(
        press("follow").replace("fsgan.press('follow', tool, comp, fusion, bmd)", "fsgan.follow(comp, fusion, bmd)")
    )
    return files


def settings_lua() -> str:
    """The table that `fsgan.lua` works from: the job kinds, their entries and settings, the layers, the versions."""
    layers = [table(name=name, channels=sequence(*channels)) for name, channels in LAYERS.items()]
    kinds: Dict[str, Value] = {
        macro.kind: Table("", {"connected": macro.connected}, _fields(macro.kind)) for macro in RENDER_MACROS
    }
    content = table(
        schema=SCHEMA,
        oldest_engine=sequence(*OLDEST_ENGINE[:2]),
        how_to_install=HOW_TO_INSTALL,
        dropped_variables=DROPPED_VARIABLES,
        layers=sequence(*layers),
        kinds=Table("", kinds),
    )
    return f"-- Made by python -m fsgan_resolve.fusion_files. Do not edit.\nreturn {lua_text(content)}\n"


def write_gizmos(folder: str = GIZMOS) -> None:
    """Write the generated files below `folder`."""
    for name, text in generated_files().items():
        path = os.path.join(folder, *name.split("/"))
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)


def _script(lua: str) -> str:
    return f"-- Made by python -m fsgan_resolve.fusion_files. Do not edit.\n{lua}\n"


def _fields(kind: str) -> List[Value]:
    """The form, and, behind each group, the settings that it does not show: a job file says everything."""
    fields = form_fields(kind)
    types = get_type_hints(JOB_KINDS[kind])
    made: List[Value] = []
    for index, field in enumerate(fields):
        made.append(_field(field))
        ends = index + 1 == len(fields) or fields[index + 1].group != field.group
        if field.kind == SETTING and ends:
            shown = {one.info.name for one in fields if one.group == field.group}
            hidden = [info for info in describe_settings(types[field.group]) if info.name not in shown]
            made += [_hidden(field.group, info) for info in hidden]
    return made


def _hidden(group: str, info: SettingInfo) -> Table:
    return table("", kind=SETTING, key=info.name, group=group, default=info.default, type=info.type.__name__)


def _field(field: FormField) -> Table:
    """One field of the form, as the script fills it in."""
    entries: Dict[str, Value] = {"control": PREFIX + field.name, "kind": field.kind}
    if field.kind != SETTING:
        entries.update(key=field.name, label=FILE_HELP[field.name][0], needed=field.is_needed)
        return Table("", entries)
    info = field.info
    entries.update(key=info.name, label=info.label, group=field.group, default=info.default)
    entries["type"] = "path" if names_a_file(field) else info.type.__name__
    if info.choices:
        entries["choices"] = sequence(*info.choices)
    return Table("", entries)


if __name__ == "__main__":
    write_gizmos()
