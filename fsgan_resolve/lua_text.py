"""Lua tables in the form in which Fusion writes its `.setting` files; the one place that quotes text for Lua."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Dict, List, Sequence, Union

Value = Union[str, int, float, bool, "Table"]

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_KEYWORDS = frozenset(
    {
        "and", "break", "do", "else", "elseif", "end", "false", "for", "function", "if", "in", "local", "nil", "not",
        "or", "repeat", "return", "then", "true", "until", "while",
    }
)  # fmt: skip
_LINE_LENGTH = 150


@dataclass(frozen=True)
class Table:
    """A Lua table, with the constructor that Fusion gives it.

    Args:
        constructor: What stands before the brace, such as `GroupOperator` or `ordered()`; "" for a plain table.
        named: Entries with a key, in this order.
        items: Entries without a key.
    """

    constructor: str
    named: Dict[str, Value]
    items: Sequence[Value] = ()


def table(constructor: str = "", **named: Value) -> Table:
    """A table of named entries."""
    return Table(constructor, named)


def ordered(named: Dict[str, Value]) -> Table:
    """A table whose entries keep their order in Fusion's inspector."""
    return Table("ordered()", named)


def sequence(*items: Value) -> Table:
    """A table of entries without keys."""
    return Table("", {}, items)


def fuid(word: str) -> Table:
    """One of Fusion's identifiers, such as a file format."""
    return Table("FuID", {}, (word,))


def lua_text(value: Value, indent: int = 0) -> str:
    """`value` as Lua source; tables that fit on a line stay on one."""
    if isinstance(value, Table):
        return _table_text(value, indent)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return quoted(value)
    return f"{value:.10g}"


def quoted(text: str) -> str:
    """Text as a Lua string, on one line and in ASCII control characters as escapes.

    Decimal escapes have three digits, so that a digit behind one is not taken for a part of it.
    """
    escapes = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
    return '"' + "".join(escapes.get(c, c if ord(c) >= 32 and ord(c) != 127 else f"\\{ord(c):03d}") for c in text) + '"'


def _table_text(value: Table, indent: int) -> str:
    opening = f"{value.constructor} {{" if value.constructor else "{"
    entries = [f"{_key(key)} = {lua_text(entry, indent + 1)}" for key, entry in value.named.items()]
    entries += [lua_text(entry, indent + 1) for entry in value.items]
    if not entries:
        return f"{opening} }}" if value.constructor else "{}"
    line = f"{opening} {', '.join(entries)}{',' if value.named else ''} }}"
    nested = sum(isinstance(entry, Table) for entry in _entries(value))
    if "\n" not in line and len(line) + 4 * indent <= _LINE_LENGTH and nested <= 2:
        return line
    inner, outer = "\t" * (indent + 1), "\t" * indent
    return f"{opening}\n" + "".join(f"{inner}{entry},\n" for entry in entries) + f"{outer}}}"


def _entries(value: Table) -> List[Value]:
    return [*value.named.values(), *value.items]


def _key(name: str) -> str:
    return name if _NAME.match(name) and name not in _KEYWORDS else f"[{quoted(name)}]"
