"""What a weight pack is: names, hashes, licence, the data it saw. JSON beside the weights."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from fsgan_core.errors import WeightsError

SCHEMA = "fsgan-weights/1"
LARGEST_BYTES = 4 << 20
ADAPTER_SUFFIX = ".adapter.safetensors"
"""A file ROLE.adapter.safetensors holds what a child changes of its parent's ROLE."""


@dataclass(frozen=True)
class WeightsManifest:
    """The manifest of a pack.

    Attributes:
        name: Of the pack.
        size: "compact", "paper", or "released" for networks of the authors.
        licence: SPDX name of the licence of the weights; a sentence where there is none.
        sha256: Hex digest of each file.
        training_data: One entry a data set: name, licence, count, used_for.
        notes: What it is good and bad at, in sentences.
        parent: Digest of the pack it was finetuned from, or "".
        parent_name: Its name.
        clips: One entry a clip that it was finetuned on: name, sha256, frames.
        consent: Who agreed to that, and where it is recorded.
    """

    name: str
    size: str
    licence: str
    sha256: dict[str, str]
    training_data: list[dict[str, Any]] = field(default_factory=list)
    notes: str = ""
    parent: str = ""
    parent_name: str = ""
    clips: list[dict[str, Any]] = field(default_factory=list)
    consent: str = ""

    @property
    def is_adapter(self) -> bool:
        """Whether it holds changes of its parent only, and cannot be used without it."""
        return bool(self.parent) and all(name.endswith(ADAPTER_SUFFIX) for name in self.sha256)


def read_manifest(folder: Path) -> WeightsManifest:
    """The manifest of a folder.

    Raises:
        WeightsError: It is missing or not a manifest.
    """
    path = folder / "manifest.json"
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise ValueError(f"it is larger than {LARGEST_BYTES >> 20} MiB")
        stored = json.loads(path.read_text(encoding="utf-8"))
        if stored.pop("schema") != SCHEMA:
            raise ValueError(f"its schema is not {SCHEMA}")
        return WeightsManifest(**stored)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise WeightsError(f"this manifest cannot be read ({error}); install the pack again", path=str(path)) from error


def write_manifest(folder: Path, manifest: WeightsManifest) -> None:
    """Write manifest.json into a folder."""
    text = json.dumps({"schema": SCHEMA, **asdict(manifest)}, indent=2, sort_keys=True)
    (folder / "manifest.json").write_text(text + "\n", encoding="utf-8")
