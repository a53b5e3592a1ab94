from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("numba", reason="drawing needs numba (extra: train)")

from fsgan_core.training.synthesis.environment_light import load_environments
from fsgan_core.training.synthesis.labelled_portraits import read_portrait
from fsgan_core.training.synthesis.person_clips import draw_clip, draw_takes
from fsgan_core.training.synthesis.subject import Subject


@pytest.fixture(scope="module")
def portrait(tiny_data: Path) -> np.ndarray:
    return read_portrait(tiny_data / "face_pack" / "images" / "tiny_0000.jpg")


def test_a_clip_is_the_portrait_and_its_views(tiny_data: Path, tiny_subject: Subject, portrait: np.ndarray) -> None:
    places = load_environments(tiny_data / "hdri")
    frames = draw_clip(np.random.default_rng(0), tiny_subject, portrait, places, 4)
    assert [frame.photo for frame in frames] == [True, False, False, False, False]
    assert [frame.take for frame in frames] == [0, 1, 2, 3, 4]
    assert all(frame.picture.shape == (320, 320, 3) for frame in frames)
    np.testing.assert_allclose(frames[0].pose, tiny_subject.own_pose, atol=1e-3)
    np.testing.assert_array_equal(frames[0].expression, tiny_subject.stored.expression)


def test_takes_share_their_number(tiny_data: Path, tiny_subject: Subject, portrait: np.ndarray) -> None:
    places = load_environments(tiny_data / "hdri")
    frames = draw_takes(np.random.default_rng(0), tiny_subject, portrait, places, 9)
    assert [frame.take for frame in frames] == [0, 0, 0, 1, 1, 2, 2, 3, 3]


def test_the_photograph_lies_under_its_labels(tiny_subject: Subject, portrait: np.ndarray) -> None:
    """The wall's colour is the photograph's, and its hair is where the hair mask says."""
    (frame,) = draw_clip(np.random.default_rng(0), tiny_subject, portrait, [], 0)
    np.testing.assert_allclose(frame.picture[4, 4], portrait[4, 4], atol=6)
    hair = frame.picture.max(2) < 60
    marked = frame.hair > 127
    assert (hair & marked).sum() > 0.75 * marked.sum() > 500


def test_beyond_the_photograph_the_render_goes_on(tiny_subject: Subject, portrait: np.ndarray) -> None:
    blue = np.zeros_like(portrait) + np.array([0, 0, 255], np.uint8)
    cut = replace(tiny_subject, stored=replace(tiny_subject.stored, valid_box=(0, 190, 384, 384)))
    (frame,) = draw_clip(np.random.default_rng(0), cut, blue, [], 0)
    assert frame.picture[-20, 160].tolist() == [0, 0, 255]
    assert frame.picture[10, 10].argmax() == 1  # the green wall, as drawn
