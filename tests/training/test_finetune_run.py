"""The finetuning loop on a network of one convolution: resumable to the bit, and never worse than the parent."""

from __future__ import annotations

import copy
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from fsgan_core.errors import CancelledError
from fsgan_core.job.finetune_settings import FinetuneSettings
from fsgan_core.job.progress import Progress
from fsgan_core.training.finetune_run import FinetuneRun, Tuned, TunedResult
from fsgan_core.training.generator_steps import Generated

SETTINGS = FinetuneSettings(
    iterations=12, batch=2, check_every=4, patience=0, preview_every=0, learning_rate=0.5, rank=2, device="cpu"
)
GOAL = 0.5


class Features(nn.Module):
    """Features that are the picture itself."""

    def forward(self, x: Tensor) -> list[Tensor]:
        return [x]


class StoppingProgress(Progress):
    """Asks to stop after some steps."""

    def __init__(self, after: int) -> None:
        super().__init__(lambda: 15 if self._done >= after else None)


def sample(rng: np.random.Generator) -> dict[str, np.ndarray]:
    return {"x": rng.uniform(-1, 1, (3, 16, 16)).astype(np.float32)}


def pictures(net: nn.Module, batch: dict[str, Tensor], *_rest: Any) -> list[Generated]:
    return [Generated(net(batch["x"]), batch["x"] * GOAL, torch.zeros(()))]


def figures(net: nn.Module) -> dict[str, float]:
    x = torch.from_numpy(np.random.default_rng(99).uniform(-1, 1, (4, 3, 16, 16)).astype(np.float32))
    with torch.no_grad():
        error = float((net(x) - GOAL * x).abs().mean())
    return {"identity": 1 - error, "l1": error, "perceptual": error}


def tuned(seed: int = 3, measure: Any = figures) -> Tuned:
    torch.manual_seed(seed)
    network = nn.Sequential(nn.Conv2d(3, 8, 3, 1, 1), nn.BatchNorm2d(8), nn.Conv2d(8, 3, 3, 1, 1)).eval()
    return Tuned("reenactment", network, sample, pictures, measure, lambda net, path: None)


def run(folder: Path, settings: FinetuneSettings = SETTINGS, workers: int = 1, **what: Any) -> TunedResult:
    return FinetuneRun(tuned(**what), Features(), settings, folder, "cpu").run(workers, Progress())


def same(a: TunedResult, b: TunedResult) -> bool:
    return a.change.keys() == b.change.keys() and all(torch.equal(a.change[key], b.change[key]) for key in a.change)


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


def test_finetuning_gains_on_what_it_never_saw(tmp_path: Path) -> None:
    result = run(tmp_path)
    assert result.best_step > 0
    assert result.after["l1"] < 0.9 * result.before["l1"]
    assert result.after["identity"] > result.before["identity"]
    assert result.change


@pytest.mark.parametrize("stop_after", [1, 4, 5, 11])
def test_a_stopped_run_ends_at_the_same_bits(tmp_path: Path, stop_after: int) -> None:
    whole = run(tmp_path / "whole")
    stopped = FinetuneRun(tuned(), Features(), SETTINGS, tmp_path / "stopped", "cpu")
    with pytest.raises(CancelledError):
        stopped.run(1, StoppingProgress(stop_after))
    assert stopped.step == stop_after
    assert same(run(tmp_path / "stopped", workers=2), whole)


def test_a_killed_run_ends_at_the_same_bits(tmp_path: Path) -> None:
    """A kill leaves the last checkpoint, some steps back."""
    whole = run(tmp_path / "whole")
    run(tmp_path / "killed", replace(SETTINGS, check_every=5, iterations=12))
    again = run(tmp_path / "killed", replace(SETTINGS, check_every=5))
    assert again.steps == 12
    (tmp_path / "half").mkdir()
    half = FinetuneRun(tuned(), Features(), SETTINGS, tmp_path / "half", "cpu")
    with pytest.raises(CancelledError):
        half.run(1, StoppingProgress(4))
    checkpoint = (tmp_path / "half" / "checkpoint.safetensors").read_bytes()
    with pytest.raises(CancelledError):
        FinetuneRun(tuned(), Features(), SETTINGS, tmp_path / "half", "cpu").run(1, StoppingProgress(3))
    (tmp_path / "half" / "checkpoint.safetensors").write_bytes(checkpoint)
    assert same(run(tmp_path / "half"), whole)


def test_the_number_of_workers_does_not_change_a_bit(tmp_path: Path) -> None:
    assert same(run(tmp_path / "one"), run(tmp_path / "three", workers=3))


def test_another_seed_gives_other_weights(tmp_path: Path) -> None:
    assert not same(run(tmp_path / "one"), run(tmp_path / "two", replace(SETTINGS, seed=2)))


def test_a_parent_that_cannot_be_bettered_is_given_back(tmp_path: Path) -> None:
    parent = tuned().network

    def worse(net: nn.Module) -> dict[str, float]:
        pairs = zip(net.parameters(), parent.parameters(), strict=True)
        moved = sum(float((a - b).detach().abs().sum()) for a, b in pairs)
        return {"identity": 0.9 - moved, "l1": 0.1, "perceptual": 0.1}

    result = run(tmp_path, replace(SETTINGS, iterations=20, patience=2), measure=worse)
    assert (result.best_step, result.change, result.steps) == (0, {}, 12)
    assert result.after == result.before


def test_worse_at_first_and_better_later_is_not_given_up(tmp_path: Path) -> None:
    likeness = iter([0.8, 0.7, 0.75, 0.9, 0.85, 0.84])

    def late(net: nn.Module) -> dict[str, float]:
        identity = next(likeness)
        return {"identity": identity, "l1": 1 - identity, "perceptual": 1 - identity}

    result = run(tmp_path, replace(SETTINGS, iterations=20, patience=2), measure=late)
    assert (result.best_step, result.steps) == (12, 20)


def test_what_is_measured_is_what_is_written(tmp_path: Path) -> None:
    """The figures of the best step are those of the parent with the adapter, in the precision of the file."""
    result = run(tmp_path)
    from fsgan_core.weights.adapter import apply_change

    network = copy.deepcopy(tuned().network)
    network.load_state_dict(apply_change(network.state_dict(), result.change))
    assert figures(network) == pytest.approx(result.after, abs=1e-7)


def test_the_parent_itself_is_not_changed(tmp_path: Path) -> None:
    parent = tuned()
    before = copy.deepcopy(parent.network.state_dict())
    FinetuneRun(parent, Features(), SETTINGS, tmp_path, "cpu").run(1, Progress())
    assert all(torch.equal(a, b) for a, b in zip(before.values(), parent.network.state_dict().values(), strict=True))


def test_few_pictures_a_step_take_a_smaller_rate(tmp_path: Path) -> None:
    rates = {}
    for batch in (3, 6, 12, 24):
        settings = replace(SETTINGS, batch=batch, learning_rate=0.1)
        run = FinetuneRun(tuned(), Features(), settings, tmp_path / str(batch), "cpu")
        run.step = 9
        rates[batch] = run._rate()
    assert rates[3] == pytest.approx(rates[12] / 4) and rates[6] == pytest.approx(rates[12] / 2)
    assert rates[24] == rates[12] <= 0.1
