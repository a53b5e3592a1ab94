"""G_s looks at a picture and at its mirror image, and says of both the same."""

from __future__ import annotations

import pytest
import torch

from fsgan_core.networks.segmentation_unet import SegmentationUNet

WIDTHS = (4, 4, 8, 8, 8)


def network(mirrored: bool) -> SegmentationUNet:
    torch.manual_seed(1)
    return SegmentationUNet(WIDTHS, 32, mirrored)


@pytest.mark.parametrize("side", [32, 48])
def test_a_mirrored_picture_has_the_mirrored_segmentation(side: int) -> None:
    picture = torch.rand(2, 3, side, side) * 2 - 1
    one, two = network(True).eval(), network(False).eval()
    with torch.no_grad():
        assert torch.allclose(one(picture), one(picture.flip(3)).flip(3), atol=1e-4)
        assert not torch.allclose(two(picture), two(picture.flip(3)).flip(3), atol=1e-4)


def test_the_shares_are_the_mean_of_both_looks() -> None:
    picture = torch.rand(1, 3, 32, 32) * 2 - 1
    plain = network(False).eval()
    with torch.no_grad():
        looks = plain(picture).softmax(1), plain(picture.flip(3)).flip(3).softmax(1)
        shares = network(True).eval()(picture).softmax(1)
    assert torch.allclose(shares, (looks[0] + looks[1]) / 2, atol=1e-5)


def test_in_training_it_looks_once() -> None:
    picture = torch.rand(1, 3, 32, 32) * 2 - 1
    assert torch.equal(network(True).train()(picture), network(False).train()(picture))
