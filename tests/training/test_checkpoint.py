"""A checkpoint holds all that a run needs, and is whole or not there."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from fsgan_core.errors import WeightsError
from fsgan_core.training import checkpoint
from fsgan_core.training.checkpoint import load_checkpoint, save_checkpoint


class Run:
    """A network with running statistics, and its optimiser."""

    def __init__(self, seed: int, width: int = 5) -> None:
        torch.manual_seed(seed)
        self.net = nn.Sequential(nn.Linear(4, width), nn.BatchNorm1d(width), nn.Linear(width, 1))
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=0.01)

    @property
    def networks(self) -> dict[str, nn.Module]:
        return {"net": self.net}

    @property
    def optimizers(self) -> dict[str, torch.optim.Optimizer]:
        return {"net": self.optimizer}

    def step(self, first: int, count: int) -> Run:
        for number in range(first, first + count):
            x = torch.rand(8, 4, generator=torch.Generator().manual_seed(number))
            self.optimizer.zero_grad()
            (self.net(x) - x.sum(1, keepdim=True)).square().mean().backward()
            self.optimizer.step()
        return self

    def save(self, path: Path, counters: dict[str, float] | None = None) -> None:
        save_checkpoint(path, self.networks, self.optimizers, counters or {})

    def load(self, path: Path) -> dict[str, float]:
        return load_checkpoint(path, self.networks, self.optimizers)


def same_weights(a: Run, b: Run) -> bool:
    pairs = zip(a.net.state_dict().values(), b.net.state_dict().values(), strict=True)
    return all(torch.equal(x, y) for x, y in pairs)


def test_run_goes_on_to_the_same_bits(tmp_path: Path) -> None:
    """Only with Adam's moments and step counts do five steps, a restart and five more equal ten."""
    Run(1).step(0, 5).save(tmp_path / "run.safetensors")
    resumed = Run(2)
    resumed.load(tmp_path / "run.safetensors")
    assert same_weights(resumed.step(5, 5), Run(1).step(0, 10))


def test_counters_come_back(tmp_path: Path) -> None:
    Run(1).save(tmp_path / "run.safetensors", {"images": 1200, "number": 150})
    assert Run(2).load(tmp_path / "run.safetensors") == {"images": 1200, "number": 150}


def test_networks_keep_their_own_weights(tmp_path: Path) -> None:
    a, b, other = Run(1), Run(2), Run(3)
    save_checkpoint(tmp_path / "c.safetensors", {"net": a.net, "average": b.net}, {}, {})
    load_checkpoint(tmp_path / "c.safetensors", {"average": other.net}, {})
    assert same_weights(other, b)


def test_folder_is_made_and_no_partial_file_stays(tmp_path: Path) -> None:
    path = tmp_path / "new" / "run.safetensors"
    Run(1).save(path)
    assert [found.name for found in path.parent.iterdir()] == ["run.safetensors"]


def test_failed_write_leaves_the_old_checkpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "run.safetensors"
    Run(1).save(path, {"images": 8})

    def full_disk(tensors: object, file_name: str, metadata: object) -> None:
        Path(file_name).write_bytes(b"half of i")
        raise OSError("No space left on device")

    monkeypatch.setattr(checkpoint, "save_file", full_disk)
    with pytest.raises(OSError, match="No space left"):
        Run(2).save(path, {"images": 16})
    assert Run(3).load(path) == {"images": 8}


def test_checkpoint_of_another_network_is_refused(tmp_path: Path) -> None:
    Run(1, width=6).save(tmp_path / "run.safetensors")
    with pytest.raises(WeightsError, match="delete it to start again") as refused:
        Run(1).load(tmp_path / "run.safetensors")
    assert refused.value.path == str(tmp_path / "run.safetensors")


def test_checkpoint_without_counters_is_refused(tmp_path: Path) -> None:
    tensors = {f"net.net.{key}": value for key, value in Run(1).net.state_dict().items()}
    save_file(tensors, str(tmp_path / "run.safetensors"), {"role": "pose"})
    with pytest.raises(WeightsError, match="counters"):
        Run(1).load(tmp_path / "run.safetensors")


def test_cut_checkpoint_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "run.safetensors"
    Run(1).save(path)
    path.write_bytes(path.read_bytes()[:-8])
    with pytest.raises(WeightsError, match="cannot be used"):
        Run(1).load(path)


def test_missing_checkpoint_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="cannot be used"):
        Run(1).load(tmp_path / "none.safetensors")
