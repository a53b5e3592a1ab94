"""JSON files that people and programs write by hand: read with care, written whole or not at all."""

from __future__ import annotations

import json
import os
import tempfile
from typing import Any, Dict, List, NoReturn, Tuple

from fsgan_core.errors import JobError, OutputError


def read_text_file(path: str, what: str, largest_bytes: int) -> str:
    """The UTF-8 text of a file.

    Args:
        path: The file.
        what: What it is in messages, such as "job file".
        largest_bytes: A larger file is not read.

    Raises:
        JobError: The file is missing, unreadable, too large or not UTF-8.
    """
    try:
        with open(path, "rb") as stream:
            raw = stream.read(largest_bytes + 1)
    except OSError as problem:
        raise JobError(f"The {what} cannot be read: {problem.strerror}.", path=path) from problem
    if len(raw) > largest_bytes:
        raise JobError(f"The {what} is larger than {largest_bytes >> 20} MiB. Check that it is one.", path=path)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise JobError(f"The {what} is not UTF-8 text.", path=path) from problem


def parse_json(text: str, what: str, path: str) -> Any:
    """What JSON text holds; names that stand twice, NaN and infinity are refused.

    Raises:
        JobError: It is no JSON.
    """
    try:
        return json.loads(text, object_pairs_hook=_object_without_repeats, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as problem:
        raise JobError(f"{path} is not a {what}: {problem}.", path=path) from problem


def check_schema(schema: Any, newest: int, name: str, path: str) -> None:
    """Refuse a schema number that this engine does not read.

    Args:
        schema: As it stands in the file.
        newest: The newest that is read.
        name: The entry that holds it, such as "fsgan_job".
        path: The file, for messages.

    Raises:
        JobError: It is no schema number, or newer.
    """
    if isinstance(schema, bool) or not isinstance(schema, int) or schema < 1:
        raise JobError(f"{path}: {name} is {schema!r}; it must be the schema number, {newest}.", path=path)
    if schema > newest:
        words = name[len("fsgan_") :]
        message = (
            f"{path} is of {words} schema {schema}, and this fsgan reads up to {newest}. Update fsgan on this machine."
        )
        raise JobError(message, path=path)


def write_text_file(text: str, path: str, what: str) -> None:
    """Write UTF-8 text to `path`: the whole file is there, or what was there before.

    Raises:
        OutputError: The folder is missing, full or not writable.
    """
    folder = os.path.dirname(path) or "."
    temporary = None
    try:
        handle, temporary = tempfile.mkstemp(prefix=".fsgan_", suffix=".tmp", dir=folder)
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
        os.replace(temporary, path)
    except OSError as problem:
        if temporary is not None and os.path.exists(temporary):
            os.unlink(temporary)
        raise OutputError(f"The {what} cannot be written: {problem.strerror}.", path=path) from problem


def _object_without_repeats(pairs: List[Tuple[str, Any]]) -> Dict[str, Any]:
    content = dict(pairs)
    if len(content) < len(pairs):
        names = [name for name, _ in pairs]
        repeated = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"{repeated!r} stands in it twice")
    return content


def _refuse_constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is not a number that a job can hold")
