"""Two processes on the CPU (gloo) train one network: each its own samples, the same weights, one log."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from fsgan_core.errors import JobError
from fsgan_core.training.processes import ALONE, Processes, joined_processes
from fsgan_core.weights.load import load_network

SCRIPT = """
import sys
from dataclasses import replace
from pathlib import Path
import torch
from safetensors.torch import save_file
from fsgan_core.training.loop import RunSettings, Trainer
from fsgan_core.training.processes import joined_processes
from fsgan_core.training.recipes import find_recipe
from fsgan_core.training.tasks import DataFolders, build_task

data, out = Path(sys.argv[1]), Path(sys.argv[2])
recipe = replace(find_recipe("inpainting-compact"), crop=64, batch=2, images=8, base_share=0.5, adversarial_from=0.25)
torch.set_num_threads(1)
with joined_processes("cpu") as processes:
    trainer = Trainer(recipe, build_task(recipe, DataFolders(data)), RunSettings(out, workers=1), processes)
    seen = []
    draw = trainer._next_batch
    trainer._next_batch = lambda: seen.append(draw()) or seen[-1]
    for _ in range(4):
        trainer.step()
    state = {key: value for key, value in trainer.net.named_parameters()}
    state |= {f"discriminator.{key}": value for key, value in trainer.networks["discriminator"].named_parameters()}
    state["seen"] = torch.cat([batch["target"].flatten(1)[:, :64] for batch in seen])
    save_file({key: value.detach().contiguous() for key, value in state.items()}, str(out / f"{processes.rank}.st"))
"""


def torchrun(*arguments: str) -> subprocess.CompletedProcess[str]:
    launcher = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    environ = {**os.environ, "OMP_NUM_THREADS": "1"}
    return subprocess.run([*launcher, *arguments], capture_output=True, text=True, timeout=300, env=environ)


def test_two_processes_keep_the_same_weights_from_different_samples(data: Path, tmp_path: Path) -> None:
    """A generator through both stages with its discriminator: what has no gradient in the first is no obstacle."""
    script = tmp_path / "two.py"
    script.write_text(SCRIPT)
    done = torchrun(str(script), str(data), str(tmp_path))
    assert done.returncode == 0, done.stderr[-3000:]
    first, second = (load_file(tmp_path / f"{rank}.st") for rank in (0, 1))
    samples = first.pop("seen"), second.pop("seen")
    assert samples[0].shape[0] == 4 and not torch.equal(*samples)
    assert all(torch.equal(first[key], second[key]) for key in first)


def test_fsgan_train_runs_under_torchrun_and_one_process_writes(data: Path, tmp_path: Path) -> None:
    options = ["--data", str(data), "--out", str(tmp_path), "--images", "2048", "--device", "cpu"]
    done = torchrun("-m", "fsgan_core.cli.main", "train", "transformer-compact", *options)
    assert done.returncode == 0, done.stdout + done.stderr[-3000:]
    load_network(tmp_path, "transformer")
    events = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert [event["images"] for event in events if event["kind"] == "validation"] == [2048]
    assert done.stdout.count("100% train") == 1


def test_a_process_without_others_is_alone() -> None:
    with joined_processes("cpu") as processes:
        assert processes == ALONE and list(processes.share(6)) == [0, 1, 2, 3, 4, 5]


def test_shares_cover_the_batch_once() -> None:
    assert sorted(k for rank in range(3) for k in Processes(rank, 3).share(6)) == [0, 1, 2, 3, 4, 5]
    with pytest.raises(JobError, match="cannot be shared by 4"):
        Processes(0, 4).share(6)
