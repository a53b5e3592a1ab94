"""The compact generators start from a picture: as it is, or moved a little where G_r says so."""

from __future__ import annotations

import pytest
import torch

from fsgan_core.networks.face_generators import MOST_BLENDING
from fsgan_core.networks.generator import MOST_SHIFT, moved
from fsgan_core.networks.tone_match import tone_match
from fsgan_core.training.tasks import initialise
from fsgan_core.weights.architectures import build_network

SIDE = 64


def picture() -> torch.Tensor:
    return torch.rand(2, 3, SIDE, SIDE, generator=torch.Generator().manual_seed(1)) * 2 - 1


def shift(x: float, y: float, side: int = SIDE) -> torch.Tensor:
    return torch.tensor([x, y]).view(1, 2, 1, 1).expand(2, 2, side, side) / SIDE


def test_no_shift_keeps_every_pixel() -> None:
    torch.testing.assert_close(moved(picture(), shift(0, 0)), picture(), atol=1e-5, rtol=0)


@pytest.mark.parametrize("side", [SIDE, SIDE // 2])
def test_a_whole_pixel_moves_the_picture_by_one(side: int) -> None:
    made = moved(picture(), shift(1, -2, side))
    torch.testing.assert_close(made[..., 2:, :-1], picture()[..., :-2, 1:], atol=1e-4, rtol=0)


def test_beyond_the_border_it_is_repeated() -> None:
    made = moved(picture(), shift(SIDE, 0))
    torch.testing.assert_close(made, picture()[..., -1:].expand_as(made), atol=1e-4, rtol=0)


def test_a_new_reenactment_generator_gives_the_warped_view() -> None:
    network = build_network("reenactment", "compact").eval()
    initialise(network)
    view, warped = picture(), picture().flip(3)
    with torch.no_grad():
        torch.testing.assert_close(network(view, warped, torch.rand(2, 98, 2)), warped, atol=1e-5, rtol=0)


def test_the_shift_is_learned_and_limited() -> None:
    """A warped view that lies 2 px off: the gradient points the right way, and no weight moves pixels too far."""
    network = build_network("reenactment", "compact").eval()
    initialise(network)
    smooth = torch.nn.functional.avg_pool2d(picture(), 9, 1, 4)
    wanted = moved(smooth, shift(2, 0))
    weight = network.net.shift_conv.weight
    points = torch.rand(2, 98, 2, generator=torch.Generator().manual_seed(2))
    before = (network(smooth, smooth, points) - wanted).square().mean()
    before.backward()
    with torch.no_grad():
        weight -= 0.5 * weight.grad / weight.grad.norm()
        after = (network(smooth, smooth, points) - wanted).square().mean()
        assert after < 0.98 * before
        weight *= 1e6
        ramp = torch.linspace(0, 1, SIDE).expand(2, 3, SIDE, SIDE)
        network.net.out_conv.weight.zero_()
        assert (network(ramp, ramp, points) - ramp).abs().max() <= MOST_SHIFT + 2 / SIDE


def test_blending_goes_no_further_from_the_tone_match_than_it_may() -> None:
    network = build_network("blending", "compact").eval()
    initialise(network)
    mask = torch.zeros(2, 1, SIDE, SIDE)
    mask[..., 12:52, 12:52] = 1
    near = tone_match(picture(), picture().flip(2), mask)
    with torch.no_grad():
        torch.testing.assert_close(network(picture(), picture().flip(2), mask), near, atol=1e-5, rtol=0)
        network.net.out_conv.weight.fill_(10)
        change = (network(picture(), picture().flip(2), mask) - near).abs()
    assert 0.9 * MOST_BLENDING < change.max() <= MOST_BLENDING + 1e-6
