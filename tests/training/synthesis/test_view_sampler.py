from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("numba", reason="drawing needs numba (extra: train)")

from fsgan_core.training.synthesis.environment_light import Environment, load_environments
from fsgan_core.training.synthesis.subject import Subject
from fsgan_core.training.synthesis.subject_renderer import View
from fsgan_core.training.synthesis.view_sampler import Look, sample_look, sample_view, sample_view_of_take


@pytest.fixture(scope="module")
def places(tiny_data: Path) -> list[Environment]:
    return load_environments(tiny_data / "hdri")


@pytest.fixture(scope="module")
def views(tiny_subject: Subject, places: list[Environment]) -> list[View]:
    rng = np.random.default_rng(0)
    return [sample_view(rng, tiny_subject, places, number, 64) for number in range(240)]


def test_poses_stay_near_the_portraits_except_every_sixth(tiny_subject: Subject, views: list[View]) -> None:
    yaw, pitch, roll = np.array([view.pose for view in views]).T
    wide = np.arange(len(views)) % 6 == 5
    assert np.abs(yaw[~wide] - tiny_subject.own_pose[0]).max() <= 36
    assert 45 < np.abs(yaw[wide]).max() <= 75
    assert np.abs(pitch).max() <= 28
    assert 4 < roll.std() < 10


def test_cameras_lights_and_places_vary_within_their_limits(views: list[View]) -> None:
    assert {view.distance_cm for view in views} == {45, 55, 70, 90, 130}
    assert all(1.75 <= view.margin <= 2 for view in views)
    assert all(max(abs(shift) for shift in view.offset) <= 0.02 for view in views)
    relit = [view for view in views if view.light is not None]
    assert len(relit) / len(views) == pytest.approx(0.5, abs=0.13)  # four deviations of 240 draws
    assert all(view.light.shape == (9, 3) and 0.3 <= view.light_amount <= 0.95 for view in relit)
    elsewhere = [view.background for view in views if view.background is not None]
    assert len(elsewhere) / len(views) == pytest.approx(0.55, abs=0.13)
    for background in elsewhere:
        assert background.shape == (64, 64, 3)
        assert background.dtype == np.float32
        assert 0 <= background.min() <= background.max() <= 4 + 1e-5


def test_views_of_a_take_share_its_look(tiny_subject: Subject, places: list[Environment]) -> None:
    rng = np.random.default_rng(1)
    look = sample_look(rng, places, 64)
    views = [sample_view_of_take(rng, tiny_subject, look, 64, first=False) for _ in range(30)]
    for view in views:
        assert view.light is look.light
        assert view.background is look.background
        assert (view.light_amount, view.distance_cm) == (look.light_amount, look.distance_cm)
        assert 1.8 <= view.margin <= 1.9
        assert abs(view.pose[0] - tiny_subject.own_pose[0]) <= 38
    assert len({view.pose for view in views}) == 30


def test_the_first_view_of_a_take_may_be_turned_far(tiny_subject: Subject) -> None:
    rng = np.random.default_rng(2)
    yaw = [sample_view_of_take(rng, tiny_subject, Look(), 64, first=True).pose[0] for _ in range(60)]
    assert 45 < np.abs(yaw).max() <= 55


def test_a_seed_is_a_view(tiny_subject: Subject, places: list[Environment]) -> None:
    first, second = (sample_view(np.random.default_rng(5), tiny_subject, places, 0, 64) for _ in range(2))
    assert first.pose == second.pose
    np.testing.assert_array_equal(first.expression, second.expression)
    np.testing.assert_array_equal(first.gaze, second.gaze)
