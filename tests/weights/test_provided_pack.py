"""A job that names a detector of another project: whose it is shows in the pack, the analysis and the result."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch

from fsgan_core.errors import WeightsError
from fsgan_core.job.settings import AnalyzeSettings
from fsgan_core.media.exr_header import read_exr_headers
from fsgan_core.media.plate_frame import PictureHeader
from fsgan_core.media.read import open_plate
from fsgan_core.media.write import write_frame
from fsgan_core.pipeline.analysis_file import load_analysis
from fsgan_core.pipeline.engine import open_engine
from fsgan_core.shot.image_window import ImageWindow
from fsgan_core.shot.plate import Plate
from fsgan_core.weights.load import load_pack, pack_identity
from fsgan_core.weights.provided_networks import YuNet
from fsgan_core.weights.providers import PROVIDERS, choose_provided

YUNET = AnalyzeSettings(detector="yunet")


@pytest.fixture
def yunet_file(tmp_path: Path, made_yunet: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The weight file of a detector that sees a face everywhere, where a job looks for it."""
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path / "hub"))
    path = tmp_path / "hub" / "checkpoints" / PROVIDERS["yunet"].file
    path.parent.mkdir(parents=True)
    made_yunet.write_everywhere_yunet(path)
    return path


@pytest.fixture
def plate(tmp_path: Path, sample_plates: Path) -> str:
    """A square of the bundled plate with the face, as large as a cell of that detector, in its middle; two frames."""
    with open_plate(Plate(str(sample_plates / "a" / "plate.%04d.exr"))) as reader:
        for number in reader.frames[:2]:
            piece = reader.read(number).rgb[:512, 224:736]
            window = ImageWindow.of_size(piece.shape[1], piece.shape[0])
            channels = {channel: piece[..., k] for k, channel in enumerate("RGB")}
            write_frame(str(tmp_path / f"plate.{number}.exr"), channels, PictureHeader(window, window))
    return str(tmp_path / "plate.%04d.exr")


def test_named_detector_takes_the_place_of_the_packs_own(yunet_file: Path) -> None:
    own, pack = load_pack("compact"), open_engine("compact", "cpu", YUNET)
    assert isinstance(pack.detector, YuNet) and type(pack.landmarks) is type(own.landmarks)
    assert pack.sha256 == own.sha256 == own.networks_sha256 != pack.networks_sha256
    assert pack_identity("compact", choose_provided("yunet", "pack")).networks_sha256 == pack.networks_sha256


def test_other_weights_of_a_detector_are_another_digest(yunet_file: Path, made_yunet: ModuleType) -> None:
    before = pack_identity("compact", choose_provided("yunet", "pack")).networks_sha256
    made_yunet.write_everywhere_yunet(yunet_file, seed=1)
    assert pack_identity("compact", choose_provided("yunet", "pack")).networks_sha256 != before


def test_a_file_of_another_network_is_refused_by_name(yunet_file: Path) -> None:
    pytest.importorskip("face_alignment", reason="needs face-alignment")
    from face_alignment.detection.blazeface.net_blazeface import BlazeFace as Network

    wrong = yunet_file.with_name(PROVIDERS["sfd"].file)
    torch.save(Network(back_model=True).state_dict(), wrong)
    with pytest.raises(WeightsError, match="not the weights of 'sfd'"):
        open_engine("compact", "cpu", AnalyzeSettings(detector="sfd"))


def test_missing_weights_end_a_job_with_one_sentence(
    plate: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fsgan_program: Callable[..., tuple[int, str]]
) -> None:
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path / "empty"))
    code, said = fsgan_program("analyze", plate, "--out", str(tmp_path / "a.npz"), "--landmarks", "fan")
    assert code == 3
    assert "fsgan weights fetch fan" in said and "Traceback" not in said
    assert not (tmp_path / "a.npz").exists()


def test_detector_finds_the_face_and_its_result_says_whose_it_was(
    yunet_file: Path, made_yunet: ModuleType, plate: str, tmp_path: Path,
    fsgan_program: Callable[..., tuple[int, str]],
) -> None:  # fmt: skip
    arguments = [
        "swap", "--source", plate, "--plate", plate, "--out", str(tmp_path / "o.%04d.exr"), "--frames", "1001",
        "--analyze-frames", "1001", "--source-frames", "1001", "--detector", "yunet", "--min-face-px", "160",
        "--device", "cpu",
    ]  # fmt: skip
    code, said = fsgan_program(*arguments)
    assert code == 0, said
    own = tmp_path / "own.npz"
    code, said = fsgan_program(
        "analyze", plate, "--out", str(own), "--frames", "1001", "--min-face-px", "160", "--device", "cpu"
    )
    assert code == 0, said
    found, wanted = (load_analysis(path).faces[0] for path in (tmp_path / "o.plate.npz", own))
    # Both refine the detector's box by the same landmarks: within a fiftieth of the face.
    assert np.abs(found.boxes[0] - wanted.boxes[0]).max() < 0.02 * (wanted.boxes[0][2] - wanted.boxes[0][0])
    attributes = read_exr_headers(str(tmp_path / "o.1001.exr"))[0].attributes
    assert "MIT (OpenCV Zoo)" in str(attributes["fsgan/detector"])
    made_yunet.write_everywhere_yunet(yunet_file, seed=1)
    code, said = fsgan_program(*arguments)
    assert code == 0 and "making it anew" in said
