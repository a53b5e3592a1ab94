"""The job file: the one thing that crosses from a host or a farm to the engine.

    {"fsgan_job": 1, "kind": "swap", "plate": {"path": "..."}, "source": {"path": "..."}, "out": "...",
     "settings": {...}, "analyze": {...}}

Keys are the fields of the job's dataclass; what is left out has its default; what is not known is refused.
"""

from __future__ import annotations

import difflib
import json
import re
from dataclasses import MISSING, asdict, fields, is_dataclass
from typing import Any, Callable, Dict, Iterable, Type, Union, cast, get_args, get_origin, get_type_hints

from fsgan_core.errors import JobError
from fsgan_core.job.json_file import check_schema, parse_json, read_text_file, write_text_file
from fsgan_core.job.spec import JOB_KINDS, Job

SCHEMA = 1
"""The version of the job file that this engine writes, and the newest it reads."""

MIGRATIONS: Dict[int, Callable[[Dict[str, Any]], Dict[str, Any]]] = {}
"""Schema to what makes a job of it one of the next schema; empty as long as there is only one."""

LARGEST_BYTES = 1 << 20
"""A job file larger than this is not read: a job holds paths and numbers, never pictures."""

_NO_TEXT = re.compile("[\\x00-\\x1f\\ud800-\\udfff]")


def read_job(path: str) -> Job:
    """The job in the JSON file at `path`, as written there: paths are neither mapped nor made absolute.

    Raises:
        JobError: The file is missing, too large, no JSON, of a newer schema, or says something a job cannot hold.
    """
    return parse_job(read_text_file(path, "job file", LARGEST_BYTES), path)


def parse_job(text: str, path: str = "job") -> Job:
    """The job that JSON `text` describes; `path` names it in messages.

    Raises:
        JobError: As for read_job.
    """
    content = parse_json(text, "job file", path)
    if not isinstance(content, dict) or "fsgan_job" not in content:
        raise JobError(f'{path} is not a job file: "fsgan_job" with the schema number is missing.', path=path)
    content = dict(content)
    schema = content.pop("fsgan_job")
    check_schema(schema, SCHEMA, "fsgan_job", path)
    content = migrated(content, schema)
    kind = content.pop("kind", None)
    if not isinstance(kind, str) or kind not in JOB_KINDS:
        raise JobError(f"{path}: kind is {kind!r}. Choose one of {', '.join(JOB_KINDS)}.", path=path)
    try:
        return cast(Job, _build(JOB_KINDS[kind], content, kind))
    except JobError as problem:
        raise JobError(f"{path}: {problem.message}", path=path) from problem


def job_text(job: Job) -> str:
    """The job as JSON with every field written out, ending in a newline."""
    kind = next(word for word, job_type in JOB_KINDS.items() if isinstance(job, job_type))
    return json.dumps({"fsgan_job": SCHEMA, "kind": kind, **asdict(job)}, indent=2, ensure_ascii=False) + "\n"


def migrated(content: Dict[str, Any], schema: int) -> Dict[str, Any]:
    """The entries of a job of an older schema as those of this one, one schema after another.

    Args:
        content: The entries, without `fsgan_job`.
        schema: Their schema, at most SCHEMA.
    """
    for step in range(schema, SCHEMA):
        content = MIGRATIONS[step](dict(content))
    return content


def write_job(job: Job, path: str) -> None:
    """Write the job to `path`: the whole file is there, or what was there before.

    Raises:
        OutputError: The folder is missing, full or not writable.
    """
    write_text_file(job_text(job), path, "job file")


def _build(target: Type[Any], content: Dict[str, Any], place: str) -> Any:
    """A dataclass made of JSON, strictly: known keys only, right types only.

    Raises:
        JobError: Names the place inside the file.
    """
    types = get_type_hints(target)
    known = [item.name for item in fields(target)]
    for name in content:
        if name not in known:
            raise JobError(f"{place} has an unknown entry {name!r}.{_suggestion(name, known)}")
    missing = [
        item.name
        for item in fields(target)
        if item.default is MISSING and item.default_factory is MISSING and item.name not in content
    ]
    if missing:
        raise JobError(f"{place} lacks {', '.join(missing)}.")
    values = {name: _value(types[name], value, f"{place}.{name}") for name, value in content.items()}
    try:
        return target(**values)
    except JobError as problem:
        raise JobError(f"{place}: {problem.message}") from problem


def _value(wanted: Any, value: Any, place: str) -> Any:
    if get_origin(wanted) is Union:
        # Optional pictures: null is none.
        if value is None:
            return None
        wanted = get_args(wanted)[0]
    if is_dataclass(wanted):
        if not isinstance(value, dict):
            raise JobError(f"{place} is {value!r}; it must be an object in braces.")
        return _build(cast(Type[Any], wanted), value, place)
    if get_origin(wanted) is tuple:
        if not isinstance(value, list):
            raise JobError(f"{place} is {value!r}; it must be a list in brackets.")
        return tuple(_value(get_args(wanted)[0], item, f"{place}[{index}]") for index, item in enumerate(value))
    if wanted is str and not isinstance(value, str):
        raise JobError(f"{place} is {value!r}; it must be text in quotes.")
    if isinstance(value, str) and _NO_TEXT.search(value):
        raise JobError(f"{place} holds characters that no path or name can have: {value!r}.")
    return value


def _suggestion(name: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, list(known), n=1)
    return f" Did you mean {close[0]!r}?" if close else ""
