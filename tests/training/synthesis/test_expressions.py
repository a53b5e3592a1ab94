import numpy as np
import pytest

from fsgan_core.training.synthesis.expressions import sample_expression

NAMES = (
    "browDown_L", "browDown_R", "browInnerUp_L", "browInnerUp_R", "cheekSquint_L", "cheekSquint_R", "eyeBlink_L",
    "eyeBlink_R", "jawOpen", "jawLeft", "mouthSmile_L", "mouthSmile_R", "mouthRollLower",
)  # fmt: skip
OWN = np.linspace(-0.1, 1.2, len(NAMES)).astype(np.float32)


def samples(count: int, own: np.ndarray = OWN) -> np.ndarray:
    return np.stack([sample_expression(np.random.default_rng(seed), NAMES, own) for seed in range(count)])


def test_weights_stay_where_the_head_holds_together() -> None:
    drawn = samples(400, own=np.zeros(len(NAMES), np.float32))
    assert drawn.dtype == np.float32
    assert drawn.min() >= 0
    assert drawn.max() <= 1
    for name, limit in (("eyeBlink_L", 0.85), ("eyeBlink_R", 0.85), ("jawOpen", 0.7)):
        assert drawn[:, NAMES.index(name)].max() <= limit + 1e-6


def test_every_expression_takes_part_in_some() -> None:
    drawn = samples(400, own=np.zeros(len(NAMES), np.float32))
    assert np.all((drawn > 0.05).any(0))
    # How often a mouth opens: 65 %, of the 85 % that are not the portrait's own; four deviations of 400 draws are 10 %.
    assert (drawn[:, NAMES.index("jawOpen")] > 0).mean() == pytest.approx(0.55, abs=0.1)


def test_some_faces_are_the_portraits_own_and_clipped() -> None:
    same = np.all(samples(400) == np.clip(OWN, 0, 1), axis=1)
    assert same.mean() == pytest.approx(0.15, abs=0.07)


def test_some_faces_are_lopsided() -> None:
    drawn = samples(400, own=np.zeros(len(NAMES), np.float32))
    left, right = drawn[:, NAMES.index("mouthSmile_L")], drawn[:, NAMES.index("mouthSmile_R")]
    smiling = left > 0
    assert (left != right)[smiling].mean() == pytest.approx(0.4, abs=0.15)
    assert np.all(np.minimum(left, right) >= 0.49 * np.maximum(left, right))


def test_a_seed_is_a_face() -> None:
    np.testing.assert_array_equal(samples(5), samples(5))


def test_a_head_without_an_expression_is_drawn_without_it() -> None:
    drawn = sample_expression(np.random.default_rng(3), ("jawOpen",), np.zeros(1, np.float32))
    assert drawn.shape == (1,)
