"""A full GPU: one view at a time, then the CPU where the job allows it, and always told."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from fsgan_core.errors import EngineError
from fsgan_core.media.exr_header import read_exr_headers
from fsgan_core.networks.inference import infer, one_sample_at_a_time
from fsgan_core.pipeline import swap_shot as swap_shot_module


class SmallMemory(nn.Module):
    """A network that only has memory for some samples at a time."""

    def __init__(self, inner: nn.Module, most: int) -> None:
        super().__init__()
        self.inner = inner
        self.most = most

    def forward(self, *inputs: Tensor) -> Any:
        if inputs[0].shape[0] > self.most:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return self.inner(*inputs)


@pytest.fixture
def gpu_bench(swap_bench: Any, painted_swaps: Any, painted_faces: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs a swap on a pack that calls itself a GPU and has memory for so many views; gives the attributes."""

    def run(most: int, device: str) -> tuple[dict[str, int], dict[str, Any], list[str]]:
        cpu = painted_swaps.painted_pack(painted_faces)
        gpu = SimpleNamespace(**{**vars(cpu), "device": "cuda", "reenactment": SmallMemory(cpu.reenactment, most)})
        monkeypatch.setattr(
            swap_shot_module, "open_engine", lambda weights, device, analyze=None: cpu if device == "cpu" else gpu
        )
        picture = swap_bench.face(swap_bench.picture(), 80, 60, 60, yaw_deg=3.0)
        job = swap_bench.job(swap_bench.write_exr("plate", {1: picture, 2: picture}))
        progress = painted_swaps.RecordingProgress()
        statuses = swap_bench.run(replace(job, settings=replace(job.settings, device=device)), progress)
        header = read_exr_headers(job.out % 2)[0]
        told = {name: header.value_of(name) for name in ("fsgan/device", "fsgan/device_note")}
        return statuses, told, [str(event.message) for event in progress.events if event.event == "warning"]

    return run


def test_with_enough_memory_nothing_is_told(gpu_bench: Any) -> None:
    statuses, told, warnings = gpu_bench(3, "auto")
    assert statuses == {"swapped": 2}
    assert told == {"fsgan/device": "cuda", "fsgan/device_note": None}
    assert warnings == []


@pytest.mark.parametrize("device", ["auto", "cuda"])
def test_views_one_after_another_need_less(gpu_bench: Any, device: str) -> None:
    statuses, told, warnings = gpu_bench(1, device)
    assert statuses == {"swapped": 2}
    assert told["fsgan/device"] == "cuda"
    assert "one view at a time" in told["fsgan/device_note"]
    assert warnings == [f"frame 1: out of memory: one view at a time; device {device} was asked for"]


def test_the_cpu_takes_over_where_the_job_leaves_the_device_open(gpu_bench: Any) -> None:
    statuses, told, warnings = gpu_bench(0, "auto")
    assert statuses == {"swapped": 2}
    assert told["fsgan/device"] == "cpu"
    assert told["fsgan/device_note"] == "out of GPU memory: made on the CPU; auto was asked for"
    assert len(warnings) == 2


def test_the_cpu_is_not_taken_where_the_job_insists_on_a_gpu(gpu_bench: Any) -> None:
    with pytest.raises(EngineError, match="set device to auto") as caught:
        gpu_bench(0, "cuda")
    assert caught.value.exit_code == 6
    assert caught.value.frame == 1


def test_a_batch_of_one_by_one_is_the_batch() -> None:
    linear = nn.Linear(4, 3)
    batch = torch.randn(5, 4)
    with one_sample_at_a_time():
        single = infer(SmallMemory(linear, 1), batch)
        pair = infer(lambda x: (x * 2, [x + 1]), batch)
    torch.testing.assert_close(single, infer(linear, batch))
    torch.testing.assert_close(pair[0], batch * 2)
    torch.testing.assert_close(pair[1][0], batch + 1)
    with pytest.raises(torch.OutOfMemoryError):
        infer(SmallMemory(linear, 1), batch)


@pytest.mark.gpu
def test_a_really_full_gpu_is_survived(sample_plates: Any, tmp_path: Any) -> None:
    from fsgan_core.cli.demo import demo_job
    from fsgan_core.job.settings import SwapSettings

    total = torch.cuda.get_device_properties(0).total_memory
    torch.cuda.set_per_process_memory_fraction(40e6 / total)
    try:
        settings = SwapSettings(device="auto", frames="1001", source_frames="1001-1003")
        assert sum(swap_shot_module.swap_shot(demo_job("a", "b", tmp_path, settings)).values()) == 1
    finally:
        torch.cuda.set_per_process_memory_fraction(1.0)
