"""A pack made of exported networks: files copied, hashes and training data written into the manifest."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from fsgan_core.errors import WeightsError
from fsgan_core.weights.architectures import ROLES
from fsgan_core.weights.load import load_network
from fsgan_core.weights.manifest import WeightsManifest, write_manifest

COMPACT_LIMIT_MIB = 28
"""The bundled pack may be this large (design, section 7)."""

BUNDLED_DATA: list[dict[str, object]] = [
    {
        "name": "SFHQ-T2I portraits (AI-made)", "licence": "MIT", "real_people": False,
        "used_for": "all networks: portraits fitted with a morphable head, re-posed and re-lit",
    },
    {
        "name": "faker portraits (AI-made)", "licence": "CC0-1.0", "real_people": False,
        "used_for": "all networks: portraits fitted with a morphable head, re-posed and re-lit",
    },
    {
        "name": "ICT-FaceKit morphable head", "licence": "MIT", "real_people": False,
        "used_for": "shape, expressions, landmark pairs for T",
    },
    {
        "name": "environment maps (Poly Haven, pmndrs)", "licence": "CC0-1.0", "real_people": False,
        "used_for": "light and backgrounds",
    },
    {
        "name": "MakeHuman people with hair, hats and clothes", "licence": "CC0-1.0", "real_people": False,
        "used_for": "detector and segmentation",
    },
    {
        "name": "rigged hands (Amazon)", "licence": "MIT", "real_people": False,
        "used_for": "before faces, for landmarks and segmentation",
    },
    {
        "name": "official portraits of the US Congress", "licence": "public domain", "real_people": True,
        "used_for": "detector, landmarks and segmentation only; no generator saw them",
    },
]  # fmt: skip
"""What the bundled compact pack was trained on."""


def build_pack(
    folder: Path, networks: Mapping[str, Path], name: str, size: str, notes: str, roles: Sequence[str] = ROLES
) -> WeightsManifest:
    """Write a pack folder from one .safetensors file a role.

    Args:
        folder: The pack folder; made if missing, files of the same role replaced.
        networks: Role -> exported file. Roles left out keep the file that the folder already has.
        name: Of the pack.
        size: "compact" or "paper".
        notes: Sentences for its users.
        roles: What the pack must hold: `ROLES`, or `MEASURE_ROLES` for one that measures.

    Returns:
        The manifest written.

    Raises:
        WeightsError: A role has no file, a file does not fit its architecture, or a compact pack is over its limit.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for role, path in networks.items():
        load_network(path.parent, role)
        temporary = folder / f"{role}.partial"
        shutil.copyfile(path, temporary)
        os.replace(temporary, folder / f"{role}.safetensors")
    digests, total = {}, 0
    for role in roles:
        path = folder / f"{role}.safetensors"
        if not path.is_file():
            raise WeightsError(f"the pack has no {role} network; export one first", path=str(path))
        content = path.read_bytes()
        total += len(content)
        digests[path.name] = hashlib.sha256(content).hexdigest()
    if size == "compact" and total > COMPACT_LIMIT_MIB * 2**20:
        raise WeightsError(
            f"the pack is {total / 2**20:.1f} MiB; a compact pack may be {COMPACT_LIMIT_MIB} MiB", path=str(folder)
        )
    # What measures saw the people made for the generators, and no photograph of a real one.
    data = BUNDLED_DATA if "detector" in roles else [entry for entry in BUNDLED_DATA if not entry["real_people"]]
    manifest = WeightsManifest(name, size, "Apache-2.0", digests, data, notes)
    write_manifest(folder, manifest)
    return manifest
