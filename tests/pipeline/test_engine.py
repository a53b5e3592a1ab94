"""What torch says about a failing device becomes a sentence with a frame."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import torch

from fsgan_core.errors import EngineError, WeightsError
from fsgan_core.pipeline import engine as engine_module
from fsgan_core.pipeline.engine import MOST_WORKERS, device_errors, frame_workers, keep_packs, open_engine


@pytest.mark.parametrize("error", [torch.OutOfMemoryError("CUDA out of memory."), MemoryError()])
def test_running_out_of_memory_names_the_frame_and_what_to_do(error: Exception) -> None:
    with pytest.raises(EngineError, match=r"out of memory.*device cpu") as raised, device_errors(1007):
        raise error
    assert raised.value.frame == 1007
    assert raised.value.exit_code == 6


def test_other_errors_pass_through() -> None:
    with pytest.raises(KeyError), device_errors(1):
        raise KeyError("something else")


def test_unknown_weights_are_refused() -> None:
    with pytest.raises(WeightsError, match="no_such_pack"):
        open_engine("no_such_pack", "cpu")


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_a_gpu_that_is_not_there_is_refused() -> None:
    with pytest.raises(EngineError, match="no CUDA GPU"):
        open_engine("compact", "cuda")


def test_frames_are_worked_on_side_by_side_with_one_thread_each() -> None:
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(3)
        with frame_workers("cpu") as workers, ThreadPoolExecutor(workers) as pool:
            assert workers == 3
            assert set(pool.map(lambda _: torch.get_num_threads(), range(6))) == {1}
        assert torch.get_num_threads() == 3
        torch.set_num_threads(64)
        with frame_workers("cpu") as workers:
            assert workers == MOST_WORKERS
        with frame_workers("cuda") as workers:
            assert workers == 1
    finally:
        torch.set_num_threads(before)


def test_kept_pack_is_read_once_and_a_changed_one_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    def load(name: str, device: str) -> object:
        read.append(f"{name} {device}")
        return object()

    monkeypatch.setattr(engine_module, "load_pack", load)
    monkeypatch.setattr(engine_module, "_kept", None)
    for name in ("p", "q"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "manifest.json").write_text("{}")
    pack = str(tmp_path / "p")
    assert open_engine(pack, "cpu") is not open_engine(pack, "cpu")
    keep_packs(most=1)
    first = open_engine(pack, "cpu")
    keep_packs()
    assert open_engine(pack, "cpu") is first
    (tmp_path / "p" / "manifest.json").write_text('{"changed": 1}')
    assert open_engine(pack, "cpu") is not first
    open_engine(str(tmp_path / "q"), "cpu")
    open_engine(pack, "cpu")
    assert len(read) == 2 + 4  # the second pack drove the first one out
