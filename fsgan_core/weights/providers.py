"""Detectors and landmarks of other projects as networks of a pack: SFD, 2D-FAN and DSFD.

Their code comes from the packages `face-alignment` and `face-detection`, their weights from their authors. Imported
once (`fsgan weights import --detector sfd --landmarks fan`), they are part of a pack like ours, read as safetensors.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from fsgan_core.errors import JobError, WeightsError
from fsgan_core.face.provided import PictureDetector, PointNetwork
from fsgan_core.geometry.box import suppress_overlaps
from fsgan_core.geometry.landmark_sets import to_98
from fsgan_core.job.progress import one_line
from fsgan_core.networks.landmark_heatmap import heatmaps_to_points

LOWEST_SCORE = 0.05
NMS_IOU = 0.3
MOST_CANDIDATES = 5000
_FACE_ALIGNMENT = "pip install 'fsgan[face-alignment]' && pip install --no-deps face-alignment==1.5.0"
_FACE_DETECTION = "pip install --no-deps face-detection==0.2.2 torchvision"
FAN_PX = 256
FAN_SHARE = 0.61
"""FAN was trained on crops twice as large as a face, ours are a quarter larger: the crop is shown at this share."""


class Sfd(PictureDetector):
    """S3FD of face-alignment."""

    def __init__(self) -> None:
        super().__init__()
        from face_alignment.detection.sfd.net_s3fd import s3fd

        self.net = s3fd()

    def find(self, picture: np.ndarray) -> np.ndarray:
        """See `PictureDetector.find`."""
        from face_alignment.detection.sfd.bbox import nms
        from face_alignment.detection.sfd.detect import detect

        device = str(next(self.net.parameters()).device)
        found = np.asarray(detect(self.net, picture, device=device)[0], np.float32).reshape(-1, 5)
        found = found[found[:, 4] >= LOWEST_SCORE]
        return found[nms(found, NMS_IOU)] if len(found) else found


class Dsfd(PictureDetector):
    """DSFD with a ResNet-152, the paper's detector, of face-detection."""

    def __init__(self) -> None:
        super().__init__()
        from face_detection.dsfd.config import resnet152_model_config
        from face_detection.dsfd.face_ssd import SSD

        self.net = SSD(resnet152_model_config)

    def find(self, picture: np.ndarray) -> np.ndarray:
        """See `PictureDetector.find`; the release subtracts (104, 117, 123) from BGR."""
        device = next(self.net.parameters()).device
        height, width = picture.shape[:2]
        bgr = torch.from_numpy(np.ascontiguousarray(picture[..., ::-1].transpose(2, 0, 1))).float()[None]
        mean = torch.tensor([104.0, 117.0, 123.0])[:, None, None]
        with torch.no_grad():
            found = self.net((bgr - mean).to(device), LOWEST_SCORE, NMS_IOU)[0].float().cpu().numpy()
        found = found[found[:, 4] >= LOWEST_SCORE]
        found = found[np.argsort(-found[:, 4], kind="stable")[:MOST_CANDIDATES]]
        found = found * np.array([width, height, width, height, 1], np.float32)
        return found[suppress_overlaps(found[:, :4], found[:, 4], NMS_IOU)]


class Fan(PointNetwork):
    """2D-FAN of face-alignment; its 68 landmarks as 98."""

    def __init__(self) -> None:
        super().__init__()
        from face_alignment.models import FAN

        self.net = FAN(4)

    def find(self, crop: Tensor) -> tuple[Tensor, Tensor]:
        """See `PointNetwork.find`."""
        inner = round(FAN_PX * FAN_SHARE / 2) * 2
        margin = (FAN_PX - inner) // 2
        small = F.interpolate(crop, size=(inner, inner), mode="bilinear", antialias=True)
        heat = self.net(F.pad((small + 1) / 2, (margin,) * 4, mode="replicate"))[-1].float()
        points = (heatmaps_to_points(heat) * FAN_PX - margin) / inner
        weights = torch.from_numpy(to_98()).to(points)
        return weights @ points, heat.amax((2, 3)).clamp(0, 1).mean(1)


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
    """

    role: str
    build: Callable[[], nn.Module]
    marker: str
    file: str
    url: str
    install: str


_FAN_SITE = "https://www.adrianbulat.com/downloads/python-fan/"
PROVIDERS: dict[str, Provider] = {
    "sfd": Provider("detector", Sfd, "conv3_3_norm.weight", "s3fd-619a316812.pth",
                    _FAN_SITE + "s3fd-619a316812.pth", _FACE_ALIGNMENT),
    "dsfd": Provider("detector", Dsfd, "latlayer3.weight", "WIDERFace_DSFD_RES152.pth",
                     "https://folk.ntnu.no/haakohu/WIDERFace_DSFD_RES152.pth", _FACE_DETECTION),
    "fan": Provider("landmarks", Fan, "bl0.weight", "2DFAN4-11f355bf06.pth.tar",
                    _FAN_SITE + "2DFAN4-11f355bf06.pth.tar", _FACE_ALIGNMENT),
}  # fmt: skip
"""By name, which is also the size in the header of their files."""


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


def provider_file(name: str, role: str) -> Path:
    """The weight file of a provider: where its own package keeps it, fetched if it is not there.

    Raises:
        JobError: There is no such provider of that role.
        WeightsError: It is not there and cannot be fetched.
    """
    provider = PROVIDERS.get(name)
    if provider is None or provider.role != role:
        names = ", ".join(key for key, one in PROVIDERS.items() if one.role == role)
        raise JobError(f"there is no {role} network {name!r}; choose {names}")
    path = Path(torch.hub.get_dir()) / "checkpoints" / provider.file
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
