"""Real Lua with a strict Fusion in it: `.setting` files are executed, buttons pressed, Loaders read back."""

from __future__ import annotations

import re
import subprocess
import time
from pathlib import Path
from typing import Any

import lupa.lua51
import lupa.luajit21

REPOSITORY = Path(__file__).resolve().parent.parent.parent
GIZMOS = REPOSITORY / "gizmos" / "fusion"

_CONSTRUCTORS = r"""
local any = {}
function any.__call(self, argument)
  if argument == nil then return self end
  if type(argument) == "table" then rawset(argument, "__ctor", rawget(self, "word")) end
  return argument
end
function any.__index(self, word) return setmetatable({ word = rawget(self, "word") .. "." .. word }, any) end
local words = setmetatable({}, { __index = function(_, word) return setmetatable({ word = word }, any) end })
return function(source)
  local f, problem = loadstring("return " .. source, "=setting")
  if not f then return nil, problem end
  setfenv(f, words)
  local ok, result = pcall(f)
  if not ok then return nil, result end
  return result, nil
end
"""


LUA = {"lua51": lupa.lua51, "luajit21": lupa.luajit21}
"""Plain Lua 5.1, and the LuaJIT that Fusion has."""


def new_lua(kind: str = "luajit21") -> Any:
    """A Lua that finds our modules and nothing of Python."""
    lua = LUA[kind].LuaRuntime(unpack_returned_tuples=True, register_eval=False, register_builtins=False)
    lua.globals().package.path = f"{GIZMOS}/Modules/Lua/?.lua"
    if kind == "lua51":
        lua.globals().io.popen = lambda command: _popen(lua, command)
    return lua


def _popen(lua: Any, command: str) -> Any:
    """What io.popen gives, which this build of Lua 5.1 lacks and every host's has."""
    said = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False).stdout
    return lua.table_from({"read": lambda *_: said, "close": lambda *_: True})


def read_setting(lua: Any, text: str) -> Any:
    """The table that a `.setting` file makes; constructors stand in `__ctor`.

    Raises:
        ValueError: It is no Lua.
    """
    read, problem = lua.execute(_CONSTRUCTORS)(text)
    if read is None:
        raise ValueError(problem)
    return read


def entries(table: Any) -> dict[Any, Any]:
    """A Lua table without its constructor; nothing for nil."""
    return {key: value for key, value in table.items() if key != "__ctor"} if table is not None else {}


class FusionBench:
    """A composition with one macro in it.

    Args:
        folder: For files of the test.
        macro: File name of the macro.
        resolve: Whether this is the Fusion page of Resolve.
        comp_file: Where the composition is saved; "" for one that is not.
        lua: One of LUA.
    """

    def __init__(
        self,
        folder: Path,
        macro: str = "FSGAN Swap",
        *,
        resolve: bool = False,
        comp_file: str = "",
        lua: str = "luajit21",
    ) -> None:
        self.folder = folder
        self.lua = new_lua(lua)
        self.rendered: list[str] = []
        self.hooks = self.lua.table_from(
            {
                "root": str(GIZMOS), "resolve": resolve, "comp_file": comp_file, "tool_attributes": self.lua.table(),
                "createdir": self._createdir, "wait": lambda: time.sleep(0.02), "render": self._render,
            }
        )  # fmt: skip
        self.host = self.lua.execute((Path(__file__).parent / "fake_fusion.lua").read_text())(self.hooks)
        self.setting = read_setting(self.lua, (GIZMOS / "Macros" / "FSGAN" / f"{macro}.setting").read_text())
        self.group, self.entry = self.host.add_macro(self.setting)
        self.panel = self.host.tool("FSGANPanel")

    def set(self, **controls: Any) -> None:
        """Put values into controls, as the artist does."""
        for name, value in controls.items():
            self.panel.SetInput(self.panel, f"FS_{name}", value)

    def get(self, name: str, tool: str = "FSGANPanel", prefix: str = "FS_") -> Any:
        """What a control holds."""
        found = self.host.tool(tool)
        return found.GetInput(found, prefix + name)

    def loader(self, tool: str) -> dict[str, Any]:
        """Clip and range of a Loader."""
        return {name: self.get(name, tool, "") for name in ("Clip", "GlobalIn", "GlobalOut", "ClipTimeEnd")}

    def press(self, button: str) -> str:
        """Press a button: its own Lua runs. Gives the status afterwards."""
        self.host.press(self.entry, f"FS_{button}", self.panel)
        return str(self.get("status"))

    def run_script(self, name: str) -> str:
        """Run a script of Scripts/Comp with the macro selected, as from the menu. Gives the status afterwards."""
        path = GIZMOS / "Scripts" / "Comp" / "FSGAN" / f"{name}.lua"
        self.host.run_script(path.read_text(), self.group)
        return str(self.get("status"))

    def connect(self, tool: str, name: str, **attributes: Any) -> None:
        """Connect a tool to the macro's input."""
        self.host.add_tool(tool, name)
        self.hooks.connected = name
        self.hooks.tool_attributes[name] = self.lua.table_from(
            {key: self.lua.table_from(value) if isinstance(value, list) else value for key, value in attributes.items()}
        )

    def run_folder(self) -> Path:
        """The folder of the last run."""
        return Path(self.get("run"))

    def _createdir(self, path: str) -> bool:
        try:
            Path(path).mkdir(parents=True, exist_ok=True)
        except OSError:
            return False
        return True

    def _render(self, clip: str, first: int, last: int) -> bool:
        """What a Saver does: a file a frame."""
        for number in range(int(first), int(last) + 1):
            path = Path(re.sub(r"0000(?=\.exr\Z)", f"{number:04d}", clip))
            path.write_text("rendered plate")
            self.rendered.append(path.name)
        return True
