"""The networks that measure see neither colour nor exposure nor what lies outside the face."""

from __future__ import annotations

import pytest
import torch

from fsgan_core.networks.face_embedding import ALIGNED_PX, without_colour
from fsgan_core.weights.architectures import MEASURE_ROLES, build_network


@pytest.fixture
def faces() -> torch.Tensor:
    return torch.rand(2, 3, ALIGNED_PX, ALIGNED_PX, generator=torch.Generator().manual_seed(1)) * 1.2 - 0.6


@pytest.mark.parametrize("role", MEASURE_ROLES)
def test_embedding_has_length_one_and_ignores_exposure_and_tint(role: str, faces: torch.Tensor) -> None:
    network = build_network(role, "compact").eval()
    embedding = network(faces)
    assert torch.allclose(embedding.norm(dim=1), torch.ones(2), atol=1e-5)
    darker = network(faces * 0.5 - 0.3)
    # float32 through a dozen layers
    assert torch.allclose(darker, embedding, atol=1e-4)
    grey = faces.mean(1, keepdim=True).expand(-1, 3, -1, -1)
    assert torch.allclose(network(grey), embedding, atol=1e-4)


def test_corners_do_not_count(faces: torch.Tensor) -> None:
    other = faces.clone()
    other[:, :, :8, :8] = 1.0
    assert torch.equal(without_colour(other), without_colour(faces))


def test_flat_face_is_no_division_by_zero() -> None:
    assert torch.isfinite(without_colour(torch.zeros(1, 3, ALIGNED_PX, ALIGNED_PX))).all()
