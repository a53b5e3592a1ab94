"""What the embeddings that measure are taught: persons apart, expressions by likeness, both whatever the light."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from fsgan_core.training.datasets import load_clips
from fsgan_core.training.measure_samples import PersonSampler, augmented, expression_sample, identity_sample
from fsgan_core.training.measure_steps import IdentityTrainer, expression_step, identity_step, identity_validation
from fsgan_core.weights.architectures import build_network


def sampler(data: Path) -> PersonSampler:
    return PersonSampler([[clip] for clip in load_clips([data / "takes"], "train")])


def batch_of(make: object, data: Path, count: int = 6) -> dict[str, torch.Tensor]:
    rng = np.random.default_rng(5)
    samples = [make(sampler(data), rng) for _ in range(count)]  # type: ignore[operator]
    return {name: torch.from_numpy(np.stack([sample[name] for sample in samples])) for name in samples[0]}


def test_samples_are_aligned_pictures_in_range(data: Path) -> None:
    batch = batch_of(identity_sample, data)
    assert batch["picture"].shape == (6, 3, 96, 96)
    assert batch["picture"].abs().max() <= 1
    assert not torch.equal(batch["picture"], batch["other"])
    assert batch_of(expression_sample, data)["expression"].shape == (6, 53)


def test_same_random_numbers_give_the_same_sample(data: Path) -> None:
    view = sampler(data).view(1, np.random.default_rng(2))
    first, second = (augmented(view, np.random.default_rng(9)) for _ in range(2))
    assert np.array_equal(first, second)


def test_persons_are_learned(data: Path) -> None:
    torch.manual_seed(0)
    net = IdentityTrainer(build_network("identity", "compact"), 4)
    batch = batch_of(identity_sample, data, 8)
    optimizer = torch.optim.Adam(net.parameters(), 2e-3)
    losses = []
    for _ in range(12):
        loss, _ = identity_step(net, batch)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(float(loss.detach()))
    assert losses[-1] < 0.5 * losses[0]
    assert set(identity_validation(net.eval(), batch)) == {"same", "other", "auc"}


def test_expressions_that_are_ordered_rightly_cost_nothing_but_their_coefficients() -> None:
    net = build_network("expression", "compact").eval()
    wanted = torch.zeros(4, 53)
    wanted[2:, 5] = 1.0
    picture = torch.rand(4, 3, 96, 96)
    picture[1], picture[3] = picture[0], picture[2]
    _, figures = expression_step(net, {"picture": picture, "expression": wanted})
    assert float(figures["ordered"]) == 1.0
    wanted[1:3] = wanted[[2, 1]]
    _, swapped = expression_step(net, {"picture": picture, "expression": wanted})
    assert float(swapped["ordered"]) == 0.0
    assert swapped["triplet"].detach() > figures["triplet"].detach()
