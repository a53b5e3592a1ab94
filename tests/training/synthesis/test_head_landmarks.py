from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("numba", reason="drawing needs numba (extra: train)")

from fsgan_core.errors import PlateError
from fsgan_core.geometry.face_box import box_to_crop_box, landmarks_to_box
from fsgan_core.job.progress import Progress
from fsgan_core.training.synthesis.head_landmarks import draw_head, keep_landmarks, write_heads
from fsgan_core.training.synthesis.morphable_head import MorphableHead

PEOPLE = {"train": [np.array([1, 0], np.float32)], "val": [np.array([0, 1], np.float32)]}


def test_the_small_head_has_the_same_landmarks(tiny_head: MorphableHead) -> None:
    small = keep_landmarks(tiny_head)
    assert len(small.neutral) < 0.6 * len(tiny_head.neutral)
    for head in (small, tiny_head):
        assert head.anchors.vertices.min() >= 0
    rngs = np.random.default_rng(3), np.random.default_rng(3)
    drawn, poses = draw_head(rngs[0], small, PEOPLE["train"])
    # The whole head is drawn over its first vertices only; both have the same shape there.
    shortened = keep_landmarks(keep_landmarks(tiny_head))
    again, _ = draw_head(rngs[1], shortened, PEOPLE["train"])
    np.testing.assert_array_equal(drawn, again)
    assert drawn.shape == (6, 98, 2)
    assert np.all(np.abs(poses) <= (75, 35, 45))


def test_landmarks_are_shares_of_their_own_crop(tiny_head: MorphableHead) -> None:
    points, _ = draw_head(np.random.default_rng(0), keep_landmarks(tiny_head), PEOPLE["train"])
    for landmarks in points:
        np.testing.assert_allclose(box_to_crop_box(landmarks_to_box(landmarks)), [0, 0, 1, 1], atol=1e-3)


def test_the_nose_follows_the_yaw(tiny_head: MorphableHead) -> None:
    small = keep_landmarks(tiny_head)
    drawn = [draw_head(np.random.default_rng(seed), small, PEOPLE["train"]) for seed in range(30)]
    points, poses = np.concatenate([p for p, _ in drawn]), np.concatenate([q for _, q in drawn])
    towards_right = points[:, 54, 0] - points[:, [60, 72], 0].mean(1)
    assert np.corrcoef(towards_right, poses[:, 0])[0, 1] > 0.9


def test_the_file_is_what_the_docstring_says_and_repeats(tmp_path: Path, tiny_head: MorphableHead) -> None:
    for name in ("a.npz", "b.npz"):
        write_heads(tmp_path / name, tiny_head, PEOPLE, 40, 7, Progress())
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    with np.load(tmp_path / "a.npz", allow_pickle=False) as stored:
        assert stored["points"].shape == (40, 6, 98, 2)
        assert stored["points"].dtype == np.float16
        assert stored["poses"].shape == (40, 6, 3)


def test_the_last_twentieth_are_heads_of_the_validation_split(tmp_path: Path, tiny_head: MorphableHead) -> None:
    """With the training people one shape and the validation people far from it, heads tell where they come from."""
    people = {"train": [np.array([0, 0], np.float32)], "val": [np.array([0, 60], np.float32)]}
    write_heads(tmp_path / "heads.npz", tiny_head, people, 40, 7, Progress())
    with np.load(tmp_path / "heads.npz") as stored:
        points = stored["points"].astype(np.float64)
    length = np.ptp(points[..., 1], axis=(1, 2)) / np.ptp(points[..., 0], axis=(1, 2))
    assert length[38:].min() > length[:38].max()


def test_a_split_without_people_is_refused(tmp_path: Path, tiny_head: MorphableHead) -> None:
    with pytest.raises(PlateError, match="val"):
        write_heads(tmp_path / "heads.npz", tiny_head, PEOPLE | {"val": []}, 20, 7, Progress())
    assert not list(tmp_path.iterdir())
