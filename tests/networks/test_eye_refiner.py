"""The second look at the eyes."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from fsgan_core.geometry.landmark_mirror import MIRRORED_LANDMARKS
from fsgan_core.geometry.landmark_warp import MEAN_FACE
from fsgan_core.networks.eye_refiner import LEFT_EYE, RIGHT_EYE, EyeRefiner, eye_frames

POINTS = torch.from_numpy(np.asarray(MEAN_FACE, np.float32))[None]


def stirred(seed: int = 0) -> EyeRefiner:
    """A network whose last layer is not zero."""
    torch.manual_seed(seed)
    network = EyeRefiner().eval()
    torch.nn.init.normal_(network.final.weight, 0, 0.02)
    return network


def picture(seed: int = 1, side: int = 128) -> torch.Tensor:
    """(1, 3, S, S) smooth random colours."""
    coarse = torch.rand(1, 3, 9, 9, generator=torch.Generator().manual_seed(seed)) * 2 - 1
    return torch.nn.functional.interpolate(coarse, size=(side, side), mode="bicubic", align_corners=False)


def test_untrained_it_leaves_every_point() -> None:
    assert torch.allclose(EyeRefiner().eval()(picture(), POINTS), POINTS, atol=1e-6)


def test_only_the_eyes_move() -> None:
    moved = (stirred()(picture(), POINTS) - POINTS).abs().amax((0, 2))
    eyes = sorted({*LEFT_EYE, *RIGHT_EYE})
    assert (moved[eyes] > 1e-5).all() and (np.delete(moved.detach().numpy(), eyes) == 0).all()


def test_right_eyes_are_seen_as_mirrored_left_ones() -> None:
    assert [int(MIRRORED_LANDMARKS[k]) for k in LEFT_EYE] == list(RIGHT_EYE)
    shown, network = picture(), stirred()
    mirrored = POINTS[:, MIRRORED_LANDMARKS].clone()
    mirrored[..., 0] = 1 - mirrored[..., 0]
    back = network(shown.flip(3), mirrored)[:, MIRRORED_LANDMARKS].clone()
    back[..., 0] = 1 - back[..., 0]
    assert torch.allclose(back, network(shown, POINTS), atol=1e-4)


def test_frame_puts_corners_at_a_half_and_down_is_down() -> None:
    for eye in (LEFT_EYE, RIGHT_EYE):
        points = POINTS[:, list(eye)]
        origin, axes = eye_frames(points)
        local = torch.linalg.solve(axes, (points - origin[:, None]).transpose(1, 2)).transpose(1, 2)[0]
        assert torch.allclose(local[[0, 4]], torch.tensor([[-0.5, 0.0], [0.5, 0.0]]), atol=1e-5)
        assert (local[[1, 2, 3], 1] < 0).all() and (local[[5, 6, 7], 1] > 0).all()


def test_eyes_seen_edge_on_are_left_and_nothing_becomes_nan() -> None:
    edge_on = POINTS.clone()
    edge_on[:, list(LEFT_EYE)] = edge_on[:, [60]]
    made = stirred()(picture(), edge_on)
    assert torch.isfinite(made).all()
    assert torch.equal(made[:, list(LEFT_EYE)], edge_on[:, list(LEFT_EYE)])


def test_it_learns_where_the_lids_are() -> None:
    """A dark slit of random height on skin: after a few steps the gap between the lids follows it."""
    torch.manual_seed(0)
    network = EyeRefiner()
    optimizer = torch.optim.Adam(network.parameters(), 3e-3)
    rows = (torch.arange(64) + 0.5) / 32 - 1

    def batch(count: int, seed: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        gap = torch.rand(count, generator=torch.Generator().manual_seed(seed)) * 0.4
        patch = torch.where(rows.abs()[None, :] < gap[:, None] / 2, -0.8, 0.5)[:, None, :, None].expand(-1, 3, -1, 64)
        found = torch.zeros(count, 9, 2)
        wanted = found.clone()
        wanted[:, [1, 2, 3], 1], wanted[:, [5, 6, 7], 1] = -gap[:, None] / 2, gap[:, None] / 2
        return patch.contiguous(), found, wanted

    for step in range(80):
        patch, found, wanted = batch(32, step)
        loss = (network.correct(patch, found) - wanted).abs().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    patch, found, wanted = batch(64, 1000)
    with torch.no_grad():
        made = network.eval().correct(patch, found)
    gaps = [(eyes[:, 6, 1] - eyes[:, 2, 1]).numpy() for eyes in (made, wanted)]
    assert np.corrcoef(*gaps)[0, 1] > 0.9


@pytest.mark.parametrize("side", [64, 256])
def test_points_of_any_picture_size(side: int) -> None:
    assert stirred()(picture(side=side), POINTS).shape == (1, 98, 2)
