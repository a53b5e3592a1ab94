"""What is learned from and what is measured on never overlap, whatever the clip."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fsgan_core.geometry.landmark_warp import MEAN_FACE
from fsgan_core.training.foreign_proportions import foreign_proportions
from fsgan_core.training.subject_footage import SubjectFrame
from fsgan_core.training.subject_samples import SubjectSampler, as_clip, hold_out, subject_sample

LANDMARKS = (MEAN_FACE * 64).astype(np.float32)


def frame(number: int, yaw_deg: float = 0.0, clip: int = 0) -> SubjectFrame:
    rng = np.random.default_rng(number)
    face = np.zeros((64, 64), np.uint8)
    face[16:56, 12:52] = 255
    picture = rng.integers(0, 255, (64, 64, 3), dtype=np.uint8)
    pose = np.array([yaw_deg, 0, 0], np.float32)
    return SubjectFrame(clip, number, picture, face, np.zeros_like(face), LANDMARKS, pose)


@given(total=st.integers(2, 60), count=st.integers(1, 12))
def test_held_out_frames_are_never_learned_from(total: int, count: int) -> None:
    frames = [frame(k) for k in range(total)]
    learned, held = hold_out(frames, count)
    numbers = {one.number for one in learned}, {one.number for one in held}
    assert not numbers[0] & numbers[1]
    assert numbers[0] and 1 <= len(held) <= max(1, total // 3)
    assert len(held) == min(count, max(1, total // 3))


def test_neighbours_of_held_out_frames_are_left_alone_where_there_are_enough() -> None:
    learned, held = hold_out([frame(k) for k in range(24)], 6)
    held_numbers = [one.number for one in held]
    assert len(held_numbers) == 6
    for number in held_numbers:
        assert not {number - 1, number + 1} & {one.number for one in learned}


def test_a_single_still_is_both() -> None:
    one = [frame(1)]
    assert hold_out(one, 5) == (one, one)


def test_pairs_are_of_one_clip_and_within_reach() -> None:
    frames = [frame(1, 0), frame(2, 10), frame(3, 60), frame(1, 5, clip=1), frame(2, 8, clip=1)]
    sampler = SubjectSampler(frames)
    rng = np.random.default_rng(0)
    for _ in range(60):
        view, target = sampler.pair(rng)
        if target.number == 3:
            assert view.origin == "flipped"
            continue
        assert view.frame != target.number
        assert abs(float(view.pose[0] - target.pose[0])) <= 32


def test_a_lone_frame_is_learned_from_its_mirror_image() -> None:
    view, target = SubjectSampler([frame(7, 12)]).pair(np.random.default_rng(1))
    assert view.origin == "flipped"
    assert view.pose[0] == -12
    assert np.allclose(view.picture, target.encoded[:, ::-1])


def test_sample_has_what_the_step_needs_and_depends_on_its_random_numbers_alone() -> None:
    sampler = SubjectSampler([frame(1), frame(2, 10), frame(3, 20)])
    first, second = (subject_sample(sampler, np.random.default_rng(4)) for _ in range(2))
    assert all(np.array_equal(first[name], second[name]) for name in first)
    assert first["view"].shape == first["warped"].shape == first["target"].shape == (3, 64, 64)
    assert first["face"].shape == first["head"].shape == first["parts"].shape == (1, 64, 64)
    assert first["points"].min() >= 0 and first["points"].max() <= 1


def test_footage_is_a_clip_like_any_other() -> None:
    clip = as_clip([frame(1, 5), frame(2, -5)])
    assert len(clip) == 2
    view = clip.view(1)
    assert view.pose[0] == -5 and view.face.max() > 200


@pytest.mark.parametrize("yaw_deg", [0.0, 40.0])
def test_foreign_proportions_are_near_and_random(yaw_deg: float) -> None:
    moved = [foreign_proportions(LANDMARKS, yaw_deg, np.random.default_rng(k)) for k in range(20)]
    shift = np.linalg.norm(np.array(moved) - LANDMARKS, axis=-1)
    # shares of a 64 px crop: people differ by a few per cent
    assert 0.1 < shift.mean() < 2.5
    assert not np.allclose(moved[0], moved[1])


def test_foreign_proportions_of_amount_zero_are_ones_own() -> None:
    assert np.allclose(foreign_proportions(LANDMARKS, 10, np.random.default_rng(0), 0.0), LANDMARKS, atol=1e-3)
