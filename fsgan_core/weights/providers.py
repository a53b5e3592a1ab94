"""Detectors and landmarks of other projects: which there are, where their weights lie, and what may be done with them.

Their code comes from the packages `face-alignment` and `face-detection`, their weights from their authors. A job names
one (`--detector sfd`), and it takes the place of the pack's own; or it is imported into a pack once
(`fsgan weights import --detector sfd --landmarks fan`) and read as safetensors from then on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError

import torch
from torch import nn

from fsgan_core.errors import JobError, WeightsError
from fsgan_core.job.progress import one_line
from fsgan_core.job.settings import PACKS_OWN
from fsgan_core.weights.provided_networks import ONNX, BlazeFace, Dsfd, Fan, Sfd, YuNet

_FACE_ALIGNMENT = "pip install 'fsgan[face-alignment]' && pip install --no-deps face-alignment==1.5.0"
_FACE_DETECTION = "pip install --no-deps face-detection==0.2.2 torchvision"
_OPENCV = "pip install opencv-python-headless"


@dataclass(frozen=True)
class Provider:
    """A network of another project.

    Attributes:
        role: In a pack.
        build: With untrained weights; imports the package.
        marker: A tensor that only its weight file has.
        file: Name of that file.
        url: Where its authors keep it.
        install: What installs the package.
        licence: Of the weights, and what is known of the data that they saw.
    """

    role: str
    build: Callable[[], nn.Module]
    marker: str
    file: str
    url: str
    install: str
    licence: str


_FAN_SITE = "https://www.adrianbulat.com/downloads/python-fan/"
_NO_LICENCE = "none stated for the weights (code {code}); trained on {data}, which is for research only"
PROVIDERS: dict[str, Provider] = {
    "sfd": Provider(
        "detector", Sfd, "conv3_3_norm.weight", "s3fd-619a316812.pth", _FAN_SITE + "s3fd-619a316812.pth",
        _FACE_ALIGNMENT, _NO_LICENCE.format(code="BSD-3-Clause", data="WIDER FACE"),
    ),
    "blazeface": Provider(
        "detector", BlazeFace, "final.convs.0.weight", "blazefaceback.pth",
        "https://github.com/hollance/BlazeFace-PyTorch/raw/master/blazefaceback.pth", _FACE_ALIGNMENT,
        "Apache-2.0 (a model of Google's MediaPipe, converted); its training data are not published",
    ),
    "yunet": Provider(
        "detector", YuNet, ONNX.removeprefix("net."), "face_detection_yunet_2023mar.onnx",
        "https://github.com/opencv/opencv_zoo/raw/main/models/face_detection_yunet/face_detection_yunet_2023mar.onnx",
        _OPENCV, "MIT (OpenCV Zoo); trained on WIDER FACE, which is for research only",
    ),
    "dsfd": Provider(
        "detector", Dsfd, "latlayer3.weight", "WIDERFace_DSFD_RES152.pth",
        "https://folk.ntnu.no/haakohu/WIDERFace_DSFD_RES152.pth", _FACE_DETECTION,
        _NO_LICENCE.format(code="Apache-2.0", data="WIDER FACE"),
    ),
    "fan": Provider(
        "landmarks", Fan, "bl0.weight", "2DFAN4-11f355bf06.pth.tar", _FAN_SITE + "2DFAN4-11f355bf06.pth.tar",
        _FACE_ALIGNMENT, _NO_LICENCE.format(code="BSD-3-Clause", data="300W-LP"),
    ),
}  # fmt: skip
"""By name, which is also the size in the header of their files."""


@dataclass(frozen=True)
class Provided:
    """A network of another project in the place of a pack's own.

    Attributes:
        name: In `PROVIDERS`.
        sha256: Hex digest of its weight file.
    """

    name: str
    sha256: str

    @property
    def role(self) -> str:
        """In the pack."""
        return PROVIDERS[self.name].role

    def __str__(self) -> str:
        """What a result says about it."""
        provider = PROVIDERS[self.name]
        return f"{self.name}, {provider.file} {self.sha256[:16]}; licence: {provider.licence}"


def build_provided(name: str) -> nn.Module:
    """The network of that name, with untrained weights.

    Raises:
        WeightsError: Its package is not installed.
    """
    provider = PROVIDERS[name]
    try:
        return provider.build()
    except (ImportError, RuntimeError) as error:  # torchvision built for another torch fails with the latter
        raise WeightsError(
            f"the {provider.role} network {name!r} needs a package that is missing or does not fit this torch "
            f"({one_line(str(error))}); install it with: {provider.install}"
        ) from error


def choose_provided(detector: str, landmarks: str) -> tuple[Provided, ...]:
    """The networks that a job names, known by their weight files; none where it leaves both to the pack.

    Raises:
        JobError: There is no such network.
        WeightsError: A weight file is not there.
    """
    chosen = []
    for role, name in (("detector", detector), ("landmarks", landmarks)):
        if name != PACKS_OWN:
            check_provider(name, role)
            with find_provider_file(name).open("rb") as file:
                chosen.append(Provided(name, hashlib.file_digest(file, "sha256").hexdigest()))
    return tuple(chosen)


def check_provider(name: str, role: str) -> None:
    """Refuse a name that no network of this role has.

    Raises:
        JobError: Names those that there are.
    """
    if name not in PROVIDERS or PROVIDERS[name].role != role:
        names = ", ".join(key for key, one in PROVIDERS.items() if one.role == role)
        raise JobError(f"there is no {role} network {name!r}; choose {names}")


def provider_path(name: str) -> Path:
    """Where the weight file of a provider lies or has to lie: where torch, and with it its own package, keeps files."""
    return Path(torch.hub.get_dir()) / "checkpoints" / PROVIDERS[name].file


def find_provider_file(name: str) -> Path:
    """The weight file of a provider. Nothing is fetched: a job must give the same on a machine without network.

    Raises:
        WeightsError: It is not there.
    """
    path, provider = provider_path(name), PROVIDERS[name]
    if not path.is_file():
        raise WeightsError(
            f"the weights of the {provider.role} network {name!r} are not here; run fsgan weights fetch {name}, or "
            f"copy them from {provider.url} to {path.parent}",
            path=str(path),
        )
    return path


def fetch_provider_file(name: str) -> Path:
    """The weight file of a provider, fetched if it is not there.

    Raises:
        WeightsError: It is not there and cannot be fetched.
    """
    path, provider = provider_path(name), PROVIDERS[name]
    if not path.is_file():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            torch.hub.download_url_to_file(provider.url, str(path), progress=False)
        except (URLError, OSError, RuntimeError) as error:
            raise WeightsError(
                f"{provider.file} is not here and cannot be fetched; copy it from {provider.url} to {path.parent}",
                path=str(path),
            ) from error
    return path
