"""G_r is trained on landmarks as the landmark network sees them, and these are found once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fsgan_core.job.progress import Progress, ProgressEvent
from fsgan_core.training import generator_samples
from fsgan_core.training.augment import CropJitter, crop_view, flip_view
from fsgan_core.training.datasets import Clip, load_clips
from fsgan_core.training.found_landmarks import add_found_landmarks
from fsgan_core.training.generator_samples import PairSampler, reenactment_sample, with_foreign_proportions
from fsgan_core.weights.architectures import build_network
from fsgan_core.weights.save import save_network


class Steps(Progress):
    """Remembers the frames told."""

    def __init__(self) -> None:
        super().__init__()
        self.frames: list[int | None] = []

    def show(self, event: ProgressEvent) -> None:
        if event.event == "frame":
            self.frames.append(event.frame)


@pytest.fixture
def clips(data: Path) -> list[Clip]:
    return load_clips([data / "takes"], "train")[:2]


@pytest.fixture
def networks(tmp_path: Path) -> Path:
    """A folder with an untrained landmark network."""
    save_network(tmp_path / "landmarks.safetensors", build_network("landmarks", "compact"), "landmarks", "compact")
    return tmp_path


def test_what_was_found_is_kept_until_network_or_pictures_change(clips: list[Clip], networks: Path) -> None:
    folder, steps = networks / "found", Steps()
    add_found_landmarks(clips, folder, networks, steps)
    assert steps.frames == [1, 2]
    first = [clip.found for clip in clips]
    for found, clip in zip(first, clips, strict=True):
        assert found is not None and found.shape == (len(clip), 98, 2)
    files = sorted(folder.rglob("*.npy"))
    assert len(files) == 2
    before = [file.stat().st_mtime_ns for file in files]
    clips[0].found = None
    add_found_landmarks(clips, folder, networks, Progress())
    assert clips[0].found is not None and np.array_equal(clips[0].found, first[0])
    assert [file.stat().st_mtime_ns for file in files] == before

    other = networks / "other"
    other.mkdir()
    save_network(other / "landmarks.safetensors", _shifted(), "landmarks", "compact")
    add_found_landmarks(clips, folder, other, Progress())
    assert len(list(folder.rglob("*.npy"))) == 4
    assert not np.allclose(clips[0].found, first[0], atol=0.1)


def _shifted():
    network = build_network("landmarks", "compact")
    for parameter in network.parameters():
        parameter.data.mul_(1.5)
    return network


def test_found_landmarks_go_with_the_picture(clips: list[Clip]) -> None:
    clip = clips[0]
    clip.found = clip._clip.landmarks + np.float32(2)
    view = clip.view(0)
    for after in (
        crop_view(view, 128, CropJitter(20, 0.1, 0.1), np.random.default_rng(1)),
        flip_view(view),
        with_foreign_proportions(view, np.random.default_rng(1)),
    ):
        assert after.found is not None
        scale = np.ptp(after.landmarks[:, 1]) / np.ptp(view.landmarks[:, 1])
        apart = np.linalg.norm(after.found - after.landmarks, axis=1) / scale
        assert np.abs(apart - np.sqrt(8)).max() < 0.8 and apart.mean() == pytest.approx(np.sqrt(8), abs=0.2)


def test_g_r_is_asked_for_found_landmarks_and_compared_with_the_true_picture(
    clips: list[Clip], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(generator_samples, "FOREIGN_SHARE", 0.0)
    samples = {}
    for share in (0.0, 1.0):
        monkeypatch.setattr(generator_samples, "FOUND_SHARE", share)
        for clip in clips:
            clip.found = clip._clip.landmarks + np.float32((0, 12))
        samples[share] = reenactment_sample(PairSampler(clips, 64), np.random.default_rng(3))
    true, found = samples[0.0], samples[1.0]
    lower = (found["points"] - true["points"])[:, 1] * 64
    assert lower.min() > 1.5 and np.array_equal(true["target"], found["target"])
    assert np.array_equal(true["parts"], found["parts"])
    assert not np.array_equal(true["warped"], found["warped"])
