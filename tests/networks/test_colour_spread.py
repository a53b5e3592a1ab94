"""Colours carried from where they are known."""

from __future__ import annotations

import torch

from fsgan_core.networks.colour_spread import fill_background, spread


def test_inpainting_starts_from_the_known_colours() -> None:
    """Half a face, bright above and dark below: the missing half continues it, the known half keeps its values."""
    face = torch.full((1, 3, 64, 64), -1.0)
    face[..., :32, :32], face[..., 32:, :32] = 0.6, -0.4
    filled = fill_background(face)
    assert torch.allclose(filled[..., :32], face[..., :32], atol=1e-6)
    assert filled[0, 0, 4, 34] > 0.3 and filled[0, 0, 60, 34] < -0.1
    assert torch.equal(fill_background(torch.full((1, 3, 64, 64), -1.0)), torch.zeros(1, 3, 64, 64))


def test_spread_of_nothing_is_zero() -> None:
    assert torch.equal(spread(torch.rand(1, 2, 16, 16), torch.zeros(1, 1, 16, 16)), torch.zeros(1, 2, 16, 16))
