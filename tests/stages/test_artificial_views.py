"""Artificial views appear where the map is bare, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from torch import nn

from fsgan_core.stages.artificial_views import ARTIFICIAL_POSES_DEG, add_artificial_views, bare_poses
from fsgan_core.stages.face_view import FaceView
from fsgan_core.stages.reenact import Reenactor


def test_a_still_gets_views_around_it(
    make_view: Callable[..., FaceView], shifting_transformer: nn.Module, counting_generator: nn.Module
) -> None:
    views = add_artificial_views([make_view(2, 1, roll=10)], Reenactor(counting_generator, shifting_transformer, 30.0))
    made = views[1:]
    assert views[0].origin == "photographed"
    assert len(made) == len(ARTIFICIAL_POSES_DEG) - 1
    assert {view.origin for view in made} == {"artificial"}
    assert all(np.linalg.norm(view.pose[:2]) >= 24 for view in made)
    assert all(view.pose[2] == 0 for view in made)
    assert all(np.abs(view.picture).max() <= 1 for view in made)


def test_landmarks_of_an_artificial_view_are_those_of_t(
    make_view: Callable[..., FaceView], shifting_transformer: nn.Module, counting_generator: nn.Module
) -> None:
    still = make_view(0)
    views = add_artificial_views([still], Reenactor(counting_generator, shifting_transformer, 30.0))
    turned = next(view for view in views if view.pose[0] == 30 and view.pose[1] == 0)
    np.testing.assert_allclose(turned.landmarks[:, 0] - still.landmarks[:, 0], 0.03 * 64, atol=1e-3)


def test_a_well_covered_map_gets_none(make_view: Callable[..., FaceView]) -> None:
    views = [make_view(yaw, pitch) for yaw in range(-60, 61, 15) for pitch in range(-30, 31, 15)]
    assert len(bare_poses(views)) == 0
