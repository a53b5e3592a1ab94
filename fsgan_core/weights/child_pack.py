"""A child pack on disk: what finetuning changed of its parent, who it was made from, and under which terms."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from torch import Tensor, nn

from fsgan_core.errors import OutputError, WeightsError
from fsgan_core.job.finetune_settings import FinetuneSettings
from fsgan_core.weights.adapter import adapter_bytes, apply_change, save_adapter
from fsgan_core.weights.architectures import ROLES
from fsgan_core.weights.load import Pack, find_parent
from fsgan_core.weights.manifest import ADAPTER_SUFFIX, WeightsManifest, write_manifest
from fsgan_core.weights.save import save_network

LARGEST_ADAPTER_MIB, HEADERS_MIB = 4.0, 0.06
"""A compact child may be this large: it travels with the shot."""


def write_child_pack(
    folder: Path,
    parent: Pack,
    settings: FinetuneSettings,
    clips: Sequence[Mapping[str, object]],
    changes: Mapping[str, Mapping[str, Tensor]],
    notes: str,
) -> WeightsManifest:
    """Write a child pack; its manifest comes last, so that a folder with one is whole.

    Args:
        folder: The pack folder; made if missing.
        parent: What was finetuned.
        settings: Form, licence and consent.
        clips: What it was finetuned on: name, sha256, frames.
        changes: Role to adapter; an empty one leaves the parent's network as it is.
        notes: Sentences about what finetuning did.

    Raises:
        WeightsError: The adapters of a compact pack are larger than allowed; lower the rank.
        OutputError: The folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "manifest.json").unlink(missing_ok=True)
        for old in folder.glob("*.safetensors"):
            old.unlink()
    except OSError as error:
        raise OutputError(f"the folder cannot be written ({error.strerror})", path=str(folder)) from error
    write = _write_adapters if settings.form == "adapter" else _write_whole
    files = write(folder, parent, changes)
    name = folder.absolute().name
    labelled = "".join(f"; {one.role} found by {one}" for one in parent.provided)
    learned = {
        "name": ", ".join(str(clip["name"]) for clip in clips),
        "licence": settings.licence or "not stated",
        "real_people": "not stated",
        "used_for": (
            f"finetuning of {', '.join(role for role, change in changes.items() if change) or 'nothing'}{labelled}"
        ),
    }
    manifest = WeightsManifest(
        name=name,
        size=parent.manifest.size,
        licence=settings.licence or parent.manifest.licence,
        sha256={path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files},
        training_data=[*parent.manifest.training_data, learned],
        notes=notes,
        parent=parent.sha256,
        parent_name=parent.name,
        clips=[dict(clip) for clip in clips],
        consent=settings.consent,
    )
    write_manifest(folder, manifest)
    return manifest


def parent_is_away(folder: Path, manifest: WeightsManifest) -> bool:
    """Whether a child pack cannot be used where it lies: its parent is neither bundled nor in a folder beside it."""
    if not any(name.endswith(ADAPTER_SUFFIX) for name in manifest.sha256):
        return False
    try:
        find_parent(folder, manifest)
    except WeightsError:
        return True
    return False


def fitting_rank(parent: Pack, roles: Sequence[str], rank: int) -> int:
    """The rank asked for, or the largest with which the adapters of some networks may be written."""
    if parent.manifest.size != "compact":
        return rank
    room = (LARGEST_ADAPTER_MIB - HEADERS_MIB) * 2**20
    networks = [getattr(parent, role) for role in roles]
    while rank > 1 and sum(adapter_bytes(network, rank) for network in networks) > room:
        rank -= 1
    return rank


def _write_adapters(folder: Path, parent: Pack, changes: Mapping[str, Mapping[str, Tensor]]) -> list[Path]:
    paths = []
    for role, change in changes.items():
        if change:
            paths.append(folder / f"{role}{ADAPTER_SUFFIX}")
            save_adapter(paths[-1], change, role, parent.manifest.size)
    mebibytes = sum(path.stat().st_size for path in paths) / 2**20
    if parent.manifest.size == "compact" and mebibytes > LARGEST_ADAPTER_MIB:
        raise WeightsError(
            f"the adapters have {mebibytes:.1f} MiB, over {LARGEST_ADAPTER_MIB:g}. Lower the rank, or set form whole.",
            path=str(folder),
        )
    return paths


def _write_whole(folder: Path, parent: Pack, changes: Mapping[str, Mapping[str, Tensor]]) -> list[Path]:
    paths = []
    for role in ROLES:
        network: nn.Module = getattr(parent, role)
        before = network.state_dict()
        network.load_state_dict(apply_change(before, changes.get(role, {})))
        paths.append(save_network(folder / f"{role}.safetensors", network, role, parent.manifest.size))
    return paths
