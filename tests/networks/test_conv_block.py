"""A convolution and the fixed statistics after it, run as one, are what they are one after the other."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from fsgan_core.networks.conv_block import ConvUnit, Padding, run_convolutions


def unit(stride: int, padding: Padding, relu: bool = True) -> ConvUnit:
    torch.manual_seed(4)
    made = ConvUnit(3, 5, stride=stride, padding=padding, relu=relu)
    norm = made[1]
    assert isinstance(norm, nn.BatchNorm2d)
    for values, low in ((norm.weight, 0.5), (norm.bias, -1.0), (norm.running_mean, -1.0), (norm.running_var, 0.1)):
        assert isinstance(values, Tensor)
        nn.init.uniform_(values, low, 2.0)
    return made.eval()


def one_after_the_other(layers: nn.Sequential, x: Tensor) -> Tensor:
    for layer in layers:
        x = layer(x)
    return x


@pytest.mark.parametrize("relu", [True, False])
@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("padding", ["zeros", "reflect"])
def test_result_and_gradients_are_those_of_the_layers(stride: int, padding: Padding, relu: bool) -> None:
    layers = unit(stride, padding, relu)
    x = torch.rand(2, 3, 9, 12, requires_grad=True)
    results = layers(x), one_after_the_other(layers, x)
    torch.testing.assert_close(*results)
    gradients = [torch.autograd.grad((made**2).sum(), [x, *layers.parameters()]) for made in results]
    torch.testing.assert_close(*gradients, atol=1e-3, rtol=1e-4)


def test_statistics_that_are_being_learned_are_those_of_the_batch() -> None:
    layers = unit(1, "zeros", relu=False).train()
    norm = layers[1]
    assert isinstance(norm, nn.BatchNorm2d) and norm.running_mean is not None
    before = norm.running_mean.clone()
    made = layers(torch.rand(2, 3, 8, 8))
    spread = (made.mean((0, 2, 3)) - norm.bias).abs().max()
    assert float(spread) < 1e-5
    assert not torch.equal(norm.running_mean, before)


def test_a_convolution_without_statistics_runs_as_it_is() -> None:
    torch.manual_seed(2)
    layers = nn.Sequential(nn.Conv2d(3, 4, 1), nn.Conv2d(4, 5, 3), nn.ReLU(), nn.BatchNorm2d(5), nn.Conv2d(5, 2, 3))
    x = torch.rand(1, 3, 9, 9)
    assert torch.equal(run_convolutions(layers.eval(), x), one_after_the_other(layers, x))
