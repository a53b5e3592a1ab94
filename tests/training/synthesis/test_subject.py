import numpy as np
import pytest

pytest.importorskip("numba", reason="drawing needs numba (extra: train)")

from fsgan_core.training.synthesis.subject import Subject


def test_shape_is_the_persons_without_expression(tiny_subject: Subject) -> None:
    head, weights = tiny_subject.maps.head, tiny_subject.stored.identity
    expected = head.neutral + np.tensordot(weights, head.identity, 1)
    np.testing.assert_allclose(tiny_subject.shape, expected[: head.drawn], atol=1e-5)


def test_textures_are_linear_light(tiny_subject: Subject) -> None:
    assert tiny_subject.skin.dtype == tiny_subject.eyes.dtype == np.float32
    assert 0 <= tiny_subject.skin.min() <= tiny_subject.skin.max() <= 1
    # sRGB 225 is 0.753 in linear light.
    assert tiny_subject.eyes[:, 2, 2].mean() == pytest.approx(0.753, abs=0.02)
    red, green, blue = tiny_subject.skin_tone
    assert red > green > blue


def test_own_pose_is_the_portraits(tiny_subject: Subject) -> None:
    np.testing.assert_allclose(tiny_subject.own_pose, (4, 2, 1), atol=1e-4)
