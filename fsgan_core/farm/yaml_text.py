"""Plain data as YAML text: what farm templates are made of, without a YAML library in the host's Python."""

from __future__ import annotations

import json
import re
from typing import Any, List

# Text that no YAML reader takes for anything but text, without quotes.
_PLAIN = re.compile(r"[A-Za-z_/][A-Za-z0-9_./-]*( [A-Za-z0-9_./-]+)*\Z")
_WORDS = frozenset(["true", "false", "null", "yes", "no", "on", "off", "y", "n"])


def yaml_text(value: Any) -> str:
    """`value` as a YAML document, ending in a newline.

    Args:
        value: Dictionaries with text keys, lists, text, numbers, booleans and None, nested as you like.

    Raises:
        TypeError: Something else is in it.
    """
    return "\n".join(_lines(value)) + "\n"


def _lines(value: Any) -> List[str]:
    if isinstance(value, dict) and value:
        return [line for key, item in value.items() for line in _entry(f"{_scalar(key)}:", item)]
    if isinstance(value, (list, tuple)) and value:
        return [line for item in value for line in _item(item)]
    return [_scalar(value)]


def _entry(head: str, item: Any) -> List[str]:
    if isinstance(item, (dict, list, tuple)) and item:
        return [head, *("  " + line for line in _lines(item))]
    return [f"{head} {_scalar(item)}"]


def _item(item: Any) -> List[str]:
    first, *rest = _lines(item)
    return [f"- {first}", *("  " + line for line in rest)]


def _scalar(value: Any) -> str:
    if isinstance(value, str):
        is_plain = _PLAIN.match(value) and value.lower() not in _WORDS
        # A JSON string is a YAML string, with the same escapes.
        return value if is_plain else json.dumps(value, ensure_ascii=False)
    if value is None or isinstance(value, (bool, int, float)) or value in ({}, [], ()):
        return json.dumps(value)
    raise TypeError(f"YAML text cannot be made of {value!r}")
