"""Child packs: a small file beside its parent that loads as a whole pack, and says where it comes from."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import torch

from fsgan_core.errors import WeightsError
from fsgan_core.job.finetune_settings import FinetuneSettings
from fsgan_core.weights.adapter import compress_change
from fsgan_core.weights.architectures import ROLES, build_network
from fsgan_core.weights.build import build_pack
from fsgan_core.weights.child_pack import LARGEST_ADAPTER_MIB, fitting_rank, parent_is_away, write_child_pack
from fsgan_core.weights.load import Pack, load_pack
from fsgan_core.weights.manifest import read_manifest
from fsgan_core.weights.save import save_network

CLIPS = [{"name": "actor.mov", "sha256": "ab" * 32, "frames": "1-40"}]


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an untrained pack `parent`."""
    root = tmp_path_factory.mktemp("shelf")
    torch.manual_seed(0)
    files = {
        role: save_network(root / "out" / f"{role}.safetensors", build_network(role, "compact"), role, "compact")
        for role in ROLES
    }
    build_pack(root / "parent", files, "parent", "compact", "Untrained.")
    return root


def change_of(pack: Pack, role: str = "reenactment", rank: int = 4) -> dict[str, torch.Tensor]:
    before = getattr(pack, role).state_dict()
    torch.manual_seed(1)
    after = {key: value + 0.01 * torch.randn_like(value) if value.ndim == 4 else value for key, value in before.items()}
    return compress_change(before, after, rank)


def write(folder: Path, parent: Pack, changes: dict, **settings: object) -> None:
    chosen = FinetuneSettings(licence="show only", consent="signed 1 May, ledger 12", **settings)  # type: ignore[arg-type]
    write_child_pack(folder, parent, chosen, CLIPS, changes, "Better.")


def test_child_is_its_parent_but_for_what_changed(shelf: Path) -> None:
    parent = load_pack(str(shelf / "parent"), "cpu")
    write(shelf / "child", parent, {"reenactment": change_of(parent)})
    child = load_pack(str(shelf / "child"), "cpu")
    assert child.name == "child" and child.sha256 != parent.sha256
    for role in ROLES:
        ours, theirs = (getattr(pack, role).state_dict() for pack in (parent, child))
        same = all(torch.equal(ours[key], theirs[key]) for key in ours if not key.startswith("attributes."))
        assert same == (role != "reenactment"), role
    assert sum(path.stat().st_size for path in (shelf / "child").iterdir()) < 2**20


def test_manifest_names_parent_clips_licence_and_consent(shelf: Path) -> None:
    parent = load_pack(str(shelf / "parent"), "cpu")
    write(shelf / "named", parent, {"reenactment": change_of(parent)})
    manifest = read_manifest(shelf / "named")
    assert (manifest.parent, manifest.parent_name) == (parent.sha256, "parent")
    assert manifest.clips == CLIPS
    assert (manifest.licence, manifest.consent) == ("show only", "signed 1 May, ledger 12")
    assert manifest.training_data[-1]["used_for"] == "finetuning of reenactment"


def test_same_change_gives_the_same_digest(shelf: Path) -> None:
    parent = load_pack(str(shelf / "parent"), "cpu")
    for name in ("one", "two"):
        write(shelf / name, parent, {"reenactment": change_of(parent)})
    assert load_pack(str(shelf / "one")).sha256 == load_pack(str(shelf / "two")).sha256


def test_child_without_a_change_is_the_parent(shelf: Path) -> None:
    parent = load_pack(str(shelf / "parent"), "cpu")
    write(shelf / "none", parent, {"reenactment": {}})
    child = load_pack(str(shelf / "none"))
    pairs = zip(parent.reenactment.state_dict().values(), child.reenactment.state_dict().values(), strict=True)
    assert all(torch.equal(a, b) for a, b in pairs)


def test_child_of_a_child_and_whole_pack(shelf: Path) -> None:
    parent = load_pack(str(shelf / "parent"), "cpu")
    write(shelf / "first", parent, {"reenactment": change_of(parent)})
    first = load_pack(str(shelf / "first"), "cpu")
    write(shelf / "second", first, {"blending": change_of(first, "blending")})
    second = load_pack(str(shelf / "second"), "cpu")
    tensors = [pack.reenactment.state_dict()["net.up.conv.0.weight"] for pack in (first, second, parent)]
    assert torch.equal(tensors[0], tensors[1])
    assert not torch.equal(tensors[0], tensors[2])
    write(shelf / "whole", first, {"blending": change_of(first, "blending")}, form="whole")
    (shelf / "alone").mkdir()
    shutil.move(shelf / "whole", shelf / "alone" / "whole")
    whole = load_pack(str(shelf / "alone" / "whole"))
    assert torch.allclose(whole.blending.state_dict()["net.up.conv.0.weight"],
                          second.blending.state_dict()["net.up.conv.0.weight"], atol=1e-3)  # fmt: skip


def test_child_without_its_parent_says_which_one_it_needs(shelf: Path, tmp_path: Path) -> None:
    parent = load_pack(str(shelf / "parent"), "cpu")
    write(tmp_path / "child", parent, {"reenactment": change_of(parent)})
    with pytest.raises(WeightsError, match=f"finetuned from parent {parent.sha256[:12]}"):
        load_pack(str(tmp_path / "child"))


def test_adapters_beyond_the_limit_are_refused(shelf: Path) -> None:
    parent = load_pack(str(shelf / "parent"), "cpu")
    with pytest.raises(WeightsError, match="Lower the rank"):
        write(shelf / "large", parent, {"reenactment": change_of(parent, rank=4096)})
    assert not (shelf / "large" / "manifest.json").exists()


@pytest.mark.parametrize("roles", [("reenactment",), ("reenactment", "inpainting", "blending")])
def test_a_rank_that_is_too_large_is_lowered_until_all_adapters_fit(shelf: Path, roles: tuple[str, ...]) -> None:
    parent = load_pack(str(shelf / "parent"), "cpu")
    rank = fitting_rank(parent, roles, 4096)
    write(shelf / "full", parent, {role: change_of(parent, role, rank) for role in roles})
    mebibytes = sum(path.stat().st_size for path in (shelf / "full").glob("*.safetensors")) / 2**20
    assert LARGEST_ADAPTER_MIB - 0.2 < mebibytes <= LARGEST_ADAPTER_MIB
    assert fitting_rank(parent, roles, 2) == 2


def test_a_child_that_lies_away_from_its_parent_is_known(shelf: Path, tmp_path: Path) -> None:
    parent = load_pack(str(shelf / "parent"), "cpu")
    for folder, away in ((shelf / "near", False), (tmp_path / "far", True)):
        write(folder, parent, {"reenactment": change_of(parent)})
        assert parent_is_away(folder, read_manifest(folder)) == away
    write(tmp_path / "whole", parent, {}, form="whole")
    assert not parent_is_away(tmp_path / "whole", read_manifest(tmp_path / "whole"))
