"""Alignment undoes any similarity of the face and is the identity on the template."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fsgan_core.face.aligned_face import TEMPLATE, align_face, aligning_similarity, embed_aligned
from fsgan_core.networks.face_embedding import ALIGNED_PX
from fsgan_core.weights.architectures import build_network


@given(st.floats(-180, 180), st.floats(0.2, 5), st.floats(-300, 300), st.floats(-300, 300))
def test_any_similarity_of_a_mean_face_is_undone(angle_deg: float, scale: float, x: float, y: float) -> None:
    angle = np.radians(angle_deg)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) * scale
    landmarks = TEMPLATE * ALIGNED_PX @ turn.T + [x, y]
    matrix = aligning_similarity(landmarks)
    assert np.allclose(landmarks @ matrix[:, :2].T + matrix[:, 2], TEMPLATE * ALIGNED_PX, atol=1e-6)


def test_a_mark_lands_where_the_template_says() -> None:
    landmarks = TEMPLATE * 240 + 30
    picture = np.zeros((300, 300, 3), np.float32)
    nose = landmarks[54]
    cv2.circle(picture, (round(nose[0] - 0.5), round(nose[1] - 0.5)), 6, (1, 1, 1), -1)
    aligned = align_face(picture, landmarks)[..., 0]
    y, x = np.mgrid[:ALIGNED_PX, :ALIGNED_PX] + 0.5
    centre = np.array([(aligned * x).sum(), (aligned * y).sum()]) / aligned.sum()
    assert centre == pytest.approx(TEMPLATE[54] * ALIGNED_PX, abs=0.3)


def test_embedding_does_not_depend_on_where_the_face_lies() -> None:
    network = build_network("identity", "compact").eval()
    small = cv2.GaussianBlur(np.random.default_rng(3).uniform(-1, 1, (200, 200, 3)).astype(np.float32), (0, 0), 4)
    landmarks = TEMPLATE * 96 + 40
    moved = np.zeros_like(small)
    moved[20:, 10:] = small[:-20, :-10]
    first, second = embed_aligned(small, landmarks, network), embed_aligned(moved, landmarks + [10, 20], network)
    assert float(first @ second) == pytest.approx(1, abs=1e-3)
