"""The real thing on the bundled plates: a child pack that swaps, the same one after a kill."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from fsgan_core.weights.load import load_pack

pytestmark = pytest.mark.slow
SETTINGS = ("--iterations", "6", "--batch", "1", "--check-every", "2", "--held-out-frames", "2", "--patience", "0")


def command(out: Path, plates: Path) -> list[str]:
    source = str(plates / "a" / "plate.%04d.exr")
    start = [sys.executable, "-m", "fsgan_core.cli.main", "finetune", "--source", source, "--out", str(out)]
    return [*start, "--source-frames", "1001-1008", "--device", "cpu", "--log", "json", *SETTINGS]


def events(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


def finish(out: Path, plates: Path) -> list[dict[str, object]]:
    done = subprocess.run(command(out, plates), capture_output=True, text=True, timeout=1200)
    assert done.returncode == 0, done.stdout + done.stderr
    return events(done.stdout)


def wait_for_step(process: subprocess.Popen[str], step: int) -> None:
    assert process.stdout is not None
    deadline = time.monotonic() + 600
    while time.monotonic() < deadline:
        line = process.stdout.readline()
        if line.startswith("{"):
            event = json.loads(line)
            if str(event.get("step", "")).startswith("finetune") and event.get("frame") == step:
                return
    raise AssertionError(f"step {step} did not come")


def test_killed_and_resumed_gives_the_hash_of_an_undisturbed_run(sample_plates: Path, tmp_path: Path) -> None:
    whole = finish(tmp_path / "one" / "child", sample_plates)
    assert any("held-out" in str(event.get("message")) or "parent" in str(event.get("message")) for event in whole)
    broken = tmp_path / "two" / "child"
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    for step in (3, 5):
        line = command(broken, sample_plates)
        with subprocess.Popen(line, stdout=subprocess.PIPE, text=True, env=environment) as run:
            wait_for_step(run, step)
            run.send_signal(signal.SIGKILL)
    finish(broken, sample_plates)
    packs = [load_pack(str(tmp_path / name / "child")) for name in ("one", "two")]
    assert packs[0].sha256 == packs[1].sha256
    assert packs[0].manifest.clips[0]["frames"] == "1001-1008"
    previews = sorted((tmp_path / "one" / "child" / "run" / "reenactment").glob("preview_*.png"))
    assert previews
