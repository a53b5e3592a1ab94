"""The doctor checks everything even where something is broken, and leaves with the code of the first failure."""

from __future__ import annotations

import io
import json
import shutil
from collections import namedtuple
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from fsgan_core.cli import doctor
from fsgan_core.errors import EngineError, FsganError, JobError, OutputError, PlateError, WeightsError

DiskUsage = namedtuple("DiskUsage", "total used free")


def failing(problem: Exception) -> doctor.Check:
    def check() -> str:
        raise problem

    return check


def run(checks: dict[str, doctor.Check]) -> tuple[int, list[str]]:
    stream = io.StringIO()
    exit_code = doctor.run_checks(checks, Console(file=stream, width=60))
    return exit_code, stream.getvalue().splitlines()


def test_every_check_runs_and_the_first_failure_counts() -> None:
    exit_code, lines = run(
        {
            "one": lambda: "fine [really]",
            "two": failing(OutputError("The disk\nis full.", path="/a")),
            "three": failing(PlateError("x")),
            "four": lambda: "fine",
        }
    )
    assert exit_code == OutputError.exit_code
    assert [line[:4] for line in lines] == ["ok  ", "FAIL", "FAIL", "ok  "]
    assert "fine [really]" in lines[0]
    assert "/a: The disk is full." in lines[1]


@pytest.mark.parametrize("problem", [RuntimeError("broken driver"), ImportError("libGL.so.1"), OSError(5, "I/O")])
def test_foreign_error_of_a_check_is_a_line_too(problem: Exception) -> None:
    exit_code, lines = run({"one": failing(problem)})
    assert exit_code == 1
    assert len(lines) == 1


def test_all_well_is_zero() -> None:
    assert run({"python": doctor.check_python, "libraries": doctor.check_libraries})[0] == 0


def test_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "LIBRARIES", ("numpy", "no-such-library"))
    with pytest.raises(EngineError, match="no-such-library is not installed"):
        doctor.check_libraries()


def test_damaged_weights_are_found(tmp_path: Path) -> None:
    (tmp_path / "pose.safetensors").write_bytes(b"not these")
    manifest = {
        "schema": "fsgan-weights/1",
        "name": "broken",
        "size": "compact",
        "licence": "Apache-2.0",
        "sha256": {"pose.safetensors": "0" * 64},
    }
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(WeightsError, match="damaged"):
        doctor.check_weights(str(tmp_path))


def test_wrong_ocio_variable_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OCIO", "/none/config.ocio")
    with pytest.raises(JobError, match="does not exist"):
        doctor.check_colour()


def test_colour_names_the_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OCIO", raising=False)
    assert "(built in)" in doctor.check_colour()


def test_full_disk_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: DiskUsage(1, 1, 1e8))
    with pytest.raises(OutputError, match=r"only 0\.1 GB are free"):
        doctor.check_disk()


def test_gpu_that_is_not_there_is_found() -> None:
    import torch

    if torch.cuda.is_available():
        pytest.skip("this machine has a GPU")
    with pytest.raises(FsganError, match="no CUDA GPU"):
        doctor.check_device("cuda")


def test_one_frame_is_swapped_for_real(swap_bench: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from fsgan_core.cli import demo

    job = swap_bench.job(swap_bench.write_exr("plate", {1: swap_bench.face(swap_bench.picture())}))
    monkeypatch.setattr(demo, "demo_job", lambda *_: job)
    assert "one frame of the bundled plates" in doctor.check_swap("compact", "cpu")
    assert Path(job.out % 1).is_file()


def test_plate_that_passes_unswapped_is_a_failure(swap_bench: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from fsgan_core.pipeline import swap_shot

    monkeypatch.setattr(swap_shot, "swap_shot", lambda job, progress: {"no_face": 1})
    with pytest.raises(EngineError, match="was not swapped"):
        doctor.check_swap("compact", "cpu")
