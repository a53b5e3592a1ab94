from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("numba", reason="drawing needs numba (extra: train)")

from fsgan_core.training.synthesis.relief import GRID, build_relief
from fsgan_core.training.synthesis.subject import Subject


def test_head_turns_and_shoulders_stay(tiny_subject: Subject) -> None:
    relief = tiny_subject.relief
    follow = relief.follow.reshape(GRID, GRID)
    assert follow[10].min() == 1
    assert follow[-1].max() < 0.5
    assert follow.min() >= 0.12 - 1e-6
    upwards = np.argsort(relief.turning[:, 1])
    assert np.all(np.diff(relief.follow[upwards, 0]) >= -1e-6)


def test_the_head_bulges_from_what_is_behind(tiny_subject: Subject) -> None:
    depth = tiny_subject.relief.still[:, 2].reshape(GRID, GRID)
    assert depth[32, 32] > 5 > 0 > depth[4, 4]
    assert np.all(np.abs(np.diff(depth, axis=1)) < 3)  # no cliffs: the grid is one skin


def test_hair_in_front_is_kept_and_the_face_is_filled(tiny_subject: Subject) -> None:
    photograph = tiny_subject.relief.photograph
    assert photograph.shape == (320, 320, 6)
    np.testing.assert_array_equal(photograph[..., 4], photograph[..., 5])
    assert photograph[60, 160, 4] > 0.9
    assert photograph[180, 160, 4] == 0
    assert photograph[180, 160, 3] == 1
    assert photograph[10, 10, 3] == 0
    assert np.isfinite(photograph).all()


def test_the_background_goes_on_behind_the_person(tiny_subject: Subject) -> None:
    background = tiny_subject.relief.background
    wall = background[10, 10]
    np.testing.assert_allclose(background[160, 160], wall, atol=0.05)
    assert np.argmax(wall) == 1


def test_a_portrait_without_background_gets_grey(tiny_subject: Subject) -> None:
    stored = replace(tiny_subject.stored, person=np.ones((320, 320), np.float32))
    shape = tiny_subject.maps.head.neutral
    assert np.all(build_relief(tiny_subject.maps, stored, shape).background == np.float32(0.18))


def test_grid_points_are_seen_at_their_texels(tiny_subject: Subject) -> None:
    """Projected as the portrait was, each grid point falls on the pixel that it carries."""
    relief, (focal, centre_x, centre_y) = tiny_subject.relief, tiny_subject.stored.camera
    x, y, z = relief.still.T
    scale = 320 / 384
    np.testing.assert_allclose((centre_x + focal * x / (70 - z)) * scale, relief.texel[:, 0], atol=1e-2)
    np.testing.assert_allclose((centre_y - focal * y / (70 - z)) * scale, relief.texel[:, 1], atol=1e-2)
