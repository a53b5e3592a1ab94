"""The frames of a result and their hashes: what a signature over an EXR sequence signs.

C2PA has no place in an EXR, so the signed credentials of a sequence lie beside it: `swap.frames.json` lists every file
with its SHA-256, and `swap.frames.c2pa` holds the credentials of that list.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from collections.abc import Sequence
from typing import Any

from fsgan_core.errors import JobError, OutputError, StageMissingError
from fsgan_core.job.json_file import check_schema, parse_json, read_text_file, write_text_file
from fsgan_core.job.pictures import output_stem
from fsgan_core.media.exr_header import read_exr_headers
from fsgan_core.pipeline.finished_frames import frame_problem, made_by_job
from fsgan_core.pipeline.result_writer import result_files
from fsgan_core.shot.sequence_path import SequencePath

SCHEMA = 1
SCHEMA_NAME = "fsgan_frames"
LARGEST_BYTES = 64 << 20
LIST_ENDING, CREDENTIALS_ENDING = ".frames.json", ".frames.c2pa"


def list_path(out: str) -> str:
    """Where the list of a sequence lies: `swap.%04d.exr` gives `swap.frames.json`."""
    return output_stem(out) + LIST_ENDING


def credentials_path(out: str) -> str:
    """Where the credentials of that list lie."""
    return output_stem(out) + CREDENTIALS_ENDING


def make_hash_list(job: Any, numbers: Sequence[int]) -> dict[str, Any]:
    """The list of a job's frames: every file by name and hash, the job's hash, and how many frames have each status.

    Raises:
        StageMissingError: A frame is missing, cut off, or not of one job.
    """
    files: list[dict[str, Any]] = []
    statuses: Counter[str] = Counter()
    digest = ""
    for number in numbers:
        paths = result_files(SequencePath(job.out), job.settings, number)
        for path in paths:
            problem = frame_problem(path, digest)
            if problem:
                raise StageMissingError(f"frame {number} {problem}. Run the job before it is signed.", path=path)
            header = read_exr_headers(path)[0]
            digest = digest or made_by_job(header)
            files.append({"frame": number, "file": os.path.basename(path), "sha256": _sha256(path)})
        statuses[str(header.value_of("fsgan/status") or "whole")] += 1
    return {SCHEMA_NAME: SCHEMA, "job": digest, "statuses": dict(statuses), "files": files}


def write_hash_list(content: dict[str, Any], path: str) -> bytes:
    """Write a list; gives the bytes that stand in the file.

    Raises:
        OutputError: The folder cannot be written.
    """
    text = json.dumps(content, indent=1, ensure_ascii=False) + "\n"
    write_text_file(text, path, "hash list")
    return text.encode("utf-8")


def read_hash_list(path: str) -> dict[str, Any]:
    """A list as it stands in its file.

    Raises:
        JobError: It is missing or no list.
    """
    content = parse_json(read_text_file(path, "hash list", LARGEST_BYTES), "hash list", path)
    if not isinstance(content, dict) or not isinstance(content.get("files"), list):
        raise JobError(f"{path} is no hash list of frames.", path=path)
    check_schema(content.get(SCHEMA_NAME), SCHEMA, SCHEMA_NAME, path)
    for entry in content["files"]:
        name = entry.get("file") if isinstance(entry, dict) else None
        if not isinstance(name, str) or os.path.basename(name) != name or not isinstance(entry.get("sha256"), str):
            raise JobError(f"{path} lists {entry!r}, which is no file beside it with its hash.", path=path)
    return content


def changed_files(content: dict[str, Any], folder: str) -> list[str]:
    """The files of a list that are missing or hold other bytes than when it was made, in words."""
    found = []
    for entry in content["files"]:
        path = os.path.join(folder, entry["file"])
        try:
            if _sha256(path) != entry["sha256"]:
                found.append(f"{entry['file']} was changed")
        except OutputError:
            found.append(f"{entry['file']} is missing")
    return found


def _sha256(path: str) -> str:
    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as problem:
        raise OutputError(f"cannot be read: {problem.strerror}.", path=path) from problem
