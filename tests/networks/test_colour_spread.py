"""Colours carried from where they are known."""

from __future__ import annotations

import torch

from fsgan_core.networks.colour_spread import fill_background, membrane_blend, spread


def test_inpainting_starts_from_the_known_colours() -> None:
    """Half a face, bright above and dark below: the missing half continues it, the known half keeps its values."""
    face = torch.full((1, 3, 64, 64), -1.0)
    face[..., :32, :32], face[..., 32:, :32] = 0.6, -0.4
    filled = fill_background(face)
    assert torch.allclose(filled[..., :32], face[..., :32], atol=1e-6)
    assert filled[0, 0, 4, 34] > 0.3 and filled[0, 0, 60, 34] < -0.1
    assert torch.equal(fill_background(torch.full((1, 3, 64, 64), -1.0)), torch.zeros(1, 3, 64, 64))


def _square(size: int) -> torch.Tensor:
    mask = torch.zeros(1, 1, size, size)
    mask[..., size // 4 : -size // 4, size // 4 : -size // 4] = 1
    return mask


def test_a_flat_face_takes_on_the_flat_target() -> None:
    mask = _square(64)
    target = torch.full((1, 3, 64, 64), 0.5)
    transfer = torch.where(mask > 0, torch.full_like(target, -0.3), target)
    assert torch.allclose(membrane_blend(transfer, target, mask), target, atol=1e-5)


def test_detail_of_the_face_survives_its_change_of_colour() -> None:
    mask = _square(64)
    target = torch.full((1, 3, 64, 64), 0.4)
    transfer = torch.where(mask > 0, torch.full_like(target, -0.2), target)
    transfer[..., 30:34, 30:34] += 0.3
    blended = membrane_blend(transfer, target, mask)
    assert torch.allclose(blended[..., 31, 31] - blended[..., 22, 22], torch.tensor(0.3), atol=0.02)


def test_outside_the_mask_is_the_target_and_no_mask_changes_nothing() -> None:
    mask, target = _square(32), torch.rand(1, 3, 32, 32)
    blended = membrane_blend(torch.rand(1, 3, 32, 32), target, mask)
    assert torch.equal(blended * (1 - mask), target * (1 - mask))
    assert torch.equal(membrane_blend(torch.rand(1, 3, 32, 32), target, torch.zeros_like(mask)), target)


def test_a_mask_over_everything_keeps_the_transfer() -> None:
    transfer = torch.rand(1, 3, 32, 32)
    assert torch.allclose(membrane_blend(transfer, torch.rand(1, 3, 32, 32), torch.ones(1, 1, 32, 32)), transfer)


def test_spread_of_nothing_is_zero() -> None:
    assert torch.equal(spread(torch.rand(1, 2, 16, 16), torch.zeros(1, 1, 16, 16)), torch.zeros(1, 2, 16, 16))
