"""Reading networks and packs. The hash of every file is checked before a number of it is used."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn

from fsgan_core.errors import EngineError, WeightsError
from fsgan_core.networks.inference import to_device
from fsgan_core.weights.adapter import add_adapter
from fsgan_core.weights.architectures import MEASURE_ROLES, ROLES, build_network
from fsgan_core.weights.manifest import ADAPTER_SUFFIX, WeightsManifest, read_manifest
from fsgan_core.weights.providers import PROVIDERS, Provided, build_provided
from fsgan_core.weights.released_networks import RELEASED, build_released
from fsgan_core.weights.save import TRAINING_ONLY
from fsgan_core.weights.weight_file import read_weight_file

PACKS = Path(__file__).parent / "packs"
"""Where the bundled packs lie."""

LARGEST_BYTES = 8 << 30
"""A weight file larger than this is not read; the networks of the paper at their full width have under a gigabyte."""


@dataclass(frozen=True)
class Pack:
    """A full set of networks, ready to run.

    Attributes:
        name: Of the pack.
        sha256: Hex digest over the digests of its files.
        manifest: What it is, whose data it saw.
        device: "cpu" or "cuda".
        detector: See `networks.face_detector.FaceDetector`; the other fields likewise.
        provided: Whose detector or landmarks stand in the place of its own.
    """

    name: str
    sha256: str
    manifest: WeightsManifest
    device: str
    detector: nn.Module
    landmarks: nn.Module
    pose: nn.Module
    segmentation: nn.Module
    transformer: nn.Module
    reenactment: nn.Module
    inpainting: nn.Module
    blending: nn.Module
    features: nn.Module
    provided: tuple[Provided, ...] = ()

    @property
    def networks_sha256(self) -> str:
        """Hex digest of everything that computes here: another one for every change of the pack or of `provided`."""
        return _networks_digest(self.sha256, self.provided)


@dataclass(frozen=True)
class PackIdentity:
    """What a pack is, without its networks: enough to say what a frame would be made with.

    Attributes:
        name: Of the pack.
        sha256: As of `Pack`; the others likewise.
    """

    name: str
    sha256: str
    provided: tuple[Provided, ...] = ()

    @property
    def networks_sha256(self) -> str:
        """As of `Pack`."""
        return _networks_digest(self.sha256, self.provided)


@dataclass(frozen=True)
class MeasureNetworks:
    """What measures results, the same for every pack that makes them.

    Attributes:
        name: Of their pack.
        sha256: Hex digest over the digests of its files.
        identity: `networks.face_embedding.FaceEmbedding`, of who it is.
        expression: Likewise, of the expression.
    """

    name: str
    sha256: str
    identity: nn.Module
    expression: nn.Module


def pack_identity(name: str, provided: Sequence[Provided] = ()) -> PackIdentity:
    """The identity that a manifest claims; no weight file is opened.

    Args:
        name: Of a bundled pack, or its folder.
        provided: Whose networks stand in the place of its own.

    Raises:
        WeightsError: There is no such pack, or no readable manifest.
    """
    manifest = read_manifest(pack_folder(name))
    return PackIdentity(manifest.name, pack_digest(manifest), tuple(provided))


def load_pack(name: str = "compact", device: str = "cpu") -> Pack:
    """A pack of weights.

    Args:
        name: A bundled pack's name, or a folder with a manifest.json.
        device: "cpu", "cuda" or "auto".

    Raises:
        WeightsError: It does not exist, a file is missing or damaged, or does not fit its architecture.
        EngineError: The device is not there.
    """
    device = choose_device(device)
    folder = pack_folder(name)
    manifest = read_manifest(folder)
    verify_pack(folder, manifest)
    networks = load_networks(folder, manifest, device)
    return Pack(manifest.name, pack_digest(manifest), manifest, device, provided=(), **networks)


def load_networks(folder: Path, manifest: WeightsManifest, device: str) -> dict[str, nn.Module]:
    """The networks of a pack by role; those of a child are its parent's, changed.

    Raises:
        WeightsError: A file is missing or does not fit, or the parent is not there.
    """
    if not manifest.is_adapter:
        return {role: load_network(folder, role, device) for role in ROLES}
    parent_folder = find_parent(folder, manifest)
    parent = read_manifest(parent_folder)
    verify_pack(parent_folder, parent)
    networks = load_networks(parent_folder, parent, device)
    for file_name in manifest.sha256:
        role = file_name.removesuffix(ADAPTER_SUFFIX)
        if role not in networks:
            raise WeightsError(f"{file_name} changes no network that a pack has", path=str(folder))
        networks[role] = add_adapter(networks[role], folder / file_name)
    return networks


def find_parent(folder: Path, manifest: WeightsManifest) -> Path:
    """Where the parent of a child pack lies: a bundled pack, or a folder beside the child.

    Raises:
        WeightsError: It is in neither place.
    """
    beside = sorted(path.parent for path in folder.absolute().parent.glob("*/manifest.json"))
    bundled = sorted(path.parent for path in PACKS.glob("*/manifest.json"))
    for candidate in (*bundled, *beside):
        if candidate != folder.absolute() and pack_digest(read_manifest(candidate)) == manifest.parent:
            return candidate
    raise WeightsError(
        f"the pack {manifest.name} was finetuned from {manifest.parent_name} {manifest.parent[:12]}, which is not "
        "installed here. Put that pack's folder beside it, install the fsgan that has it, or finetune again.",
        path=str(folder),
    )


def load_measures(device: str = "cpu", name: str = "measures") -> MeasureNetworks:
    """The networks that measure results.

    Raises:
        WeightsError: They are missing, damaged, or do not fit.
        EngineError: The device is not there.
    """
    device = choose_device(device)
    folder = pack_folder(name)
    manifest = read_manifest(folder)
    verify_pack(folder, manifest)
    networks = {role: load_network(folder, role, device) for role in MEASURE_ROLES}
    return MeasureNetworks(manifest.name, pack_digest(manifest), **networks)


def pack_folder(name: str) -> Path:
    """The folder of a bundled pack, or the folder named.

    Raises:
        WeightsError: Neither exists.
    """
    for folder in (PACKS / name, Path(name)):
        if (folder / "manifest.json").is_file():
            return folder
    known = ", ".join(sorted(p.parent.name for p in PACKS.glob("*/manifest.json"))) or "none"
    raise WeightsError(
        f"there is no weight pack {name!r}: bundled packs are {known}; or name a folder with a manifest.json"
    )


def verify_pack(folder: Path, manifest: WeightsManifest) -> None:
    """Check every file of a pack against its manifest.

    Raises:
        WeightsError: A file is missing or its hash is another.
    """
    for file_name, digest in manifest.sha256.items():
        if Path(file_name).name != file_name:
            raise WeightsError(f"its manifest names {file_name!r}, which is no file beside it", path=str(folder))
        path = folder / file_name
        if not path.is_file():
            raise WeightsError("this weight file is missing; install the pack again", path=str(path))
        if path.stat().st_size > LARGEST_BYTES:
            raise WeightsError(f"this weight file is larger than {LARGEST_BYTES >> 30} GiB", path=str(path))
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if found != digest:
            raise WeightsError(
                "this weight file is damaged (its hash is not the manifest's); install the pack again", path=str(path)
            )


def pack_digest(manifest: WeightsManifest) -> str:
    """One hex digest for the whole pack; that of an adapter covers its parent."""
    files = dict(manifest.sha256)
    if manifest.is_adapter:
        files["parent"] = manifest.parent
    return hashlib.sha256("".join(f"{k}:{v};" for k, v in sorted(files.items())).encode()).hexdigest()


def _networks_digest(sha256: str, provided: Sequence[Provided]) -> str:
    """The digest of a pack itself where nothing else stands in it."""
    if not provided:
        return sha256
    return hashlib.sha256(";".join([sha256, *(f"{one.name}:{one.sha256}" for one in provided)]).encode()).hexdigest()


def load_network(folder: Path, role: str, device: str = "cpu") -> nn.Module:
    """One network of a folder, in float32 and eval mode.

    Raises:
        WeightsError: The file is missing, damaged, or of another network.
    """
    path = folder / f"{role}.safetensors"
    tensors, header = read_weight_file(path)
    size = header.get("size", "compact")
    if size == RELEASED:
        network = build_released(role, {key: tuple(value.shape) for key, value in tensors.items()})
    elif size in PROVIDERS:
        network = build_provided(size)
    else:
        network = build_network(role, size)
    try:
        missing, unexpected = network.load_state_dict(
            {k: v.float() if v.dtype == torch.float16 else v for k, v in tensors.items()}, strict=False
        )
    except RuntimeError as error:
        raise WeightsError(f"this file does not fit the {size} {role} network: {error}", path=str(path)) from error
    missing = [key for key in missing if not key.startswith(TRAINING_ONLY)]
    if missing or unexpected:
        raise WeightsError(
            f"this file does not fit the {size} {role} network: "
            f"{len(missing)} tensors missing, {len(unexpected)} foreign",
            path=str(path),
        )
    return to_device(network.eval().requires_grad_(False), device)


def choose_device(device: str) -> str:
    """The device to use: "auto" is the GPU if there is one.

    Raises:
        EngineError: A GPU was asked for and there is none.
    """
    if device == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    if device == "cuda" and not torch.cuda.is_available():
        raise EngineError("no CUDA GPU is usable here; use --device cpu, or check the driver")
    return device
