"""The optimizer of finetuning: every direction of a layer alike, in proportion to the layer, resumable to the bit."""

from __future__ import annotations

import copy
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn

from fsgan_core.training.checkpoint import load_checkpoint, save_checkpoint
from fsgan_core.training.orthogonal_steps import OrthogonalSteps, orthogonalized


def layer(seed: int = 0) -> nn.Conv2d:
    torch.manual_seed(seed)
    return nn.Conv2d(3, 8, 3)


def gradients(seed: int, net: nn.Module) -> list[Tensor]:
    made = torch.Generator().manual_seed(seed)
    return [torch.randn(parameter.shape, generator=made) for parameter in net.parameters()]


def walk(net: nn.Module, optimizer: torch.optim.Optimizer, seeds: range) -> None:
    for seed in seeds:
        for parameter, gradient in zip(net.parameters(), gradients(seed, net), strict=True):
            parameter.grad = gradient
        optimizer.step()


@given(rows=st.integers(1, 12), columns=st.integers(1, 12), seed=st.integers(0, 99))
def test_all_directions_become_about_equal(rows: int, columns: int, seed: int) -> None:
    matrix = torch.randn(rows, columns, generator=torch.Generator().manual_seed(seed))
    before, after = (torch.linalg.svdvals(m) for m in (matrix, orthogonalized(matrix)))
    strong = before > 0.05 * before[0]
    # Jordan et al.: the coefficients give speed, not exactness
    assert float(after.max()) < 1.3
    assert float(after[strong].min()) > 0.5


def test_the_directions_themselves_stay() -> None:
    matrix = torch.randn(6, 9, generator=torch.Generator().manual_seed(3))
    up, _, down = torch.linalg.svd(matrix, full_matrices=False)
    across = up.t() @ orthogonalized(matrix) @ down.t()
    assert float((across - torch.diag(torch.diagonal(across))).abs().max()) < 1e-4


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e3])
def test_a_step_is_a_share_of_the_layer_however_steep_the_slope(scale: float) -> None:
    net = layer()
    before = net.weight.detach().clone()
    net.weight.grad = gradients(1, net)[0] * scale
    OrthogonalSteps([net.weight], lr=0.02).step()
    assert float((net.weight.detach() - before).norm() / before.norm()) == pytest.approx(0.02, rel=1e-3)


def test_a_layer_of_zeros_can_move() -> None:
    net = layer()
    nn.init.zeros_(net.weight)
    walk(net, OrthogonalSteps(net.parameters(), lr=0.02), range(1))
    assert bool(net.weight.any())


def test_a_parameter_without_gradient_stays() -> None:
    net = layer()
    before = copy.deepcopy(net.state_dict())
    OrthogonalSteps(net.parameters(), lr=0.02).step()
    assert all(torch.equal(value, before[name]) for name, value in net.state_dict().items())


def test_it_goes_downhill() -> None:
    net, x = layer(), torch.randn(4, 3, 8, 8, generator=torch.Generator().manual_seed(5))
    optimizer = OrthogonalSteps(net.parameters(), lr=0.05)
    losses = []
    for _ in range(60):
        loss = (net(x) - 0.25).square().mean()
        losses.append(float(loss))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert losses[-1] < 0.2 * losses[0]


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_going_on_from_a_checkpoint_gives_the_same_bits(tmp_path: Path, layout: torch.memory_format) -> None:
    whole, first = (layer().to(memory_format=layout) for _ in range(2))  # type: ignore[call-overload]
    walk(whole, OrthogonalSteps(whole.parameters(), lr=0.02), range(6))
    stopped = OrthogonalSteps(first.parameters(), lr=0.02)
    walk(first, stopped, range(3))
    save_checkpoint(tmp_path / "state.safetensors", {"net": first}, {"net": stopped}, {})
    second = layer(seed=7).to(memory_format=layout)  # type: ignore[call-overload]
    resumed = OrthogonalSteps(second.parameters(), lr=0.02)
    load_checkpoint(tmp_path / "state.safetensors", {"net": second}, {"net": resumed})
    walk(second, resumed, range(3, 6))
    assert torch.equal(whole.weight, second.weight) and torch.equal(whole.bias, second.bias)


def test_layers_side_by_side_come_to_the_same_bits() -> None:
    alone, beside = (nn.Sequential(layer(2), nn.ReLU(), nn.Conv2d(8, 4, 1)) for _ in range(2))
    beside.load_state_dict(alone.state_dict())
    optimizers = [OrthogonalSteps(net.parameters(), lr=0.05) for net in (alone, beside)]
    with ThreadPoolExecutor(3) as pool:
        for seed in range(4):
            for net in (alone, beside):
                for parameter, gradient in zip(net.parameters(), gradients(seed, net), strict=True):
                    parameter.grad = gradient
            optimizers[0].step()
            optimizers[1].step_in(pool)
    for one, other in zip(alone.parameters(), beside.parameters(), strict=True):
        assert one.requires_grad
        assert other.requires_grad
        assert torch.equal(one, other)
