"""Detectors and landmarks of other projects: how pictures reach them, and what is said where they are missing."""

from __future__ import annotations

import sys
from pathlib import Path
from urllib.error import URLError

import numpy as np
import pytest
import torch
from torch import Tensor
from typer.testing import CliRunner

from fsgan_core.cli.main import app
from fsgan_core.errors import JobError, WeightsError
from fsgan_core.face.detect import detect_faces
from fsgan_core.face.landmarks import find_landmarks
from fsgan_core.face.provided import PictureDetector, PointNetwork
from fsgan_core.geometry.landmark_sets import WFLW_AT_68, to_98
from fsgan_core.geometry.landmark_warp import MEAN_FACE
from fsgan_core.job.settings import PACKS_OWN, AnalyzeSettings, describe_settings
from fsgan_core.weights.providers import PROVIDERS, build_provided, check_provider, choose_provided


class OneBox(PictureDetector):
    """Finds what it was told, and keeps what it saw."""

    def __init__(self, *rows: tuple[float, ...]) -> None:
        super().__init__()
        self.rows = np.array(rows, np.float32).reshape(-1, 5)
        self.seen = np.zeros(0)
        self.sizes: list[tuple[int, ...]] = []

    def find(self, picture: np.ndarray) -> np.ndarray:
        self.seen = picture
        self.sizes.append(picture.shape[:2])
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


def test_large_pictures_are_also_shown_smaller_so_that_large_faces_are_found() -> None:
    detector = OneBox((100, 100, 200, 200, 0.9))
    found = detect_faces(np.zeros((1500, 2000, 3), np.float32), detector, 40, 0.5)
    assert detector.sizes == [(1500, 2000), (750, 1000), (375, 500)]
    assert found.boxes.tolist() == [[100, 100, 200, 200], [200, 200, 400, 400], [400, 400, 800, 800]]


def test_one_face_seen_at_two_sizes_is_one_face() -> None:
    class Everywhere(OneBox):
        def find(self, picture: np.ndarray) -> np.ndarray:
            super().find(picture)
            side = picture.shape[0]
            return np.array([[0.1 * side, 0.1 * side, 0.5 * side, 0.5 * side, 0.9]])

    found = detect_faces(np.zeros((1500, 2000, 3), np.float32), Everywhere(), 40, 0.5)
    assert found.boxes.tolist() == [[150, 150, 750, 750]]


def test_pictures_are_shown_no_larger_than_the_smallest_face_wanted_needs() -> None:
    detector = OneBox((10, 10, 50, 50, 0.9))
    found = detect_faces(np.zeros((300, 400, 3), np.float32), detector, 80, 0.5)
    assert detector.sizes == [(150, 200)]
    assert found.boxes.tolist() == [[20, 20, 100, 100]]


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


@pytest.mark.parametrize("name", sorted(set(PROVIDERS) - {"yunet"}))
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


def test_a_job_does_not_fetch_and_says_what_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path))
    monkeypatch.setattr(torch.hub, "download_url_to_file", None)
    for name in PROVIDERS:
        chosen = {"detector": PACKS_OWN, "landmarks": PACKS_OWN} | {PROVIDERS[name].role: name}
        with pytest.raises(WeightsError) as raised:
            choose_provided(**chosen)
        said = str(raised.value)
        assert f"fsgan weights fetch {name}" in said and PROVIDERS[name].url in said
        assert str(tmp_path / "checkpoints") in said and raised.value.exit_code == 3


def test_fetch_puts_the_file_where_a_job_looks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def download(url: str, path: str, progress: bool) -> None:
        Path(path).write_bytes(url.encode())

    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path))
    monkeypatch.setattr(torch.hub, "download_url_to_file", download)
    done = CliRunner().invoke(app, ["weights", "fetch", "yunet", "fan"])
    assert done.exit_code == 0, done.output
    assert "licence: MIT (OpenCV Zoo)" in done.output.replace("\n", " ")
    assert [one.name for one in choose_provided("yunet", "fan")] == ["yunet", "fan"]
    refused = CliRunner().invoke(app, ["weights", "fetch", "nose"])
    assert isinstance(refused.exception, JobError)


def test_settings_offer_the_networks_that_there_are() -> None:
    infos = {info.name: info for info in describe_settings(AnalyzeSettings)}
    for role, setting in (("detector", "detector"), ("landmarks", "landmarks_by")):
        there = [name for name, provider in PROVIDERS.items() if provider.role == role]
        assert list(infos[setting].choices) == [PACKS_OWN, *there]


def test_unknown_providers_are_refused() -> None:
    with pytest.raises(JobError, match="choose sfd, blazeface, yunet, dsfd"):
        check_provider("nose", "detector")
    with pytest.raises(JobError, match="choose fan"):
        check_provider("sfd", "landmarks")
