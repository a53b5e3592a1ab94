"""Coverage is shared between neighbours and ranked; nothing is counted twice."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from fsgan_core.stages.id_coverage import rank_coverage, shared_coverage


def test_one_person_keeps_the_claim() -> None:
    claims = np.random.default_rng(1).dirichlet((1, 1, 1), (1, 4, 5))[..., :2]
    covered = shared_coverage(claims, np.ones((1, 4, 5)))
    np.testing.assert_allclose(covered, np.where(claims < 1 / 1024, 0, claims), atol=1e-6)


def test_face_claimed_twice_belongs_to_the_nearer_one() -> None:
    claims = np.array([[[[0.9, 0.0]]], [[[0.8, 0.0]]]])
    covered = shared_coverage(claims, np.array([[[0.2]], [[1.5]]]))
    assert covered[0, 0, 0, 0] > 0.89
    assert covered[1, 0, 0, 0] < 0.001
    assert covered.sum() <= 0.9 + 1e-6


@given(
    arrays(np.float32, (3, 2, 2, 2), elements=st.floats(0, 1, width=32)),
    arrays(np.float64, (3, 2, 2), elements=st.floats(0, 9)),
)
def test_shared_coverage_never_exceeds_the_pixel(claims: np.ndarray, distances: np.ndarray) -> None:
    covered = shared_coverage(claims, distances)
    assert covered.min() >= 0
    assert covered.sum((0, 3)).max() <= 1 + 1e-5
    assert (covered <= claims + 1e-5).all()


def test_ranks_go_from_most_to_least() -> None:
    coverage = np.array([0.1, 0.0, 0.6, 0.3], np.float32).reshape(4, 1, 1)
    ids = np.array([1.5, 2.5, 3.5, 4.5], np.float32)
    ranks = rank_coverage(coverage, ids, 2)
    np.testing.assert_allclose(ranks[0, 0], [3.5, 0.6, 4.5, 0.3, 1.5, 0.1, 0, 0])
    np.testing.assert_allclose(rank_coverage(coverage, ids, 1)[0, 0], [3.5, 0.6, 4.5, 0.3])
    np.testing.assert_allclose(rank_coverage(coverage[:1], ids[:1], 2)[0, 0], [1.5, 0.1, 0, 0, 0, 0, 0, 0])
