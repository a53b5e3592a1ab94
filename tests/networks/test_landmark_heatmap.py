"""Landmarks to heatmaps and back, and the sparse convolution over them."""

from __future__ import annotations

import math

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from fsgan_core.networks.conv_block import Padding
from fsgan_core.networks.landmark_heatmap import RADIUS, LandmarkConv, heatmaps_to_points, points_to_heatmaps


def test_known_values_at_a_pixel_centre() -> None:
    """Eq. 13, 14 by hand: 1 at the point, 0 beyond sqrt(2) (1 - 0.8^(1/8)) of the side."""
    heat = points_to_heatmaps(torch.tensor([[[32.5 / 64, 10.5 / 64]]]), (64, 64))[0, 0]
    assert heat[10, 32].item() == pytest.approx(1.0, abs=1e-6)
    expected = ((1 - (2 / 64) / math.sqrt(2)) ** 8 - 0.8) / 0.2
    assert heat[10, 34].item() == pytest.approx(expected, abs=1e-5)
    assert heat[10, 32 + math.ceil(RADIUS * 64)] == 0.0


@settings(max_examples=30, deadline=None)
@given(st.floats(0.1, 0.9), st.floats(0.1, 0.9))
def test_round_trip_is_sub_pixel(x: float, y: float) -> None:
    """Decoding and encoding again finds the point within a third of a cell."""
    points = torch.tensor([[[x, y]]])
    found = heatmaps_to_points(points_to_heatmaps(points, (64, 64)))
    assert (found - points).abs().max().item() < 0.34 / 64


def test_many_points_equal_one_at_a_time() -> None:
    points = torch.rand(2, 5, 2)
    together = points_to_heatmaps(points, (32, 32))
    alone = torch.stack(
        [torch.stack([points_to_heatmaps(p[None, None], (32, 32))[0, 0] for p in face]) for face in points]
    )
    assert torch.allclose(together, alone, atol=1e-6)


def test_flat_channel_gives_the_centre_not_nan() -> None:
    assert torch.allclose(heatmaps_to_points(torch.zeros(1, 2, 16, 16)), torch.full((1, 2, 2), 0.5))


@pytest.mark.parametrize(("size", "padding"), [(32, "zeros"), (64, "zeros"), (32, "reflect"), (64, "reflect")])
def test_sparse_convolution_equals_the_dense_one(size: int, padding: Padding) -> None:
    """Exact but for rounding, also for points on and outside the border."""
    torch.manual_seed(0)
    sparse = LandmarkConv(98, 6, padding=padding).double()
    points = torch.rand(3, 98, 2, dtype=torch.float64) * 1.3 - 0.15
    mode = "constant" if padding == "zeros" else padding
    heat = F.pad(points_to_heatmaps(points, (size, size)), (3, 3, 3, 3), mode=mode)
    dense = F.conv2d(heat, sparse.weight)
    assert torch.allclose(sparse(points, size), dense, atol=5e-6)


def test_sparse_convolution_has_the_dense_gradient() -> None:
    torch.manual_seed(1)
    sparse = LandmarkConv(4, 3)
    points = torch.rand(1, 4, 2)
    weight = sparse.weight.detach().clone().requires_grad_(True)
    (F.conv2d(points_to_heatmaps(points, (24, 24)), weight, padding=3) ** 2).sum().backward()
    (sparse(points, 24) ** 2).sum().backward()
    assert sparse.weight.grad is not None and weight.grad is not None
    assert torch.allclose(sparse.weight.grad, weight.grad, atol=1e-4)
