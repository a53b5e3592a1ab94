"""Reenactment: step counts, landmark paths (eq. 9), recursion (eq. 10) and the weighted mean of views (eq. 16)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from torch import Tensor, nn

from fsgan_core.geometry.landmark_warp import MEAN_FACE
from fsgan_core.stages.face_view import FaceView
from fsgan_core.stages.reenact import Reenactor, landmark_path, reenact, reenact_views, step_count

SIZE = 64
TARGET = (MEAN_FACE * SIZE + [2, 1]).astype(np.float32)


@pytest.mark.parametrize(
    ("turn", "steps"),
    [((0, 0, 0), 1), ((30, 0, 0), 1), ((31, 0, 0), 2), ((0, -60, 0), 2), ((45, 60, 0), 3), ((0, 0, 90), 1)],
)
def test_step_count_follows_the_turn_in_yaw_and_pitch(turn: tuple[float, float, float], steps: int) -> None:
    assert step_count(np.zeros(3), np.array(turn), 30.0) == steps


def test_landmark_path_turns_the_view_in_equal_steps_and_ends_on_the_target(
    make_view: Callable[..., FaceView], shifting_transformer: nn.Module, counting_generator: nn.Module
) -> None:
    view = make_view(-60)
    reenactor = Reenactor(counting_generator, shifting_transformer, 30.0)
    path = landmark_path(view, TARGET, np.array([30.0, 0, 0]), reenactor)
    assert len(path) == 3
    # The fake T moves by yaw / 1000 of the side: yaw -30, then 0.
    np.testing.assert_allclose(path[0] - view.landmarks, np.tile([-0.03 * SIZE, 0], (98, 1)), atol=1e-4)
    np.testing.assert_allclose(path[1], view.landmarks, atol=1e-4)
    np.testing.assert_array_equal(path[2], TARGET)


def test_each_step_starts_from_the_picture_before(
    make_view: Callable[..., FaceView], shifting_transformer: nn.Module, counting_generator: nn.Module
) -> None:
    reenactor = Reenactor(counting_generator, shifting_transformer, 30.0)
    pictures = reenact_views([make_view(0), make_view(70)], TARGET, np.zeros(3), reenactor)
    # The fake G_r adds 0.25 a step: one step for the near view, three for the far one.
    np.testing.assert_allclose(pictures[0], 0.25, atol=2e-3)
    np.testing.assert_allclose(pictures[1], 0.75, atol=4e-3)
    assert [len(points) for points in counting_generator.points] == [1, 1, 2]
    np.testing.assert_allclose(counting_generator.points[-1], np.tile(TARGET / SIZE, (2, 1, 1)), atol=1e-6)


def test_views_are_mixed_by_their_weights(
    make_view: Callable[..., FaceView], shifting_transformer: nn.Module, counting_generator: nn.Module
) -> None:
    views = [make_view(0, value=-0.5), make_view(5, value=0.5)]
    reenactor = Reenactor(counting_generator, shifting_transformer)
    mixed = reenact(views, np.array([0.75, 0.25]), TARGET, np.zeros(3), reenactor)
    np.testing.assert_allclose(mixed, -0.25 + 0.25, atol=3e-3)
    assert mixed.shape == (SIZE, SIZE, 3)
    assert mixed.dtype == np.float32


def test_views_are_turned_to_the_roll_of_the_plate(
    make_view: Callable[..., FaceView], shifting_transformer: nn.Module
) -> None:
    class WarpWatcher(nn.Module):
        def forward(self, view: Tensor, warped_view: Tensor, points: Tensor) -> Tensor:
            return view

    view = make_view(0)
    view.picture[: SIZE // 2] = 1.0  # upper half white
    rolled = reenact_views([view], TARGET, np.array([0, 0, 90.0]), Reenactor(WarpWatcher(), shifting_transformer))[0]
    # Clockwise by 90 degrees: what was above is now on the right.
    assert rolled[SIZE // 2, -8, 0] > 0.9
    assert rolled[SIZE // 2, 8, 0] < 0.1
