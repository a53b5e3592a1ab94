"""Pairs for T: one head at two poses, and heads of validation that training never sees."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fsgan_core.errors import JobError
from fsgan_core.training.head_pairs import HeadPairs

HEADS, POSES = 40, 3


@pytest.fixture
def heads(tmp_path: Path) -> Path:
    """Heads whose points say which head and pose they are: head + pose / 10 in every coordinate."""
    number = np.arange(HEADS)[:, None] + np.arange(POSES)[None] / 10
    points = np.broadcast_to(number[..., None, None], (HEADS, POSES, 98, 2)).astype(np.float32)
    poses = np.broadcast_to(number[..., None], (HEADS, POSES, 3)).astype(np.float32)
    np.savez(tmp_path / "heads.npz", points=points, poses=poses)
    return tmp_path / "heads.npz"


def test_one_head_in_twenty_is_kept_for_validation(heads: Path) -> None:
    train, val = HeadPairs(heads, "train"), HeadPairs(heads, "val")
    assert len(train.points) == len(train.poses) == 38
    assert len(val.points) == len(val.poses) == 2
    assert train.points.max() < val.points.min()


def test_goal_is_the_same_head_at_the_pose_asked_for(heads: Path) -> None:
    pairs, turned = HeadPairs(heads, "train"), 0
    for seed in range(30):
        sample = pairs.sample(np.random.default_rng(seed))
        start, goal = np.median(sample["points"]), sample["goal"][0, 0]
        assert int(np.floor(start + 0.05)) == int(np.floor(goal + 0.05))
        assert np.all(sample["pose"] == goal)
        turned += abs(start - goal) > 0.05
    assert turned > 10


def test_only_the_input_has_the_error_of_a_landmark_network(heads: Path) -> None:
    sample = HeadPairs(heads, "train").sample(np.random.default_rng(0))
    assert np.ptp(sample["goal"]) == 0
    assert 0 < sample["points"].std() < 0.004


def test_sample_has_the_shapes_that_T_takes(heads: Path) -> None:
    sample = HeadPairs(heads, "val").sample(np.random.default_rng(0))
    assert {name: array.shape for name, array in sample.items()} == {
        "points": (98, 2),
        "pose": (3,),
        "goal": (98, 2),
    }
    assert all(array.dtype == np.float32 for array in sample.values())


def test_sample_depends_on_the_generator_alone(heads: Path) -> None:
    pairs = HeadPairs(heads, "train")
    first, again = (pairs.sample(np.random.default_rng(5)) for _ in range(2))
    assert all(np.array_equal(first[name], again[name]) for name in first)


def test_missing_pairs_say_how_to_make_them(tmp_path: Path) -> None:
    with pytest.raises(JobError, match="fsgan synthesize") as missing:
        HeadPairs(tmp_path / "heads.npz", "train")
    assert missing.value.path == str(tmp_path / "heads.npz")
