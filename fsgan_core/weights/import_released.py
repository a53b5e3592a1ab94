"""The authors' released files as a pack of ours: read, recognised by their tensors, renamed, checked, written.

`released_files` reads, `released_keys` renames, `released_networks` rebuilds; nothing is taken from a file but shapes
and numbers. Networks that the release does not have (T), or that were not given, are those of the bundled pack.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from fsgan_core.errors import JobError, WeightsError
from fsgan_core.media.atomic import complete_or_absent
from fsgan_core.weights.architectures import ROLES
from fsgan_core.weights.load import PACKS, load_network
from fsgan_core.weights.manifest import WeightsManifest, read_manifest, write_manifest
from fsgan_core.weights.provided_networks import ONNX
from fsgan_core.weights.providers import PROVIDERS, build_provided
from fsgan_core.weights.released_files import read_onnx, read_released
from fsgan_core.weights.released_keys import FEATURES, LANDMARKS, POSE, SEGMENTATION, Rules, generator_tensors, rename
from fsgan_core.weights.released_networks import RELEASED, build_released
from fsgan_core.weights.save import write_tensors

NO_LICENCE = "none stated by the authors"
PROVIDER_NOTES = " Detector or landmarks are networks of another project; see what their authors allow."
ANY_SIZE = frozenset([ONNX])
"""Tensors that may have any shape."""
NOTES = (
    "Networks of the FSGAN authors' release, imported. The authors state no licence for these weights, and answered "
    "that there is no commercial one; they were trained on research-only data with real people (IJB-C, CelebAMask-HQ, "
    "VGGFace2, WFLW, 300W-LP). You alone decide whether you may use them."
)
V1_NOTES = (
    " {file} is of the first release: trained on crops twice as large as a face, where ours are a quarter larger, and "
    "its heatmaps are drawn here as those of the second."
)
_GENERATORS = {101: "reenactment", 71: "reenactment", 4: "inpainting", 7: "blending"}
"""Input channels to role: view and 98 or 68 heatmaps; face and mask; transfer, target and mask."""
_OTHERS: dict[str, tuple[str, Rules]] = {
    "up_concat1.conv1d.weight": ("segmentation", SEGMENTATION),
    "stage4.0.fuse_layers.0.1.0.weight": ("landmarks", LANDMARKS),
    "fc_yaw.weight": ("pose", POSE),
    "classifier.6.weight": ("features", FEATURES),
}
"""A tensor that only files of that role have."""
FEWEST_PEOPLE = 100
"""A VGG of the release with fewer outputs tells attributes, not people."""


@dataclass(frozen=True)
class ImportedNetwork:
    """One released file, converted.

    Attributes:
        path: The file.
        role: In the pack.
        tensors: By our names, float32.
        size: In the file's header: whose network it is.
    """

    path: Path
    role: str
    tensors: dict[str, Tensor]
    size: str = RELEASED


def import_released(paths: Sequence[Path], out: Path, name: str = RELEASED) -> WeightsManifest:
    """Write a pack from released files; roles without a file keep what the folder has, or get the bundled network.

    Args:
        paths: .pth files of the release, in any order; what each is shows in its tensors.
        out: The pack folder.
        name: Of the pack.

    Raises:
        JobError: No file was given, two of the same role, or the folder holds another pack.
        WeightsError: A file is damaged, holds program code, or is none of the release.
        OutputError: The folder is not writable or the disk is full.
    """
    if not paths:
        raise JobError("name at least one .pth file of the release")
    networks: dict[str, ImportedNetwork] = {}
    for path in paths:
        network = convert(path)
        if network.role in networks:
            other = networks[network.role].path
            raise JobError(f"{path} and {other} are both a {network.role} network; give one of them")
        networks[network.role] = network
    before = read_manifest(out) if (out / "manifest.json").is_file() else None
    if before is not None and before.size != RELEASED:
        raise JobError(f"{out} holds the pack {before.name!r}, which was not imported; choose another folder")
    for role, network in networks.items():
        write_tensors(out / f"{role}.safetensors", network.tensors, role, network.size)
        load_network(out, role)
    _complete(out)
    manifest = _manifest(out, name, networks, before)
    write_manifest(out, manifest)
    return manifest


def convert(path: Path) -> ImportedNetwork:
    """A released file as a network of ours.

    Raises:
        WeightsError: See `import_released`.
    """
    theirs = read_onnx(path) if path.suffix == ".onnx" else read_released(path)
    size = next((name for name, provider in PROVIDERS.items() if provider.marker in theirs), RELEASED)
    try:
        if size != RELEASED:
            role, ours = PROVIDERS[size].role, {f"net.{key}": value for key, value in theirs.items()}
            with torch.device("meta"):
                network = build_provided(size)
        else:
            role, ours = _recognised(theirs)
            network = _on_no_memory(role, ours)
    except KeyError as error:
        raise WeightsError(f"this file is none of the release: it has a tensor {error}", path=str(path)) from error
    except WeightsError as error:
        raise WeightsError(error.message, path=str(path)) from error
    wanted = {key: tuple(value.shape) for key, value in network.state_dict().items()}
    wrong = sorted(
        key for key in wanted.keys() | ours.keys()
        if key not in ours or (key not in ANY_SIZE and wanted.get(key) != tuple(ours[key].shape))
    )
    if wrong:
        raise WeightsError(
            f"this file looks like the {size} {role} network, but {len(wrong)} tensors are missing, foreign or of "
            f"another shape, {wrong[0]} among them",
            path=str(path),
        )
    return ImportedNetwork(path, role, ours, size)


def _recognised(theirs: dict[str, Tensor]) -> tuple[str, dict[str, Tensor]]:
    """The role and our tensors of a released network.

    Raises:
        KeyError: A tensor has no place in that network.
        WeightsError: It is none of the release.
    """
    first = theirs.get("base.in_conv.1.weight")
    if first is not None:
        role = _GENERATORS.get(first.shape[1] if first.dim() == 4 else 0, "")
        if not role:
            raise WeightsError(f"a generator of the release has 4, 7, 71 or 101 input channels, not {first.shape[1:2]}")
        pictures = 3 if role == "reenactment" else first.shape[1]
        return role, generator_tensors(theirs, pictures)
    for key, (role, rules) in _OTHERS.items():
        if key in theirs:
            if role == "features" and len(theirs[key]) < FEWEST_PEOPLE:
                raise WeightsError(
                    "this VGG tells attributes, and no stage of ours asks it; give the one that tells people "
                    "(vggface2_vgg19_..._id.pth)"
                )
            return role, rename(theirs, rules)
    raise WeightsError("this is no network of the FSGAN release that has a place here: none of its tensors is known")


def _on_no_memory(role: str, tensors: dict[str, Tensor]) -> torch.nn.Module:
    """The network without storage, so that absurd shapes cost nothing."""
    with torch.device("meta"):
        return build_released(role, {key: tuple(value.shape) for key, value in tensors.items()})


def _complete(out: Path) -> None:
    """Copy the bundled network of every role that the folder lacks."""
    for role in ROLES:
        path = out / f"{role}.safetensors"
        if not path.exists():
            with complete_or_absent(str(path)) as unfinished:
                shutil.copyfile(PACKS / "compact" / path.name, unfinished)


def _manifest(
    out: Path, name: str, networks: dict[str, ImportedNetwork], before: WeightsManifest | None
) -> WeightsManifest:
    """The manifest of the folder as it is now; imported networks of an earlier import stay described."""
    earlier = [entry for entry in before.training_data if "role" in entry] if before else []
    kept = [entry for entry in earlier if entry.get("role") not in networks]
    imported = kept + [
        {
            "name": network.path.name, "role": role, "licence": _licence_of(network), "real_people": True,
            "sha256": _digest(network.path), "used_for": f"{role}; the authors' training data, see notes",
        }
        for role, network in networks.items()
    ]  # fmt: skip
    own = [role for role in ROLES if role not in {entry["role"] for entry in imported}]
    note = f"{', '.join(own)} of the bundled pack: "
    bundled = [{**entry, "used_for": f"{note}{entry['used_for']}"} for entry in _bundled()]
    digests = {f"{role}.safetensors": _digest(out / f"{role}.safetensors") for role in ROLES}
    v1 = "".join(V1_NOTES.format(file=entry["name"]) for entry in imported if "_2_0_" in str(entry["name"]))
    licence = _licences(imported, own)
    foreign = {provider.licence for provider in PROVIDERS.values()} & {str(entry["licence"]) for entry in imported}
    released = any(entry["licence"] == NO_LICENCE for entry in imported)
    notes = (NOTES if released else "") + (PROVIDER_NOTES if foreign else "") + v1
    return WeightsManifest(name, RELEASED, licence, digests, imported + bundled, notes.strip())


def _licences(imported: list[dict[str, object]], own: list[str]) -> str:
    """Each licence with the roles that it is of."""
    roles: dict[str, list[str]] = {}
    for entry in imported:
        roles.setdefault(str(entry["licence"]), []).append(str(entry["role"]))
    if own:
        roles["Apache-2.0"] = own
    return "; ".join(f"{licence} ({', '.join(names)})" for licence, names in sorted(roles.items(), reverse=True))


def _licence_of(network: ImportedNetwork) -> str:
    return NO_LICENCE if network.size == RELEASED else PROVIDERS[network.size].licence


def _bundled() -> list[dict[str, object]]:
    return read_manifest(PACKS / "compact").training_data


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
