"""Detectors and landmarks of other projects: their own code, on weights made here, behind our two functions."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from urllib.error import URLError

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from typer.testing import CliRunner

from fsgan_core.cli.main import app
from fsgan_core.color.network_encoding import network_to_linear
from fsgan_core.errors import JobError, WeightsError
from fsgan_core.face.detect import detect_faces
from fsgan_core.face.landmarks import find_landmarks
from fsgan_core.face.provided import PictureDetector, PointNetwork
from fsgan_core.geometry.landmark_sets import WFLW_AT_68, to_98
from fsgan_core.geometry.landmark_warp import MEAN_FACE
from fsgan_core.weights.import_released import convert, import_released
from fsgan_core.weights.load import load_network
from fsgan_core.weights.providers import FAN_PX, FAN_SHARE, PROVIDERS, build_provided, provider_file


class OneBox(PictureDetector):
    """Finds what it was told, and keeps what it saw."""

    def __init__(self, *rows: tuple[float, ...]) -> None:
        super().__init__()
        self.rows = np.array(rows, np.float32).reshape(-1, 5)
        self.seen = np.zeros(0)

    def find(self, picture: np.ndarray) -> np.ndarray:
        self.seen = picture
        return self.rows


class Corner(PointNetwork):
    """All landmarks a quarter in."""

    def find(self, crop: Tensor) -> tuple[Tensor, Tensor]:
        return torch.full((len(crop), 98, 2), 0.25), torch.full((len(crop),), 0.8)


def test_boxes_of_a_provided_detector_are_filtered_sorted_and_square() -> None:
    detector = OneBox((10, 20, 40, 60, 0.7), (50, 10, 90, 60, 0.9), (0, 0, 9, 9, 0.9), (0, 50, 40, 90, 0.2))
    found = detect_faces(np.full((100, 200, 3), 0.5, np.float32), detector, 20, 0.5)
    assert found.scores.tolist() == pytest.approx([0.9, 0.7])
    assert found.boxes.tolist() == [[45, 10, 95, 60], [5, 20, 45, 60]]  # as high as found, around the same middle
    assert detector.seen.shape == (100, 200, 3) and detector.seen.dtype == np.uint8
    assert np.abs(detector.seen.astype(int) - 188).max() <= 1  # 0.5 of light is 188 of sRGB


def test_provided_detector_sees_square_pixels() -> None:
    detector = OneBox((100, 20, 140, 60, 0.9))
    found = detect_faces(np.zeros((100, 200, 3), np.float32), detector, 20, 0.5, pixel_aspect=2.0)
    assert detector.seen.shape == (100, 400, 3)
    assert found.boxes.tolist() == [[50, 20, 70, 60]]


def test_points_of_a_provided_network_are_crop_pixels() -> None:
    found = find_landmarks(np.zeros((64, 64, 3), np.float32), Corner())
    assert found.points.shape == (98, 2) and np.allclose(found.points, 16) and found.certainty == pytest.approx(0.8)


def test_68_landmarks_become_98_near_the_true_ones() -> None:
    weights = to_98()
    assert np.allclose(weights.sum(1), 1)  # no shift, no scale
    assert np.array_equal(weights[list(WFLW_AT_68)], np.eye(68))
    error = np.linalg.norm(weights @ MEAN_FACE[list(WFLW_AT_68)] - MEAN_FACE, axis=1)
    ocular = np.linalg.norm(MEAN_FACE[60] - MEAN_FACE[72])
    assert error.mean() < 0.015 * ocular and error.max() < 0.1 * ocular


@pytest.mark.parametrize("name", PROVIDERS)
def test_a_missing_package_is_one_sentence(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in [module for module in sys.modules if module.startswith(("face_alignment", "face_detection"))]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, "face_alignment", None)
    monkeypatch.setitem(sys.modules, "face_detection", None)
    with pytest.raises(WeightsError, match="pip install"):
        build_provided(name)


def test_offline_one_sentence_says_what_to_copy_where(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_network(url: str, *_: object, **__: object) -> None:
        raise URLError("no network")

    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path))
    monkeypatch.setattr(torch.hub, "download_url_to_file", no_network)
    done = CliRunner().invoke(app, ["weights", "import", "--detector", "sfd", "--out", str(tmp_path / "pack")])
    assert isinstance(done.exception, WeightsError)
    said = str(done.exception)
    assert "copy it from https://" in said and str(tmp_path / "checkpoints") in said and "s3fd-619a316812.pth" in said
    assert not (tmp_path / "pack").exists()


def test_unknown_providers_are_refused() -> None:
    with pytest.raises(JobError, match="choose sfd, dsfd"):
        provider_file("nose", "detector")
    with pytest.raises(JobError, match="choose fan"):
        provider_file("sfd", "landmarks")


def test_sfd_finds_what_its_own_detector_finds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("face_alignment", reason="needs face-alignment")
    from face_alignment.detection.sfd.net_s3fd import s3fd
    from face_alignment.detection.sfd.sfd_detector import SFDDetector

    torch.manual_seed(0)
    net = s3fd()
    path = tmp_path / "checkpoints" / PROVIDERS["sfd"].file
    path.parent.mkdir()
    torch.save(net.state_dict(), path)
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path))
    out = tmp_path / "pack"
    done = CliRunner().invoke(app, ["weights", "import", "--detector", "sfd", "--out", str(out)])
    assert done.exit_code == 0, done.output
    assert "detector: s3fd-619a316812.pth, licence: as its authors state it" in done.output
    assert "another project" in done.output and "FSGAN authors" not in done.output
    picture = np.random.default_rng(0).integers(0, 255, (96, 128, 3), np.uint8)
    wanted = np.array(SFDDetector("cpu", path_to_detector=str(path), filter_threshold=0.3).detect_from_image(picture))
    assert len(wanted) > 3
    linear = network_to_linear(picture.astype(np.float32) / 127.5 - 1)
    found = detect_faces(linear, load_network(out, "detector"), 1, 0.3)
    assert len(found.scores) == len(wanted)
    assert np.allclose(np.sort(found.scores), np.sort(wanted[:, 4]), atol=1e-3)


@pytest.mark.slow
def test_fan_sees_the_crop_smaller_and_its_points_come_back(tmp_path: Path) -> None:
    pytest.importorskip("face_alignment", reason="needs face-alignment")
    from face_alignment.models import FAN

    torch.manual_seed(0)
    net = FAN(4).eval()
    torch.save(net.state_dict(), tmp_path / "2DFAN4.pth.tar")
    import_released([tmp_path / "2DFAN4.pth.tar"], tmp_path / "pack")
    crop = np.random.default_rng(0).random((256, 256, 3)).astype(np.float32)
    found = find_landmarks(crop, load_network(tmp_path / "pack", "landmarks"))
    assert found.points.shape == (98, 2)
    # The picture that FAN is shown, made by hand: 156 px of face crop inside 256.
    inner = round(FAN_PX * FAN_SHARE / 2) * 2
    shown = torch.from_numpy(np.clip(crop, 0, 1)).permute(2, 0, 1)[None]
    code = torch.where(shown < 0.0031308, shown * 12.92, 1.055 * shown ** (1 / 2.4) - 0.055)
    small = torch.nn.functional.interpolate(code, (inner, inner), mode="bilinear", antialias=True)
    margin = (FAN_PX - inner) // 2
    with torch.no_grad():
        heat = net(torch.nn.functional.pad(small, (margin,) * 4, mode="replicate"))[-1]
    low, high = heat.amin((2, 3), keepdim=True), heat.amax((2, 3), keepdim=True)
    share = (heat - low) / (high - low)
    share = torch.where(share < 0.5, 0.0, share)
    at = (torch.arange(64) + 0.5) / 64
    x = (share.sum(2) * at).sum(-1) / share.sum((2, 3))
    first = (x[0, 0] * FAN_PX - margin) / inner * 256  # landmark 0 of 68 is landmark 0 of 98
    assert found.points[0, 0] == pytest.approx(float(first), abs=3.0)  # bfloat16 against float32


class StandInBottleneck(nn.Module):
    """torchvision's, by the same names."""

    def __init__(self, a: int, width: int, stride: int) -> None:
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(a, width, 1, bias=False), nn.BatchNorm2d(width)
        self.conv2, self.bn2 = nn.Conv2d(width, width, 3, stride, 1, bias=False), nn.BatchNorm2d(width)
        self.conv3, self.bn3 = nn.Conv2d(width, 4 * width, 1, bias=False), nn.BatchNorm2d(4 * width)
        self.downsample = None
        if a != 4 * width or stride != 1:
            self.downsample = nn.Sequential(nn.Conv2d(a, 4 * width, 1, stride, bias=False), nn.BatchNorm2d(4 * width))

    def forward(self, x: Tensor) -> Tensor:
        y = self.bn3(self.conv3(self.bn2(self.conv2(self.bn1(self.conv1(x)).relu())).relu()))
        return (y + (x if self.downsample is None else self.downsample(x))).relu()


def stand_in_resnet152(pretrained: bool) -> nn.Module:
    """A ResNet-152 without torchvision, whose builds fit one build of torch each."""
    net = nn.Module()
    net.conv1, net.bn1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64)
    net.relu, net.maxpool = nn.ReLU(), nn.MaxPool2d(3, 2, 1)
    a = 64
    for k, depth in enumerate((3, 8, 36, 3)):
        width = 64 * 2**k
        blocks = [StandInBottleneck(a if b == 0 else 4 * width, width, 2 if k and b == 0 else 1) for b in range(depth)]
        setattr(net, f"layer{k + 1}", nn.Sequential(*blocks))
        a = 4 * width
    return net


@pytest.mark.slow
def test_dsfd_runs_behind_our_function(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The package's own network, priors and decoding; only torchvision is stood in for."""
    if importlib.util.find_spec("face_detection") is None:
        pytest.skip("needs face-detection")
    names = ("torchvision", "torchvision.ops", "torchvision.models", "torchvision.models._utils")
    modules = {name: ModuleType(name) for name in names}
    modules["torchvision"].models = modules["torchvision.models"]  # type: ignore[attr-defined]
    modules["torchvision.models"]._utils = modules["torchvision.models._utils"]  # type: ignore[attr-defined]
    modules["torchvision.models"].resnet152 = stand_in_resnet152  # type: ignore[attr-defined]
    modules["torchvision.ops"].nms = None  # type: ignore[attr-defined]
    for name, module in modules.items():
        monkeypatch.setitem(sys.modules, name, module)
    from face_detection.dsfd.config import resnet152_model_config
    from face_detection.dsfd.face_ssd import SSD

    torch.manual_seed(0)
    net = SSD(resnet152_model_config)
    assert sum(parameter.numel() for parameter in net.parameters()) == 120_058_406  # as documented of the release
    torch.save(net.state_dict(), tmp_path / "WIDERFace_DSFD_RES152.pth")
    network = convert(tmp_path / "WIDERFace_DSFD_RES152.pth")
    assert (network.role, network.size) == ("detector", "dsfd")
    import_released([tmp_path / "WIDERFace_DSFD_RES152.pth"], tmp_path / "pack")
    detector = load_network(tmp_path / "pack", "detector")
    found = detect_faces(np.random.default_rng(0).random((128, 160, 3)).astype(np.float32), detector, 4, 0.05)
    assert len(found.scores) > 0 and found.boxes.shape == (len(found.scores), 4)
    assert np.all(np.diff(found.scores) <= 0) and (found.boxes[:, 2] - found.boxes[:, 0]).min() >= 4
