"""`fsgan weights average`: between two runs of one network, and of nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from typer.testing import CliRunner

from fsgan_core.cli.weights_commands import app
from fsgan_core.errors import WeightsError
from fsgan_core.weights.architectures import build_network
from fsgan_core.weights.average import average_networks
from fsgan_core.weights.load import load_network
from fsgan_core.weights.save import save_network
from fsgan_core.weights.weight_file import read_weight_file


def run(folder: Path, seed: int, role: str = "detector") -> Path:
    torch.manual_seed(seed)
    return save_network(folder / f"run{seed}" / f"{role}.safetensors", build_network(role, "compact"), role, "compact")


@pytest.mark.parametrize("share", [0.0, 0.25, 1.0])
def test_every_weight_lies_between_at_the_share(tmp_path: Path, share: float) -> None:
    first, second, out = run(tmp_path, 1), run(tmp_path, 2), tmp_path / "mean" / "detector.safetensors"
    made = CliRunner().invoke(app, ["average", str(first), str(second), "--share", str(share), "--out", str(out)])
    assert made.exit_code == 0, made.output
    old, new, mean = (read_weight_file(path)[0] for path in (first, second, out))
    for key, value in mean.items():
        wanted = (1 - share) * old[key].double() + share * new[key].double()
        torch.testing.assert_close(value.double(), wanted, atol=1e-3, rtol=1e-3)
        assert value.dtype == new[key].dtype
    assert not load_network(out.parent, "detector").training


def test_another_network_is_refused(tmp_path: Path) -> None:
    out = tmp_path / "mean.safetensors"
    with pytest.raises(WeightsError, match=r"pose\.safetensors.*no run of the network in .*detector\.safetensors"):
        average_networks(run(tmp_path, 1), run(tmp_path, 2, "pose"), 0.5, out)
    assert not out.exists()


def test_a_run_is_not_overwritten(tmp_path: Path) -> None:
    first, second = run(tmp_path, 1), run(tmp_path, 2)
    before = second.read_bytes()
    with pytest.raises(WeightsError, match="one of the two"):
        average_networks(first, second, 0.5, tmp_path / "run1" / ".." / "run2" / "detector.safetensors")
    assert second.read_bytes() == before


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    broken = tmp_path / "detector.safetensors"
    broken.write_bytes(b"no weights")
    with pytest.raises(WeightsError, match=r"cannot be read") as caught:
        average_networks(run(tmp_path, 1), broken, 0.5, tmp_path / "mean.safetensors")
    assert str(broken) in str(caught.value)
