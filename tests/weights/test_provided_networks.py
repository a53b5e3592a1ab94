"""The networks of other projects, by their packages' own code, on weights made here, behind our two functions."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from typer.testing import CliRunner

from fsgan_core.cli.main import app
from fsgan_core.color.network_encoding import network_to_linear
from fsgan_core.errors import WeightsError
from fsgan_core.face.detect import detect_faces
from fsgan_core.face.landmarks import find_landmarks
from fsgan_core.weights.import_released import convert, import_released
from fsgan_core.weights.load import load_network
from fsgan_core.weights.provided_networks import BLAZEFACE_PX, FAN_PX, FAN_SHARE, BlazeFace, blazeface_anchors


def noise(height: int, width: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 255, (height, width, 3), np.uint8)


def as_linear(picture: np.ndarray) -> np.ndarray:
    return network_to_linear(picture.astype(np.float32) / 127.5 - 1)


def made_blazeface(folder: Path) -> Path:
    """The weight file of a BlazeFace that finds faces in noise."""
    from face_alignment.detection.blazeface.net_blazeface import BlazeFace as Network

    torch.manual_seed(0)
    net = Network(back_model=True)
    with torch.no_grad():
        for part in (net.classifier_8, net.classifier_16):
            part.weight.mul_(60)
        for part in (net.regressor_8, net.regressor_16):
            part.bias[2::16] = 40.0
            part.bias[3::16] = 40.0
    path = folder / "blazefaceback.pth"
    torch.save(net.state_dict(), path)
    return path


@pytest.fixture
def blazeface(tmp_path: Path) -> BlazeFace:
    """BlazeFace out of a pack."""
    pytest.importorskip("face_alignment", reason="needs face-alignment")
    import_released([made_blazeface(tmp_path)], tmp_path / "pack")
    network = load_network(tmp_path / "pack", "detector")
    assert isinstance(network, BlazeFace)
    return network


def test_sfd_finds_what_its_own_detector_finds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("face_alignment", reason="needs face-alignment")
    from face_alignment.detection.sfd.net_s3fd import s3fd
    from face_alignment.detection.sfd.sfd_detector import SFDDetector

    torch.manual_seed(0)
    net = s3fd()
    path = tmp_path / "checkpoints" / "s3fd-619a316812.pth"
    path.parent.mkdir()
    torch.save(net.state_dict(), path)
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path))
    out = tmp_path / "pack"
    done = CliRunner().invoke(app, ["weights", "import", "--detector", "sfd", "--out", str(out)])
    assert done.exit_code == 0, done.output
    assert "detector: s3fd-619a316812.pth, licence: none stated for the weights (code BSD-3-Clause)" in done.output
    assert "another project" in done.output and "FSGAN authors" not in done.output
    picture = noise(96, 128)
    wanted = np.array(SFDDetector("cpu", path_to_detector=str(path), filter_threshold=0.3).detect_from_image(picture))
    assert len(wanted) > 3
    found = detect_faces(as_linear(picture), load_network(out, "detector"), 1, 0.3)
    assert len(found.scores) == len(wanted)
    assert np.allclose(np.sort(found.scores), np.sort(wanted[:, 4]), atol=1e-3)


def test_blazeface_finds_what_its_own_detector_finds(blazeface: BlazeFace, tmp_path: Path) -> None:
    from face_alignment.detection.blazeface.blazeface_detector import BlazeFaceDetector

    np.save(tmp_path / "anchors.npy", blazeface_anchors())
    own = BlazeFaceDetector("cpu", True, str(tmp_path / "blazefaceback.pth"), str(tmp_path / "anchors.npy"))
    picture = noise(BLAZEFACE_PX, BLAZEFACE_PX)
    wanted = np.array(own.detect_from_image(picture))
    assert len(wanted) > 3
    found = blazeface.find(picture)
    # Ours lets no two boxes overlap; theirs averages before it looks.
    best = wanted[np.argmax(wanted[:, 4])]
    assert found[0] == pytest.approx(best, abs=1e-3)
    distances = np.abs(found[:, None] - wanted[None]).max(-1).min(1)
    assert distances.max() < 1e-3


def test_blazeface_sees_the_whole_of_a_wide_plate(blazeface: BlazeFace) -> None:
    wide = noise(BLAZEFACE_PX, 3 * BLAZEFACE_PX)
    found = blazeface.find(wide)
    middles = (found[:, 0] + found[:, 2]) / 2
    assert middles.min() < BLAZEFACE_PX / 2 and middles.max() > 2.5 * BLAZEFACE_PX
    last = blazeface.find(np.ascontiguousarray(wide[:, -BLAZEFACE_PX:]))[0]
    shifted = last + [2 * BLAZEFACE_PX, 0, 2 * BLAZEFACE_PX, 0, 0]
    overlapping = found[(np.abs(found[:, :4] - shifted[:4]).max(1) < 20)]
    assert len(overlapping) and overlapping[:, 4].max() >= last[4] - 1e-4


def test_blazeface_takes_pictures_smaller_than_its_square(blazeface: BlazeFace) -> None:
    found = blazeface.find(noise(100, 140))
    assert found.shape[1] == 5 and np.isfinite(found).all()


def test_anchors_are_those_of_the_published_table() -> None:
    anchors = blazeface_anchors()
    assert anchors.shape == (896, 4) and np.all(anchors[:, 2:] == 1)
    assert anchors[:3, :2].tolist() == [[0.03125, 0.03125], [0.03125, 0.03125], [0.09375, 0.03125]]
    assert np.all(anchors[512:518, :2] == 0.0625)  # the coarse grid: six in a cell


def test_yunet_finds_what_face_alignment_finds(tmp_path: Path, made_yunet: ModuleType) -> None:
    pytest.importorskip("face_alignment", reason="needs face-alignment")
    from face_alignment.detection.yunet.yunet_detector import YuNetDetector

    path = tmp_path / "face_detection_yunet_2023mar.onnx"
    made_yunet.write_noise_yunet(path)
    manifest = import_released([path], tmp_path / "pack")
    entry = next(entry for entry in manifest.training_data if entry.get("role") == "detector")
    assert entry["licence"].startswith("MIT") and "MIT" in manifest.licence and "another project" in manifest.notes
    picture = noise(96, 160)
    wanted = np.array(YuNetDetector("cpu", str(path), score_threshold=0.3).detect_from_image(picture))
    assert len(wanted) > 3
    found = load_network(tmp_path / "pack", "detector").find(picture)
    found = found[found[:, 4] >= 0.3]
    assert np.allclose(found[np.argsort(-found[:, 4])], wanted[np.argsort(-wanted[:, 4])], atol=1e-3)
    # Behind our function: a picture whose smallest face needs no smaller showing.
    behind = detect_faces(as_linear(picture), load_network(tmp_path / "pack", "detector"), 1, 0.3)
    assert np.allclose(behind.scores.max(), wanted[:, 4].max(), atol=1e-3)


def test_a_file_that_is_no_network_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "face_detection_yunet_2023mar.onnx"
    path.write_bytes(bytes(range(200)))
    with pytest.raises(WeightsError, match="no whole ONNX file"):
        convert(path)


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
