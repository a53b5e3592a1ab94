"""Consent records: who may be put into which project, for what, until when. A studio can require one for every job.

The environment variable FSGAN_STUDIO names the studio's file:

    {"fsgan_studio": 1, "require_consent": true, "project": "SHOW", "use": "feature film", "consent_folder": "consent"}

and the consent folder holds one file a person and agreement:

    {"fsgan_consent": 1, "reference": "SHOW-0041", "person": "Jane Doe", "projects": ["SHOW"],
     "scope": ["swap", "finetune"], "permitted_uses": ["feature film"],
     "valid_from": "2026-01-01", "valid_until": "2026-12-31", "sources": ["assets/jane/*"]}

A record is found by the pictures that it covers, so that nobody has to name it, and nobody can name another one.
"""

from __future__ import annotations

import datetime
import fnmatch
import os
from dataclasses import dataclass, fields
from typing import Any, Dict, List, Optional, Tuple, Type, TypeVar

from fsgan_core.errors import JobError
from fsgan_core.job.json_file import check_schema, parse_json, read_text_file
from fsgan_core.job.spec import JOB_KINDS, AppearanceMapJob, Job

STUDIO_VARIABLE = "FSGAN_STUDIO"
SCHEMA = 1
LARGEST_BYTES = 1 << 20
MOST_RECORDS = 10_000
SCOPES = ("swap", "finetune", "reenact", "pose", "expression")
"""The kinds of job that use somebody's likeness."""

Made = TypeVar("Made")


@dataclass(frozen=True)
class ConsentRecord:
    """What one person has agreed to.

    Args:
        reference: Number or name of the agreement, which stands in results and reports.
        person: Who agreed.
        projects: Names of the projects; "*" means any.
        scope: Kinds of job, of SCOPES.
        permitted_uses: Such as "feature film"; "*" means any.
        valid_from: First day, ISO 8601.
        valid_until: Last day.
        sources: Paths of the pictures of that person, with * and ?; a relative one fits the end of a path.
        document: Where the signed agreement lies, or its hash; for the report only.
    """

    reference: str
    person: str
    projects: Tuple[str, ...]
    scope: Tuple[str, ...]
    permitted_uses: Tuple[str, ...]
    valid_from: str
    valid_until: str
    sources: Tuple[str, ...]
    document: str = ""

    def covers(self, path: str) -> bool:
        """Whether pictures are of this person."""
        wanted = _folded(path)
        return any(fnmatch.fnmatchcase(wanted, pattern) for text in self.sources for pattern in _patterns(text))

    def objection(self, kind: str, project: str, use: str, today: datetime.date) -> str:
        """Why the record does not permit a job; "" where it does."""
        if kind not in self.scope:
            return f"it permits {', '.join(self.scope)}, not {kind}"
        if not _has(self.projects, project):
            return f"it is for {', '.join(self.projects)}, not for project {project!r}"
        if not _has(self.permitted_uses, use):
            return f"it permits the use {', '.join(self.permitted_uses)}, not {use!r}"
        if today < datetime.date.fromisoformat(self.valid_from):
            return f"it is valid from {self.valid_from} on"
        if today > datetime.date.fromisoformat(self.valid_until):
            return f"it ended on {self.valid_until}"
        return ""


@dataclass(frozen=True)
class StudioRules:
    """What a studio has laid down.

    Args:
        require_consent: Whether a job that uses a likeness needs a valid record.
        project: The project that jobs here belong to.
        use: What the result is for.
        consent_folder: Where the records lie; relative to the studio's file.
    """

    require_consent: bool = False
    project: str = ""
    use: str = ""
    consent_folder: str = ""


def check_consent(job: Job, today: Optional[datetime.date] = None) -> Optional[ConsentRecord]:
    """The record that permits a job; None where there is none and none is required.

    Args:
        job: With paths of this machine.
        today: The date to check for; None means the date of this machine.

    Raises:
        JobError: The studio requires a record, and there is none for the job's source, or none that permits it; or the
            studio's file or a record cannot be read.
    """
    kind, paths = job_kind(job), source_paths(job)
    rules = studio_rules()
    if kind not in SCOPES or rules is None:
        return None
    records = consent_records(rules)
    found: Optional[ConsentRecord] = None
    for path in paths:
        fitting = [record for record in records if record.covers(path)]
        objections = [
            record.objection(kind, rules.project, rules.use, today or datetime.date.today()) for record in fitting
        ]
        permitted = [record for record, objection in zip(fitting, objections) if not objection]
        if not permitted and rules.require_consent:
            raise _refusal(path, rules, fitting, objections)
        found = found or (permitted[0] if permitted else None)
    return found


def person_in(path: str) -> str:
    """Who is in some pictures, by the records; "" where no record says.

    Raises:
        JobError: The studio's file or a record cannot be read.
    """
    rules = studio_rules()
    records = consent_records(rules) if rules is not None else ()
    return next((record.person for record in records if record.covers(path)), "")


def job_kind(job: Job) -> str:
    """The word of a job's kind; a map of somebody's views is made to be reenacted."""
    if isinstance(job, AppearanceMapJob):
        return "reenact"
    return next(word for word, job_type in JOB_KINDS.items() if isinstance(job, job_type))


def source_paths(job: Any) -> Tuple[str, ...]:
    """The pictures whose likeness a job uses."""
    pictures = job.sources if hasattr(job, "sources") else (job.source,) if hasattr(job, "source") else ()
    return tuple(one.path for one in pictures)


def studio_rules() -> Optional[StudioRules]:
    """The studio's rules; None where FSGAN_STUDIO names no file.

    Raises:
        JobError: The file is missing or says something else than rules. A file that is named must be there.
    """
    path = os.environ.get(STUDIO_VARIABLE, "")
    if not path:
        return None
    content = _content(path, "studio file", "fsgan_studio")
    rules = _made(StudioRules, content, path)
    folder = os.path.join(os.path.dirname(os.path.abspath(path)), rules.consent_folder)
    return StudioRules(rules.require_consent, rules.project, rules.use, folder if rules.consent_folder else "")


def consent_records(rules: StudioRules) -> Tuple[ConsentRecord, ...]:
    """Every record in the studio's folder, in the order of the file names.

    Raises:
        JobError: The folder or a record cannot be read.
    """
    if not rules.consent_folder:
        return ()
    try:
        names = sorted(name for name in os.listdir(rules.consent_folder) if name.endswith(".json"))
    except OSError as problem:
        folder = rules.consent_folder
        raise JobError(f"The consent folder cannot be read: {problem.strerror}.", path=folder) from problem
    if len(names) > MOST_RECORDS:
        raise JobError(f"More than {MOST_RECORDS} consent records. Name another folder.", path=rules.consent_folder)
    return tuple(read_consent(os.path.join(rules.consent_folder, name)) for name in names)


def read_consent(path: str) -> ConsentRecord:
    """One record.

    Raises:
        JobError: The file is missing, or says something that no record can hold.
    """
    record = _made(ConsentRecord, _content(path, "consent record", "fsgan_consent"), path)
    unknown = sorted(set(record.scope) - set(SCOPES))
    if unknown:
        raise JobError(f"{path}: scope names {', '.join(unknown)}; it can be {', '.join(SCOPES)}.", path=path)
    for name in ("valid_from", "valid_until"):
        try:
            datetime.date.fromisoformat(getattr(record, name))
        except ValueError as problem:
            raise JobError(f"{path}: {name} must be a date such as 2026-12-31.", path=path) from problem
    return record


def _refusal(path: str, rules: StudioRules, records: List[ConsentRecord], objections: List[str]) -> JobError:
    if not records:
        return JobError(f"This studio requires consent, and no record in {rules.consent_folder or 'any folder'} covers "
                        f"the source {path}. Add one.")  # fmt: skip
    said = "; ".join(
        f"{record.reference} of {record.person}: {objection}" for record, objection in zip(records, objections)
    )
    return JobError(f"The consent for {path} does not permit this ({said}). Ask for another, or change the job.")


def _content(path: str, what: str, schema_name: str) -> Dict[str, Any]:
    content = parse_json(read_text_file(path, what, LARGEST_BYTES), what, path)
    if not isinstance(content, dict) or schema_name not in content:
        raise JobError(f'{path} is no {what}: "{schema_name}" with the schema number is missing.', path=path)
    check_schema(content.pop(schema_name), SCHEMA, schema_name, path)
    return content


def _made(wanted: Type[Made], content: Dict[str, Any], path: str) -> Made:
    """A dataclass of text, lists of text and booleans, checked strictly: a misspelt entry must not permit anything."""
    known = {item.name: str(item.type) for item in fields(wanted)}  # type: ignore[arg-type]
    values: Dict[str, Any] = {}
    for name, value in content.items():
        if name not in known:
            raise JobError(f"{path} has an unknown entry {name!r}. Known: {', '.join(known)}.", path=path)
        if known[name].startswith("Tuple"):
            if not isinstance(value, list) or not all(isinstance(one, str) and one for one in value):
                raise JobError(f"{path}: {name} must be a list of texts.", path=path)
            value = tuple(value)
        elif type(value).__name__ != known[name]:
            raise JobError(f"{path}: {name} is {value!r}; it must be {known[name]}.", path=path)
        values[name] = value
    try:
        return wanted(**values)
    except TypeError as problem:
        missing = [item.name for item in fields(wanted) if item.name not in values]  # type: ignore[arg-type]
        raise JobError(f"{path} lacks {', '.join(missing)}.", path=path) from problem


def _has(allowed: Tuple[str, ...], wanted: str) -> bool:
    return "*" in allowed or wanted.casefold() in [one.casefold() for one in allowed]


def _folded(path: str) -> str:
    """A path as patterns are held against it: absolute, forward slashes, case as it is."""
    is_windows = len(path) > 1 and path[1] == ":" or path.startswith("\\\\")
    absolute = path if is_windows else os.path.normpath(os.path.abspath(path))
    return absolute.replace("\\", "/")


def _patterns(text: str) -> List[str]:
    pattern = text.replace("\\", "/")
    is_absolute = pattern.startswith("/") or len(pattern) > 1 and pattern[1] == ":"
    return [pattern] if is_absolute else [pattern, f"*/{pattern}"]
