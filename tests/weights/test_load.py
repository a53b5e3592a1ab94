"""Packs: written, verified, loaded; damage is found before a number is used."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from fsgan_core.errors import WeightsError
from fsgan_core.weights.architectures import ROLES, build_network
from fsgan_core.weights.build import build_pack
from fsgan_core.weights.load import load_network, load_pack, pack_folder
from fsgan_core.weights.save import save_network


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An untrained compact pack."""
    root = tmp_path_factory.mktemp("pack")
    torch.manual_seed(0)
    files = {
        role: save_network(root / "out" / f"{role}.safetensors", build_network(role, "compact"), role, "compact")
        for role in ROLES
    }
    build_pack(root / "pack", files, "test", "compact", "Untrained.")
    return root / "pack"


def test_pack_loads_in_eval_mode_with_its_digest(pack: Path) -> None:
    loaded = load_pack(str(pack), "cpu")
    assert loaded.name == "test" and len(loaded.sha256) == 64
    assert not loaded.reenactment.training and not any(p.requires_grad for p in loaded.reenactment.parameters())
    assert loaded.features.embed(torch.zeros(1, 3, 256, 256)).shape == (1, 128)


def test_saved_weights_come_back_to_half_precision(pack: Path, tmp_path: Path) -> None:
    network = build_network("pose", "compact")
    save_network(tmp_path / "pose.safetensors", network, "pose", "compact")
    back = load_network(tmp_path, "pose")
    for a, b in zip(network.state_dict().values(), back.state_dict().values(), strict=True):
        assert torch.equal(a.half() if a.is_floating_point() else a, b.half() if b.is_floating_point() else b)


def test_one_changed_byte_is_found(pack: Path, tmp_path: Path) -> None:
    copy = tmp_path / "pack"
    copy.mkdir()
    for path in pack.iterdir():
        (copy / path.name).write_bytes(path.read_bytes())
    content = bytearray((copy / "pose.safetensors").read_bytes())
    content[-1] ^= 1
    (copy / "pose.safetensors").write_bytes(bytes(content))
    with pytest.raises(WeightsError, match="damaged"):
        load_pack(str(copy))


def test_missing_file_is_named(pack: Path, tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text((pack / "manifest.json").read_text())
    with pytest.raises(WeightsError, match="missing"):
        load_pack(str(tmp_path))


def test_unknown_pack_lists_the_known_ones() -> None:
    with pytest.raises(WeightsError, match="bundled packs are"):
        pack_folder("no-such-pack")


def test_manifest_of_another_schema_is_refused(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text(json.dumps({"schema": "other"}))
    with pytest.raises(WeightsError, match="schema"):
        load_pack(str(tmp_path))


def test_file_of_another_network_is_refused(pack: Path, tmp_path: Path) -> None:
    (tmp_path / "pose.safetensors").write_bytes((pack / "blending.safetensors").read_bytes())
    with pytest.raises(WeightsError, match="does not fit"):
        load_network(tmp_path, "pose")


def test_bundled_pack_states_licence_and_data() -> None:
    manifest = load_pack("compact").manifest
    assert manifest.licence == "Apache-2.0"
    assert all(entry["licence"] and entry["used_for"] for entry in manifest.training_data)
    assert not any(entry["real_people"] and "all networks" in entry["used_for"] for entry in manifest.training_data)
