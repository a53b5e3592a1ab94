"""What a `.setting` file must hold, checked on the table that real Lua 5.1 makes of it."""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType
from typing import Any

CONTROLS = {
    "SliderControl", "CheckboxControl", "ButtonControl", "ComboControl", "ScrewControl", "TextEditControl",
    "FileControl",
}  # fmt: skip
TOOLS = {"GroupOperator", "Loader", "Saver", "Dissolve", "PipeRouter", "Custom", "Fuse.Wireless"}
"""The tools that we use, spelled as Fusion's own compositions spell them; a misspelt one is refused here."""


def problems(bench: ModuleType, text: str) -> list[str]:
    """What is wrong with the file, one sentence each; nothing where Fusion will read it as it was meant."""
    lua = bench.new_lua("lua51")
    try:
        setting = bench.read_setting(lua, text)
    except ValueError as problem:
        return [f"no Lua: {problem}"]
    tools = bench.entries(setting.Tools)
    if not tools:
        return ["no tools"]
    found = [] if setting.ActiveTool in tools else [f"ActiveTool {setting.ActiveTool} is not there"]
    for name, group in tools.items():
        found += _group_problems(bench, lua, str(name), group)
    return found


def _group_problems(bench: ModuleType, lua: Any, name: str, group: Any) -> Iterator[str]:
    if group["__ctor"] != "GroupOperator":
        yield f"{name} is {group['__ctor']} and no GroupOperator"
        return
    inner = bench.entries(group.Tools)
    for kind, constructor in (("Inputs", "InstanceInput"), ("Outputs", "InstanceOutput")):
        if group[kind] is None or group[kind]["__ctor"] != "ordered":
            yield f"{name}.{kind} is not ordered"
        for key, entry in bench.entries(group[kind]).items():
            if entry["__ctor"] != constructor:
                yield f"{name}.{key} is {entry['__ctor']} and no {constructor}"
            if entry.SourceOp not in inner:
                yield f"{name}.{key} comes from {entry.SourceOp}, which is not there"
            elif str(entry.Source).startswith("FS_") and inner[entry.SourceOp].UserControls[entry.Source] is None:
                yield f"{name}.{key} shows {entry.Source}, which is no control"
    if not any(str(key).startswith("MainOutput") for key in bench.entries(group.Outputs)):
        yield f"{name} has no main output"
    for tool, entry in inner.items():
        yield from _tool_problems(bench, lua, str(tool), entry, set(inner))


def _tool_problems(bench: ModuleType, lua: Any, name: str, tool: Any, siblings: set[str]) -> Iterator[str]:
    if tool["__ctor"] not in TOOLS:
        yield f"{name} is {tool['__ctor']}, which is no tool that we know"
    for key, entry in bench.entries(tool.Inputs).items():
        if entry.SourceOp is not None and entry.SourceOp not in siblings:
            yield f"{name}.{key} comes from {entry.SourceOp}, which is not there"
        for word in str(entry.Expression or "").replace("(", " ").split():
            if "." in word and word.split(".")[0] not in siblings and not word[0].isdigit():
                yield f"{name}.{key} reads {word}, which is not there"
    for key, control in bench.entries(tool.UserControls).items():
        if control.INPID_InputControl not in CONTROLS:
            yield f"{name}.{key} is a {control.INPID_InputControl}, which is no control that we know"
        if control.LINKID_DataType not in ("Number", "Text"):
            yield f"{name}.{key} has no data type"
        if (control.INPID_InputControl == "ButtonControl") != (control.BTNCS_Execute is not None):
            yield f"{name}.{key} is a button without Lua, or Lua without a button"
        elif control.BTNCS_Execute is not None:
            problem = lua.eval("function(s) local f, e = loadstring(s) return e end")(control.BTNCS_Execute)
            if problem is not None:
                yield f"{name}.{key}: {problem}"
