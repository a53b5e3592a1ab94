"""Cuts: a new picture is one; a moving head, a pan, a flash and a change of light are not."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest
from scipy import ndimage

from fsgan_core.face.cuts import THUMBNAIL_SIZE, find_cuts, picture_change, picture_thumbnail


def thumbnails(pictures: list[np.ndarray]) -> np.ndarray:
    return np.stack([picture_thumbnail(picture) for picture in pictures])


def test_a_new_picture_is_a_cut(painted_faces: ModuleType) -> None:
    shots = [painted_faces.backdrop(90, 160, seed) for seed in (1, 1, 1, 2, 2, 2, 2, 3)]
    assert find_cuts(thumbnails(shots)).nonzero()[0].tolist() == [3, 7]


def test_a_head_that_crosses_a_close_up_is_no_cut(painted_faces: ModuleType) -> None:
    shots = [
        painted_faces.paint_face(painted_faces.backdrop(180, 320), (60 + 12 * i, 90), 120, yaw_deg=4 * i)
        for i in range(14)
    ]
    assert not find_cuts(thumbnails(shots)).any()


def test_a_pan_is_no_cut(painted_faces: ModuleType) -> None:
    wide = painted_faces.backdrop(180, 1600, 5)
    bricks = np.random.default_rng(0).random((9, 80, 1))
    wide = wide + ndimage.zoom(bricks, (20, 20, 3), order=1).astype(np.float32) * 0.2
    shots = [wide[:, 30 * i : 30 * i + 320] for i in range(20)]
    assert not find_cuts(thumbnails(shots)).any()


def test_a_flash_and_a_broken_frame_are_no_cuts(painted_faces: ModuleType) -> None:
    still = painted_faces.backdrop(90, 160, 1)
    flash = np.clip(still * 6 + 0.5, 0, 1)
    assert not find_cuts(thumbnails([still] * 4 + [flash] + [still] * 4)).any()
    assert not find_cuts(thumbnails([still] * 4 + [painted_faces.backdrop(90, 160, 9)] + [still] * 4)).any()


def test_changing_light_is_no_cut(painted_faces: ModuleType) -> None:
    still = painted_faces.backdrop(90, 160, 1)
    assert not find_cuts(thumbnails([still * gain for gain in (1, 1, 0.4, 0.4, 1.5, 1.5)])).any()


def test_every_still_of_a_folder_is_a_shot(painted_faces: ModuleType) -> None:
    stills = [painted_faces.backdrop(90, 160, seed) for seed in range(6)]
    assert find_cuts(thumbnails(stills)).tolist() == [False, True, True, True, True, True]


def test_grain_on_black_is_no_cut() -> None:
    rng = np.random.default_rng(0)
    assert not find_cuts(thumbnails([rng.uniform(0, 0.002, (90, 160, 3)) for _ in range(5)])).any()


@pytest.mark.parametrize("count", [0, 1, 2])
def test_short_shots_work(painted_faces: ModuleType, count: int) -> None:
    pictures = np.zeros((count, *THUMBNAIL_SIZE, 3), np.uint8)
    assert find_cuts(pictures).tolist() == [False] * count


def test_change_of_like_and_unlike_pictures(painted_faces: ModuleType) -> None:
    a, b = (picture_thumbnail(painted_faces.backdrop(90, 160, seed)) for seed in (1, 2))
    assert picture_change(a, a) == 0
    assert 0.5 < picture_change(a, b) < 1.5


def test_odd_pictures_have_thumbnails() -> None:
    assert picture_thumbnail(np.full((3, 5, 3), np.nan)).shape == (*THUMBNAIL_SIZE, 3)
    assert picture_thumbnail(np.full((64, 3000, 3), np.inf)).shape == (*THUMBNAIL_SIZE, 3)
