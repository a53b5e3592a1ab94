"""Paths of another machine made paths of this one: rules in the form that Open Job Description sessions write.

{"version": "pathmapping-1.0", "path_mapping_rules": [
    {"source_path_format": "WINDOWS", "source_path": "P:\\\\show", "destination_path": "/mnt/show"}]}
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass, fields, replace
from typing import Any, Callable, Dict, Optional, Sequence, Tuple

from fsgan_core.errors import JobError
from fsgan_core.job.matte_settings import MatteSettings
from fsgan_core.job.spec import Job, Pictures

VERSION = "pathmapping-1.0"
POSIX, WINDOWS = "POSIX", "WINDOWS"
THIS_SYSTEM = WINDOWS if os.name == "nt" else POSIX

_DRIVE = re.compile(r"[A-Za-z]:")
_UNC = re.compile(r"(\\\\|//)[^\\/]")


@dataclass(frozen=True)
class PathRule:
    """Everything below one folder of another machine lies below one folder of this one.

    Args:
        source_format: `POSIX` or `WINDOWS`: how the job's writer spells paths.
        source: The folder there.
        destination: The folder here.
    """

    source_format: str
    source: str
    destination: str

    def apply(self, path: str) -> Optional[str]:
        """`path` on this machine, or None where the rule does not fit it."""
        source, wanted = self._parts(self.source), self._parts(path)
        if not source or self._folded(wanted[: len(source)]) != self._folded(source):
            return None
        rest = wanted[len(source) :]
        return "/".join([self.destination.rstrip("/\\"), *rest]) if rest else self.destination

    def _parts(self, path: str) -> Tuple[str, ...]:
        """The path cut at its separators; the root counts as an empty first part."""
        text = path.replace("\\", "/") if self.source_format == WINDOWS else path
        parts = text.split("/")
        return tuple(
            part for index, part in enumerate(parts) if part or index < 2 and text.startswith("/" * (index + 1))
        )

    def _folded(self, parts: Tuple[str, ...]) -> Tuple[str, ...]:
        return tuple(part.casefold() for part in parts) if self.source_format == WINDOWS else parts


def read_path_rules(path: str) -> Tuple[PathRule, ...]:
    """The rules in a `pathmapping-1.0` JSON file.

    Raises:
        JobError: The file is missing, no JSON, or not of that form.
    """
    try:
        with open(path, encoding="utf-8-sig") as stream:
            content = json.load(stream)
    except OSError as problem:
        raise JobError(f"The path mapping cannot be read: {problem.strerror}.", path=path) from problem
    except (ValueError, RecursionError) as problem:
        raise JobError(f"The path mapping is not JSON: {problem}.", path=path) from problem
    if content == {}:  # what an Open Job Description session writes where it has no rules
        return ()
    if not isinstance(content, dict) or content.get("version") != VERSION:
        raise JobError(f'The path mapping must say "version": "{VERSION}".', path=path)
    rules = content.get("path_mapping_rules", [])
    if not isinstance(rules, list):
        raise JobError("path_mapping_rules must be a list.", path=path)
    return tuple(_rule(entry, index, path) for index, entry in enumerate(rules, 1))


def map_path(path: str, rules: Sequence[PathRule], *, system: str = THIS_SYSTEM) -> str:
    """`path` on this machine: by the rule with the longest folder that fits, else as it is.

    Args:
        path: As the job's writer spelled it; "" stays "".
        rules: In any order.
        system: `POSIX` or `WINDOWS`: this machine.

    Raises:
        JobError: No rule fits, and the path is one of another operating system. (A folder `P:\\show` would be made.)
    """
    for rule in sorted(rules, key=lambda rule: -len(rule.source)):
        mapped = rule.apply(path)
        if mapped is not None:
            return mapped
    if is_foreign_path(path, system=system):
        raise JobError(
            f"{path} is a path of another operating system. Add a path mapping rule for it "
            "(--path-map or the environment variable FSGAN_PATH_MAP)."
        )
    return path


def is_foreign_path(path: str, *, system: str = THIS_SYSTEM) -> bool:
    """Whether an absolute path belongs to the other family of operating systems."""
    if system == POSIX:
        return bool(_DRIVE.match(path) and path[2:3] in ("\\", "/")) or bool(_UNC.match(path))
    return path.startswith("/") and not _UNC.match(path)


def map_job_paths(job: Job, to_local: Callable[[str], str]) -> Job:
    """The job with every path run through `to_local`; a weights name without a separator is no path."""

    changes: Dict[str, Any] = {}
    for item in fields(job):
        value = getattr(job, item.name)
        if isinstance(value, Pictures):
            changes[item.name] = _local_pictures(value, to_local)
        elif isinstance(value, tuple):
            changes[item.name] = tuple(_local_pictures(one, to_local) for one in value)
        elif isinstance(value, MatteSettings):
            changes[item.name] = replace(
                value,
                artist_matte=_optional(value.artist_matte, to_local),
                holdout_matte=_optional(value.holdout_matte, to_local),
            )
        elif item.metadata.get("is_path"):
            changes[item.name] = _optional(value, to_local)
        elif item.name == "weights":
            changes[item.name] = _weights(value, to_local)
        elif item.name == "settings" and hasattr(value, "weights"):
            changes[item.name] = replace(value, weights=_weights(value.weights, to_local))
    return replace(job, **changes)


def _local_pictures(pictures: Pictures, to_local: Callable[[str], str]) -> Pictures:
    return replace(pictures, path=to_local(pictures.path))


def _optional(path: str, to_local: Callable[[str], str]) -> str:
    return to_local(path) if path else path


def _weights(name: str, to_local: Callable[[str], str]) -> str:
    return to_local(name) if "/" in name or "\\" in name else name


def _rule(entry: Any, index: int, path: str) -> PathRule:
    names = ("source_path_format", "source_path", "destination_path")
    if not isinstance(entry, dict) or not all(isinstance(entry.get(name), str) and entry[name] for name in names):
        raise JobError(f"Rule {index} needs {', '.join(names)} as text.", path=path)
    if entry["source_path_format"] not in (POSIX, WINDOWS):
        raise JobError(f"Rule {index}: source_path_format must be {POSIX} or {WINDOWS}.", path=path)
    return PathRule(entry["source_path_format"], entry["source_path"], entry["destination_path"])
