"""From data to a pack and its figures: the very commands of docs/training.md, with the tiny recipes."""

from __future__ import annotations

import re
import shlex
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from typer.testing import CliRunner

pytest.importorskip("numba", reason="drawing needs numba (extra: train)")

from fsgan_core.cli.main import app
from fsgan_core.training.synthesis.prepared_clip import EXPRESSION_COUNT, read_clip, write_clip
from fsgan_core.weights.architectures import ROLES
from fsgan_core.weights.load import load_pack

LESS = {
    "synthesize": ["--views", "8", "--heads", "20", "--occluders", "4", "--drawn-people", "2"],
    "train": ["--device", "cpu", "--workers", "1", "--threads", "1"],
    "evaluate-weights": ["--people", "1", "--views", "1", "--pictures", "1", "--pairs", "1"],
}


def documented_commands(repository: Path) -> list[list[str]]:
    """The words of each command of the first block of docs/training.md."""
    text = (repository / "docs" / "training.md").read_text(encoding="utf-8")
    block = re.search(r"```\n(fsgan synthesize.*?)```", text, re.DOTALL)
    assert block is not None
    parts = [part for line in block[1].splitlines() for part in line.split(" && ")]
    return [shlex.split(part, comments=True) for part in parts]


def give_all_expressions(prepared: Path) -> None:
    """The tiny head has 6 expressions where ICT-FaceKit has 53; the others are 0 in its clips."""
    for path in prepared.glob("*/*.npz"):
        clip = read_clip(path)
        wide = np.zeros((len(clip), EXPRESSION_COUNT), np.float32)
        wide[:, : clip.expression.shape[1]] = clip.expression
        write_clip(path, replace(clip, expression=wide))


def test_the_documented_commands_make_a_pack(
    tmp_path: Path, tiny_data: Path, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    threads = torch.get_num_threads()
    commands = documented_commands(repository)
    assert sum(words[:2] == ["fsgan", "train"] for words in commands) == len(ROLES)
    for words in commands:
        words = [str(tiny_data) if word == "DATA" else word.replace("-compact", "-tiny") for word in words]
        if words[0] == "mkdir":
            Path(words[-1]).mkdir(parents=True)
        elif words[0] == "cp":
            for name in words[1:-1]:
                shutil.copy(name, words[-1])
        else:
            done = CliRunner().invoke(app, [*words[1:], *LESS.get(words[1], [])])
            assert done.exit_code == 0, f"{words}: {done.output}"
        if words[1] == "synthesize":
            give_all_expressions(Path("PREPARED"))
    torch.set_num_threads(threads)
    pack = load_pack(str(tmp_path / "PACK"))
    assert pack.manifest.size == "compact"
    assert "most like its subject" in (tmp_path / "PACK" / "figures.md").read_text()
    assert "validation pictures" in (tmp_path / "runs" / "reenactment" / "report.html").read_text()
