"""Crops keep pictures and labels together."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fsgan_core.geometry.face_box import box_to_crop_box, landmarks_to_box
from fsgan_core.training.analysis_samples import draw_view
from fsgan_core.training.augment import (
    CropJitter,
    crop_view,
    flip_view,
    random_lens,
    random_light,
    random_occluder,
    random_shade,
    random_tint,
)
from fsgan_core.training.datasets import Clip, View, batches, load_clips
from fsgan_core.training.generator_samples import (
    PairSampler,
    border_ellipse,
    inpainting_sample,
    poisson_clone,
    reenactment_sample,
)
from fsgan_core.training.synthesis.prepared_clip import read_clip


@pytest.fixture(scope="module")
def view(data: Path) -> View:
    return Clip(read_clip(sorted((data / "takes").glob("*.npz"))[0])).view(1)


def test_exact_crop_is_the_crop_of_inference(view: View) -> None:
    crop = crop_view(view, 256, CropJitter(), np.random.default_rng(0))
    box = box_to_crop_box(landmarks_to_box(view.landmarks))
    expected = (view.landmarks - box[:2]) * 256 / (box[2] - box[0])
    assert np.abs(crop.landmarks - expected).max() < 0.01


def test_labels_follow_the_picture(view: View) -> None:
    """The dark eyes stay under the eye landmarks at any rotation."""
    for seed in range(5):
        crop = crop_view(view, 256, CropJitter(30, 0.2, 0.1), np.random.default_rng(seed))
        x, y = crop.landmarks[60:68].mean(0)
        assert crop.rgb[int(y), int(x)].mean() < 60


def test_turning_the_crop_turns_the_roll(view: View) -> None:
    crop = crop_view(view, 128, CropJitter(rotation_deg=30), np.random.default_rng(3))
    up_before = view.landmarks[33:51].mean(0) - view.landmarks[16]
    up_after = crop.landmarks[33:51].mean(0) - crop.landmarks[16]
    turned = np.degrees(np.arctan2(up_after[0], -up_after[1]) - np.arctan2(up_before[0], -up_before[1]))
    assert turned == pytest.approx(crop.pose[2] - view.pose[2], abs=0.2) and abs(turned) > 1


def test_flip_twice_is_the_view(view: View) -> None:
    twice = flip_view(flip_view(view))
    assert (
        np.array_equal(twice.rgb, view.rgb)
        and np.allclose(twice.landmarks, view.landmarks)
        and np.allclose(twice.pose, view.pose)
    )


@pytest.mark.parametrize("change", [random_light, random_lens, random_shade, random_tint])
def test_photometric_changes_stay_in_range(change, view: View) -> None:
    for seed in range(10):
        out = change(view.rgb.astype(np.float32) / 255, np.random.default_rng(seed))
        assert out.shape == view.rgb.shape and out.min() >= 0 and out.max() <= 1 and np.isfinite(out).all()


def test_tint_turns_hues_and_keeps_greys() -> None:
    grey, green = np.full((8, 8, 3), 0.5, np.float32), np.zeros((8, 8, 3), np.float32) + (0.2, 0.7, 0.2)
    green = green.astype(np.float32)
    hues = set()
    for seed in range(300):
        rng = np.random.default_rng(seed)
        assert np.allclose(random_tint(grey, rng), 0.5, atol=1e-6)
        hues.add(int(random_tint(green, np.random.default_rng(seed))[0, 0].argmax()))
    assert hues == {0, 1, 2}


def test_occluder_hides_something(view: View) -> None:
    colour, alpha = random_occluder(128, np.random.default_rng(0), view.rgb)
    assert 0.01 < alpha.mean() < 0.9 and colour.shape == (128, 128, 3)


def test_batches_depend_on_seed_and_number_alone() -> None:
    def make(rng: np.random.Generator) -> dict[str, np.ndarray]:
        return {"x": rng.random(3)}

    first, late = batches(make, 2, 7, 0, 3), batches(make, 2, 7, 4, 1)
    for _ in range(4):
        next(first)
    assert np.array_equal(next(first)["x"], next(late)["x"])


def test_pairs_share_their_take(data: Path) -> None:
    sampler = PairSampler(load_clips([data / "takes"], "train"), 64)
    sample = reenactment_sample(sampler, np.random.default_rng(0))
    assert sample["view"].shape == sample["target"].shape == (3, 64, 64)
    assert sample["points"].min() > 0 and sample["points"].max() < 1


@pytest.mark.parametrize(("shut", "most_often"), [([3], True), ([], False)])
def test_shut_eyes_are_drawn_more_often_than_there_are_of_them(data: Path, shut: list[int], most_often: bool) -> None:
    clip = load_clips([data / "takes"], "train")[0]
    clip.shut = np.array(shut, int)
    rng = np.random.default_rng(4)
    for draw in (draw_view, PairSampler([clip], 64).draw_target):
        drawn = np.array([draw(clip, rng) for _ in range(600)])
        assert (float(np.mean(drawn == 3)) > 0.25) is most_often
        assert len(set(drawn.tolist())) > 3


def test_holes_are_inside_the_mask(data: Path) -> None:
    sample = inpainting_sample(PairSampler(load_clips([data / "takes"], "train"), 64), np.random.default_rng(1))
    assert not (sample["shown"].astype(bool) & ~sample["mask"].astype(bool)).any()
    assert sample["shown"].sum() < sample["mask"].sum()
    assert (sample["face"][:, sample["shown"][0] == 0] == -1).all()


def test_border_ellipse_of_no_face_is_empty() -> None:
    assert not border_ellipse(np.zeros((16, 16), bool), np.random.default_rng(0)).any()


def test_poisson_clone_takes_the_border_colour() -> None:
    """A flat foreign patch becomes the target's colour; outside the mask nothing changes."""
    target = np.full((64, 64, 3), 0.6, np.float32)
    transfer, mask = target.copy(), np.zeros((64, 64), np.uint8)
    mask[20:44, 20:44] = 1
    transfer[mask > 0] = 0.2
    clone = poisson_clone(transfer, target, mask)
    assert np.abs(clone[22:42, 22:42] - 0.6).max() < 0.02
    assert np.array_equal(clone[mask == 0], target[mask == 0])
