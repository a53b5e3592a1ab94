"""A strict stand-in for the module nuke, built from the gizmo texts themselves.

A node or knob that the gizmo does not have raises, as does a value of the wrong type, an unknown menu item, and any use
of a node off the main thread while there is a user interface. Pressing a button runs the button's own Python.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

from gizmo_tcl import TclNode, read_script, substitute

_READ_KNOBS = {
    "file": "", "proxy": "", "first": "1", "last": "1", "origfirst": "1", "origlast": "1", "origset": "false",
    "raw": "false", "on_error": "error", "colorspace": "default (linear)", "frame": "", "frame_mode": "expression",
    "reload": "", "format": "root",
}  # fmt: skip
_COPY_KNOBS = {f"{end}{index}": "none" for index in range(4) for end in ("from", "to")}
_CLASS_KNOBS = {
    "Read": _READ_KNOBS,
    "Copy": _COPY_KNOBS,
    "Write": {"file": "", "channels": "rgb", "raw": "false", "create_directories": "false", "file_type": ""},
    "Root": {
        "name": "", "proxy": "false", "first_frame": "1001", "last_frame": "1010", "colorManagement": "Nuke",
        "workingSpaceLUT": "linear", "project_directory": "",
    },
}  # fmt: skip
_EVERY_NODE = {
    "name": "", "label": "", "disable": "false", "selected": "false", "tile_color": "0", "xpos": "0", "ypos": "0",
}  # fmt: skip
_FILES, _BOOLEANS = {"file", "proxy"}, {"disable", "selected", "raw", "origset", "create_directories"}
_INTEGERS = {"first", "last", "origfirst", "origlast", "first_frame", "last_frame", "xpos", "ypos"}


class Knob:
    """A knob whose value has a type."""

    kind = "text"

    def __init__(self, node: Node, name: str, text: str = "") -> None:
        self._node, self._name = node, name
        self._value: Any = self._parse(text)

    def name(self) -> str:
        return self._name

    def value(self) -> Any:
        self._node.fake.check_thread(f"{self._name}.value")
        return self._value

    def setValue(self, value: Any) -> None:
        self._node.fake.check_thread(f"{self._name}.setValue")
        self._value = self._checked(value)

    def _parse(self, text: str) -> Any:
        return text

    def _checked(self, value: Any) -> Any:
        if not isinstance(value, str):
            raise TypeError(f"{self._node.fullName()}.{self._name} is text, not {value!r}")
        return value


class String_Knob(Knob):
    pass


class Text_Knob(Knob):
    pass


class EvalString_Knob(String_Knob):
    def evaluate(self) -> str | None:
        self._node.fake.check_thread(f"{self._name}.evaluate")
        return substitute(self._value, self._node.tcl_values()) or None


class File_Knob(EvalString_Knob):
    def getEvaluatedValue(self) -> str | None:
        return self.evaluate()

    def fromUserText(self, text: str) -> None:
        path, _, span = text.rpartition(" ")
        first, _, last = span.partition("-")
        self.setValue(path)
        self._node["first"].setValue(int(first))
        self._node["last"].setValue(int(last))
        self._node["format"].setValue("of the file")


class Boolean_Knob(Knob):
    def _parse(self, text: str) -> bool:
        return {"true": True, "false": False, "": False}[text]

    def _checked(self, value: Any) -> bool:
        if value not in (True, False):
            raise TypeError(f"{self._node.fullName()}.{self._name} is true or false, not {value!r}")
        return bool(value)


class Int_Knob(Knob):
    def _parse(self, text: str) -> int:
        return int(text or 0)

    def _checked(self, value: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool):
            raise TypeError(f"{self._node.fullName()}.{self._name} is a whole number, not {value!r}")
        return value


class Double_Knob(Knob):
    def _parse(self, text: str) -> float:
        return float(text or 0)

    def _checked(self, value: Any) -> float:
        return float(value)


class Enumeration_Knob(Knob):
    items: tuple[str, ...] = ()

    def _checked(self, value: Any) -> str:
        if value not in self.items:
            raise ValueError(f"{self._node.fullName()}.{self._name} has no item {value!r}")
        return str(value)


class PyScript_Knob(Knob):
    def execute(self) -> None:
        self._node.fake.run_python(self._node, self._value, f"{self._node.fullName()}.{self._name}")


class Reload_Knob(Knob):
    def execute(self) -> None:
        self._node.fake.reloads.append(self._node.fullName())


class Link_Knob(Knob):
    """Shows a knob of a node inside."""

    def target(self) -> Knob:
        node_name, _, knob = str(self._value).partition(".")
        inside = self._node.node(node_name)  # type: ignore[attr-defined]
        if inside is None:
            raise NameError(f"{self._node.fullName()}.{self._name} links to {self._value}, which does not exist")
        found: Knob = inside[knob]
        return found

    def value(self) -> Any:
        return self.target().value()

    def setValue(self, value: Any) -> None:
        self.target().setValue(value)


_USER_KNOBS: dict[str, type[Knob]] = {
    "1": EvalString_Knob, "2": File_Knob, "3": Int_Knob, "4": Enumeration_Knob, "6": Boolean_Knob, "7": Double_Knob,
    "20": Knob, "22": PyScript_Knob, "26": Text_Knob, "41": Link_Knob,
}  # fmt: skip


class Node:
    """A node of a script."""

    def __init__(self, fake: FakeNuke, made: TclNode, parent: Group | None) -> None:
        self.fake, self._made, self.parent = fake, made, parent
        self._inputs: list[Node | None] = []
        self._knobs: dict[str, Knob] = {}
        for name, text in {**_EVERY_NODE, **_CLASS_KNOBS.get(made.cls, {})}.items():
            self._add(name, _built_in(name, made.cls), made.knobs.get(name, text))
        for name, text in made.knobs.items():
            if name not in self._knobs and name not in made.user and name != "inputs":
                self._add(name, String_Knob, text)
        for name, words in made.user.items():
            self._add_user(name, words)
        self.frames = (1, 100)

    def _add(self, name: str, knob_class: type[Knob], text: str) -> None:
        self._knobs[name] = knob_class(self, name, text)

    def _add_user(self, name: str, words: list[str]) -> None:
        options = dict(zip(words, words[1:], strict=False))
        text = self._made.knobs.get(name, options.get("T", ""))
        self._add(name, _USER_KNOBS[words[0]], text)
        knob = self._knobs[name]
        if isinstance(knob, Enumeration_Knob):
            knob.items = tuple(substitute_list(options["M"]))
            if text not in knob.items:
                raise ValueError(f"{self._made.cls}.{name} is {text!r}, which is no item of {knob.items}")

    def Class(self) -> str:
        return self._made.cls

    def name(self) -> str:
        return str(self._knobs["name"]._value)

    def fullName(self) -> str:
        return f"{self.parent.fullName()}.{self.name()}" if self.parent is not None else self.name()

    def knob(self, name: str) -> Knob | None:
        self.fake.check_thread(f"knob {name}")
        return self._knobs.get(name)

    def knobs(self) -> dict[str, Knob]:
        return self._knobs

    def __getitem__(self, name: str) -> Any:
        self.fake.check_thread(f"knob {name}")
        if name not in self._knobs:
            raise NameError(f"{self.fullName()}: knob {name} does not exist")
        return self._knobs[name]

    def input(self, number: int) -> Node | None:
        self.fake.check_thread("input")
        return self._inputs[number] if number < len(self._inputs) else None

    def setInput(self, number: int, node: Node | None) -> bool:
        self.fake.check_thread("setInput")
        self._inputs += [None] * (number + 1 - len(self._inputs))
        self._inputs[number] = node
        return True

    def firstFrame(self) -> int:
        return self["first"].value() if self.Class() == "Read" else self.frames[0]

    def lastFrame(self) -> int:
        return self["last"].value() if self.Class() == "Read" else self.frames[1]

    def xpos(self) -> int:
        return int(self["xpos"].value())

    def ypos(self) -> int:
        return int(self["ypos"].value())

    def setXYpos(self, x: int, y: int) -> None:
        self["xpos"].setValue(x)
        self["ypos"].setValue(y)

    def tcl_values(self) -> dict[str, str]:
        """What `[value NAME]` gives in a knob of this node."""
        root = self.fake.root_node
        known = {f"root.{name}": _tcl_text(knob._value) for name, knob in root._knobs.items()}
        return {**known, **{name: _tcl_text(knob._value) for name, knob in self._knobs.items()}}


class Group(Node):
    def __init__(self, fake: FakeNuke, made: TclNode, parent: Group | None) -> None:
        super().__init__(fake, made, parent)
        self._children = [fake.build(child, self) for child in made.children]
        for child, source in zip(self._children, made.children, strict=True):
            for number, above in enumerate(source.inputs):
                child.setInput(number, next((c for c in self._children if c._made is above), None))

    def node(self, name: str) -> Node | None:
        self.fake.check_thread("node")
        return next((child for child in self._children if child.name() == name), None)


class Gizmo(Group):
    def makeGroup(self) -> Group:
        self._made.cls = "Group"
        return self


class Root(Group):
    pass


@dataclass
class ProgressTask:
    """Nuke's progress window, as far as a test can see it."""

    title: str
    cancelled: bool = False
    shown: list[tuple[str, Any]] = field(default_factory=list)

    def setProgress(self, percent: int) -> None:
        assert isinstance(percent, int)
        assert 0 <= percent <= 100
        self.shown.append(("progress", percent))

    def setMessage(self, message: str) -> None:
        self.shown.append(("message", message))

    def isCancelled(self) -> bool:
        return self.cancelled


class FakeNuke:
    """The module `nuke` of one test: `module` is what `import nuke` gives.

    Args:
        gizmos: Folder of the gizmo files.
        gui: Whether there is a user interface.
        version: Such as (16, 0).
    """

    def __init__(self, gizmos: Path, gui: bool, version: tuple[int, int] = (16, 0)) -> None:
        self.gizmos = gizmos
        self.said: list[str] = []
        self.printed: list[str] = []
        self.reloads: list[str] = []
        self.tasks: list[ProgressTask] = []
        self.executed: list[tuple[str, str, int, int, list[str], bool]] = []
        self.on_execute: Callable[[str, int], None] = lambda path, frame: None
        self.ticked: dict[str, bool] | None = None
        self.views = ["main"]
        self.nodes: list[Node] = []
        self.root_node = Root(self, TclNode("Root", {"name": ""}), None)
        self._posted: list[tuple[Callable[..., Any], tuple[Any, ...]]] = []
        self._main = threading.get_ident()
        self.module = self._make_module(gui, version)

    def check_thread(self, what: str) -> None:
        if self.module_gui() and threading.get_ident() != self._main:
            raise RuntimeError(f"{what} off the main thread: Nuke would crash")

    def module_gui(self) -> bool:
        return bool(getattr(getattr(self, "module", None), "GUI", False))

    def pump(self) -> None:
        """Let the main thread do what others posted to it."""
        while self._posted:
            function, arguments = self._posted.pop(0)
            function(*arguments)

    def build(self, made: TclNode, parent: Group | None = None) -> Node:
        classes = {"Group": Group, "Gizmo": Gizmo, "Root": Root}
        return classes.get(made.cls, Node)(self, made, parent)

    def make(self, node_class: str, name: str = "", **knobs: Any) -> Node:
        """A node of the root; an FSGAN node is made from its gizmo, as Nuke does, with its onCreate."""
        path = self.gizmos / f"{node_class}.gizmo"
        if path.exists():
            script = read_script(path.read_text(encoding="utf-8"))
            assert not script.problems
            made = script.nodes[0]
            node = Gizmo(self, made, None)
            made.cls = node_class
        else:
            node = self.build(TclNode(node_class))
        taken = {other.name() for other in self.nodes}
        numbered = (f"{node_class}{number}" for number in range(1, 99))
        wanted = name or next(free for free in numbered if free not in taken)
        node["name"].setValue(wanted)
        for knob, value in knobs.items():
            node[knob].setValue(value)
        self.nodes.append(node)
        if "onCreate" in node.knobs():
            self.run_python(node, node["onCreate"].value(), f"{wanted}.onCreate")
        return node

    def delete(self, node: Node) -> None:
        self.nodes.remove(node)

    def press(self, node: Node, button: str) -> None:
        knob = node[button]
        assert isinstance(knob, PyScript_Knob), f"{button} is no button"
        knob.execute()

    def change(self, node: Node, knob: str, value: Any) -> None:
        """Change a knob as an artist does, by hand."""
        node[knob].setValue(value)
        self.module.thisKnob = lambda: node[knob]  # type: ignore[attr-defined]
        self.run_python(node, node["knobChanged"].value(), "knobChanged")

    def run_python(self, node: Node, text: str, where: str) -> None:
        self.module.thisNode = lambda: node  # type: ignore[attr-defined]
        exec(compile(text, where, "exec"), {"nuke": self.module})  # noqa: S102 - just what Nuke does with a button

    def _make_module(self, gui: bool, version: tuple[int, int]) -> ModuleType:
        module = ModuleType("nuke")
        for name, value in {
            "GUI": gui, "NUKE_VERSION_MAJOR": version[0], "NUKE_VERSION_MINOR": version[1],
            "Node": Node, "Group": Group, "Gizmo": Gizmo, "Root": Root, "Knob": Knob, "File_Knob": File_Knob,
            "EvalString_Knob": EvalString_Knob,
            "ProgressTask": self._progress_task, "message": self._message, "tprint": self._tprint,
            "executeInMainThread": lambda call, args=(), kwargs=None: self._posted.append((call, args)),
            "toNode": self._to_node, "root": lambda: self.root_node, "views": lambda: list(self.views),
            "execute": self._execute, "createNode": self._create_node, "Panel": self._panel,
            "pluginPath": lambda: [str(self.gizmos)], "nodePaste": self._paste, "nodeCopy": self._copy,
            "selectedNodes": lambda: [node for node in self.nodes if node["selected"].value()],
        }.items():  # fmt: skip
            setattr(module, name, value)
        return module

    def _progress_task(self, title: str) -> ProgressTask:
        assert self.module_gui(), "nuke -t has no progress window"
        self.tasks.append(ProgressTask(title))
        return self.tasks[-1]

    def _message(self, text: str) -> None:
        assert self.module_gui(), "nuke -t has no message window"
        self.check_thread("message")
        self.said.append(text)

    def _tprint(self, text: str) -> None:
        self.printed.append(text)

    def _to_node(self, full_name: str) -> Node | None:
        self.check_thread("toNode")
        return next((node for node in self.nodes if node.fullName() == full_name), None)

    def _create_node(self, node_class: str, knobs: str = "", inpanel: bool = True) -> Node:
        self.check_thread("createNode")
        return self.make(node_class)

    def _execute(self, write: Node, first: int, last: int, step: int, views: list[str]) -> None:
        self.check_thread("execute")
        if write.Class() != "Write" or write["disable"].value():
            raise RuntimeError(f"{write.fullName()} is disabled")
        if write.input(0) is None:
            raise RuntimeError("nothing is connected")
        path = write["file"].value()
        proxy = self.root_node["proxy"].value()
        self.executed.append((write.name(), path, first, last, views, proxy))
        for frame in range(first, last + 1, step):
            self.on_execute(path, frame)

    def _paste(self, path: str) -> None:
        self.check_thread("nodePaste")
        script = read_script(Path(path).read_text(encoding="utf-8"))
        assert not script.problems, script.problems
        assert script.nodes
        self.nodes += [self.build(made) for made in script.nodes]

    def _copy(self, path: str) -> None:
        chosen = [node for node in self.nodes if node["selected"].value()]
        Path(path).write_text("".join(f"{node.Class()} {{\n name {node.name()}\n}}\n" for node in chosen))

    def _panel(self, title: str) -> Any:
        fake = self

        class Panel:
            def addBooleanCheckBox(self, name: str, value: bool) -> bool:
                assert isinstance(value, bool)
                return True

            def show(self) -> int:
                return int(fake.ticked is not None)

            def value(self, name: str) -> bool:
                return (fake.ticked or {}).get(name, False)

        return Panel()


def substitute_list(text: str) -> list[str]:
    """The words of a Tcl list of plain or quoted words."""
    return [bytes.fromhex(word).decode() for word in substitute_words(text).split()]


def substitute_words(text: str) -> str:
    from gizmo_tcl import _tcl

    program = "set result [lmap word $source {binary encode hex [encoding convertto utf-8 $word]}]"
    return _tcl(program, source=text)


def _built_in(name: str, node_class: str) -> type[Knob]:
    if name == "proxy" and node_class == "Root":
        return Boolean_Knob
    if name in _FILES:
        return File_Knob if name == "file" else String_Knob
    if name == "reload":
        return Reload_Knob
    return Boolean_Knob if name in _BOOLEANS else Int_Knob if name in _INTEGERS else String_Knob


def _tcl_text(value: Any) -> str:
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)
