import numpy as np
import pytest

from fsgan_core.training.synthesis.hole_filling import fill_holes


def test_known_pixels_stay() -> None:
    rng = np.random.default_rng(0)
    picture = rng.random((33, 20, 3)).astype(np.float32)
    known = (rng.random((33, 20)) > 0.4).astype(np.float32)
    filled = fill_holes(picture, known)
    np.testing.assert_allclose(filled[known == 1], picture[known == 1], atol=1e-5)


@pytest.mark.parametrize("shape", [(64, 64), (37, 90), (3, 200)])
def test_one_known_colour_fills_everything(shape: tuple[int, int]) -> None:
    picture = np.random.default_rng(1).random((*shape, 3)).astype(np.float32)
    known = np.zeros(shape, np.float32)
    known[1, 1] = 1
    filled = fill_holes(picture, known)
    np.testing.assert_allclose(filled, np.broadcast_to(picture[1, 1], filled.shape), atol=1e-4)


def test_a_hole_between_two_colours_lies_between_them() -> None:
    picture = np.zeros((40, 40, 1), np.float32)
    picture[:, 30:] = 1
    known = np.ones((40, 40), np.float32)
    known[:, 10:30] = 0
    row = fill_holes(picture, known)[20, :, 0]
    assert row.min() >= 0
    assert row.max() <= 1
    assert row[11] < 0.35 < 0.65 < row[28]


def test_the_arguments_are_left_alone() -> None:
    picture, known = np.ones((16, 16, 3), np.float32), np.zeros((16, 16), np.float32)
    known[3] = 1
    copies = picture.copy(), known.copy()
    fill_holes(picture, known)
    np.testing.assert_array_equal(picture, copies[0])
    np.testing.assert_array_equal(known, copies[1])
