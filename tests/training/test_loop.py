"""The loop: every network takes steps, and a killed run ends at the same bits as an undisturbed one."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from fsgan_core.errors import JobError, WeightsError
from fsgan_core.training.loop import RunSettings, Trainer, train
from fsgan_core.training.recipes import find_recipe, learning_rate
from fsgan_core.training.tasks import DataFolders, build_task
from fsgan_core.weights.load import load_network


def _tiny(role: str, images: int = 8):
    recipe = find_recipe(f"{role}-compact")
    return replace(recipe, crop=64 if recipe.crop else 0, batch=4 if role == "transformer" else 2, images=images)


@pytest.fixture(autouse=True)
def one_thread() -> None:
    """Bit-for-bit comparisons need one order of summation."""
    torch.set_num_threads(1)


@pytest.mark.parametrize(
    "role", ["features", "pose", "transformer", "segmentation", "detector", "landmarks", "identity", "expression"]
)
def test_analysis_network_trains_and_exports(role: str, data: Path, tmp_path: Path) -> None:
    exported = train(_tiny(role), DataFolders(data), RunSettings(tmp_path, workers=1))
    assert exported.name == f"{role}.safetensors"
    load_network(tmp_path, role)
    events = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert events[-1]["kind"] == "validation"


@pytest.mark.parametrize("role", ["inpainting", "blending"])
def test_generator_trains_and_exports(role: str, data: Path, tmp_path: Path) -> None:
    train(_tiny(role), DataFolders(data), RunSettings(tmp_path, workers=1))
    load_network(tmp_path, role)


@pytest.mark.parametrize(("size", "channels"), [("no-landmarks", 7), ("no-flip", 102), ("neither", 4)])
def test_inpainting_of_the_ablation_trains(size: str, channels: int, data: Path, tmp_path: Path) -> None:
    recipe = replace(find_recipe(f"inpainting-{size}"), crop=32, batch=2, images=4)
    train(recipe, DataFolders(data), RunSettings(tmp_path, workers=1))
    in_conv = load_network(tmp_path, "inpainting").net.base.in_conv
    landmarks = 0 if in_conv.landmarks is None else in_conv.landmarks.weight.shape[1]
    assert in_conv.picture.in_channels + landmarks == channels


def test_killed_run_ends_at_the_same_bits(data: Path, tmp_path: Path) -> None:
    """G_r with stepwise batches, discriminator, both stages: 12 steps, or 5, a kill, and 7 more."""
    recipe = replace(_tiny("reenactment", 24), adversarial_from=0.25)
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    train(recipe, DataFolders(data), RunSettings(whole, workers=1))
    train(recipe, DataFolders(data), RunSettings(broken, workers=2, stop_after_images=10))
    train(recipe, DataFolders(data), RunSettings(broken, workers=1))
    a, b = (load_file(folder / "checkpoint.safetensors") for folder in (whole, broken))
    assert a.keys() == b.keys()
    assert all(torch.equal(a[key], b[key]) for key in a)


def test_the_finest_stage_has_twice_the_side_and_a_quarter_of_the_batch(data: Path, tmp_path: Path) -> None:
    recipe = replace(find_recipe("inpainting-compact"), crop=32, batch=4, images=16, base_share=0.25, fine_share=0.5)
    trainer = Trainer(recipe, build_task(recipe, DataFolders(data)), RunSettings(tmp_path, workers=1))
    seen = []
    draw = trainer._next_batch
    trainer._next_batch = lambda: seen.append(draw()) or seen[-1]
    steps = trainer.steps_left()
    while trainer.images < recipe.images:
        trainer.step()
    assert [tuple(batch["target"].shape[::3]) for batch in seen] == [(4, 16), (4, 32), *[(1, 64)] * 8]
    assert steps == len(seen) and trainer.images == 16


def test_training_lowers_the_loss(data: Path, tmp_path: Path) -> None:
    """T learns the painted heads: the error on heads it never saw falls."""
    recipe = replace(find_recipe("transformer-compact"), batch=32, images=32 * 150)
    train(replace(recipe, images=64), DataFolders(data), RunSettings(tmp_path / "short", workers=1))
    train(recipe, DataFolders(data), RunSettings(tmp_path / "long", workers=1))
    errors = [
        json.loads((tmp_path / run / "log.jsonl").read_text().splitlines()[-1])["error"] for run in ("short", "long")
    ]
    assert errors[1] < 0.8 * errors[0]


def test_missing_data_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(JobError, match="fsgan synthesize"):
        train(_tiny("pose"), DataFolders(tmp_path), RunSettings(tmp_path / "out"))


def test_damaged_checkpoint_is_refused_and_kept(data: Path, tmp_path: Path) -> None:
    (tmp_path / "checkpoint.safetensors").write_bytes(b"not a checkpoint")
    with pytest.raises(WeightsError, match="delete it to start again"):
        train(_tiny("transformer"), DataFolders(data), RunSettings(tmp_path))
    assert (tmp_path / "checkpoint.safetensors").read_bytes() == b"not a checkpoint"


def test_learning_rate_halves_every_fifth() -> None:
    recipe = find_recipe("reenactment-paper")
    assert learning_rate(recipe, 0.5) == pytest.approx(recipe.lr / 4)
    assert learning_rate(recipe, 0.0) < recipe.lr * 0.05


def test_unknown_recipe_lists_the_known_ones() -> None:
    with pytest.raises(JobError, match="reenactment-compact"):
        find_recipe("magic")
