"""One way to run a network: what goes in and what comes out."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from fsgan_core.networks import inference
from fsgan_core.networks.inference import computes_bfloat16, infer, to_device


class Listener(nn.Module):
    """A convolution that remembers what it was given and what it computed in."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 2, 3, padding=1)
        self.heard: list[Tensor] = []
        self.computed = torch.float64

    def forward(self, picture: Tensor, points: Tensor) -> Tensor:
        self.heard = [picture, points]
        made = self.conv(picture)
        self.computed = made.dtype
        return made


@pytest.fixture
def natively_bfloat16(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inference, "computes_bfloat16", lambda device: True)


@pytest.fixture
def without_bfloat16(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inference, "computes_bfloat16", lambda device: False)


def inputs() -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(0)
    return torch.rand(1, 3, 8, 6, generator=generator), torch.rand(1, 98, 2, generator=generator)


@pytest.mark.usefixtures("without_bfloat16")
def test_output_is_the_plain_forward_without_gradient() -> None:
    network = Listener().eval()
    made = infer(network, *inputs())
    assert not made.requires_grad
    assert torch.allclose(made, network(*inputs()), atol=1e-6)
    assert network.computed == torch.float32


@pytest.mark.usefixtures("natively_bfloat16")
def test_bfloat16_stays_inside() -> None:
    network = Listener().eval()
    made = infer(network, *inputs())
    assert network.computed == torch.bfloat16 and made.dtype == torch.float32
    # bfloat16 has 8 bits of mantissa.
    assert torch.allclose(made, network(*inputs()), atol=2**-6)


def test_pictures_are_laid_out_channels_last_and_points_are_not() -> None:
    network, (picture, points) = Listener().eval(), inputs()
    infer(network, picture, points)
    assert network.heard[0].is_contiguous(memory_format=torch.channels_last)
    assert network.heard[1] is points
    assert picture.is_contiguous()


def test_several_outputs_keep_their_kind() -> None:
    logits, boxes = infer(lambda x: (x.half(), [x.double(), "cells"]), torch.ones(1, 2))
    assert logits.dtype == torch.float32
    assert isinstance(boxes, list) and boxes[0].dtype == torch.float32 and boxes[1] == "cells"


def test_same_frame_gives_the_same_bits() -> None:
    network = Listener().eval()
    assert torch.equal(infer(network, *inputs()), infer(network, *inputs()))


def test_unknown_devices_compute_float32() -> None:
    assert not computes_bfloat16("mps")


def test_network_moves_in_place_and_keeps_its_numbers() -> None:
    network = Listener()
    before = {key: value.clone() for key, value in network.state_dict().items()}
    assert to_device(network, "cpu") is network
    assert network.conv.weight.is_contiguous(memory_format=torch.channels_last)
    assert all(torch.equal(before[key], value) for key, value in network.state_dict().items())
