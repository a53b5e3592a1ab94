"""An adapter is small, gives back the change, and is refused by a network that it was not made for."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn

from fsgan_core.errors import WeightsError
from fsgan_core.weights.adapter import add_adapter, apply_change, compress_change, save_adapter
from fsgan_core.weights.weight_file import read_weight_file


def network(seed: int = 0) -> nn.Module:
    torch.manual_seed(seed)
    return nn.Sequential(nn.Conv2d(8, 32, 3), nn.BatchNorm2d(32), nn.Conv2d(32, 32, 3))


def changed(rank: int, scale: float = 0.01) -> dict[str, torch.Tensor]:
    """The state of `network` with a change of that rank in the last layer, and a whole one in the normalisation."""
    state = {name: value.clone() for name, value in network().state_dict().items()}
    torch.manual_seed(5)
    state["2.weight"] += scale * (torch.randn(32, rank) @ torch.randn(rank, 288)).reshape(32, 32, 3, 3)
    state["1.weight"] += scale * torch.randn(32)
    return state


def test_a_change_of_low_rank_comes_back_to_half_precision() -> None:
    before, after = network().state_dict(), changed(4)
    stored = compress_change(before, after, 4)
    assert set(stored) == {"2.weight.up", "2.weight.down", "1.weight.delta"}
    back = apply_change(before, stored)
    for name, value in after.items():
        # half has 11 bits; the change is about 0.02 a weight
        assert torch.allclose(back[name].float(), value.float(), atol=1e-4), name


def test_a_lower_rank_keeps_the_larger_part() -> None:
    before, after = network().state_dict(), changed(8)
    change = after["2.weight"] - before["2.weight"]
    backs = [apply_change(before, compress_change(before, after, rank))["2.weight"] for rank in (1, 4, 8)]
    left = [float((back - after["2.weight"]).norm() / change.norm()) for back in backs]
    assert left[0] > left[1] > left[2]
    assert left[2] < 1e-3


def test_nothing_changed_is_an_empty_adapter() -> None:
    state = network().state_dict()
    assert compress_change(state, state, 4) == {}
    assert all(torch.equal(a, b) for a, b in zip(apply_change(state, {}).values(), state.values(), strict=True))


def test_file_gives_the_same_bytes_and_the_same_network(tmp_path: Path) -> None:
    stored = compress_change(network().state_dict(), changed(4), 4)
    for name in ("a", "b"):
        save_adapter(tmp_path / name, stored, "pose", "compact")
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert read_weight_file(tmp_path / "a")[0].keys() == stored.keys()
    back = add_adapter(network(), tmp_path / "a")
    assert torch.allclose(back.state_dict()["2.weight"], changed(4)["2.weight"], atol=1e-4)


def test_adapter_of_another_network_is_refused(tmp_path: Path) -> None:
    stored = compress_change(network().state_dict(), changed(4), 4)
    save_adapter(tmp_path / "a", stored, "pose", "compact")
    with pytest.raises(WeightsError, match="not one of the parent's layers"):
        add_adapter(nn.Linear(2, 2), tmp_path / "a")
    other = nn.Sequential(nn.Conv2d(8, 32, 3), nn.BatchNorm2d(32), nn.Conv2d(16, 32, 3))
    with pytest.raises(WeightsError, match="another shape"):
        add_adapter(other, tmp_path / "a")


def test_damaged_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"nothing")
    with pytest.raises(WeightsError, match="cannot be read"):
        add_adapter(network(), tmp_path / "a")
