"""Every host passes this: the same form makes the same job, and what goes wrong is told in the same words."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from compliance import FORM, HOSTS, Bench, HostDriver, find_drivers

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the toy engine is a POSIX script")

DRIVERS = find_drivers()
GOLDEN = HOSTS / "swap_form.golden.json"


@pytest.fixture(params=sorted(DRIVERS))
def host(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    repository: Path,
    toy_engine: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[HostDriver]:
    engine = toy_engine.make_toy_engine(tmp_path / "the engine")
    monkeypatch.setenv("FSGAN_ENGINE", engine)
    monkeypatch.setenv("FSGAN_TOY", "")
    folder = tmp_path / "my shot"
    folder.mkdir()
    driver = DRIVERS[request.param](Bench(folder, repository, engine, monkeypatch))
    yield driver
    driver.close()


def frames(host: HostDriver) -> list[str]:
    return sorted(path.name for path in Path(host.bench.out).parent.glob("*.exr"))


def as_golden(job: dict[str, Any], folder: Path) -> dict[str, Any]:
    """The job without what differs from machine to machine and from host to host."""
    text = json.dumps({**job, "host": "HOST"}, ensure_ascii=False)
    return dict(json.loads(text.replace(str(folder), "/my shot")))


def test_adapters_are_all_here() -> None:
    assert {"core", "nuke", "fusion", "blender"} <= set(DRIVERS)


def test_same_form_makes_the_same_job(host: HostDriver) -> None:
    host.fill(FORM)
    job = host.job()
    assert job["host"]
    assert as_golden(job, host.bench.folder) == json.loads(GOLDEN.read_text(encoding="utf-8"))


def test_untouched_form_makes_the_job_of_the_defaults(host: HostDriver) -> None:
    from fsgan_core.job.job_file import job_text
    from fsgan_core.job.spec import Pictures, SwapJob

    bench = host.bench
    wanted = json.loads(job_text(SwapJob(Pictures(bench.plate), Pictures(bench.source), bench.out, host="HOST")))
    assert {**host.job(), "host": "HOST"} == wanted


def test_render_ends_with_frames_and_a_sentence(host: HostDriver) -> None:
    host.fill({"frames": "1001-1003"})
    assert "3 frames (3 swapped)" in host.render()
    assert frames(host) == ["swap.1001.exr", "swap.1002.exr", "swap.1003.exr"]


def test_error_names_file_frame_and_what_to_do(host: HostDriver) -> None:
    host.bench.monkeypatch.setenv("FSGAN_TOY", "fail")
    host.fill({"frames": "1001-1003"})
    assert f"{host.bench.plate}, frame 1001: the plate is offline. Mount its disk" in host.render()


def test_cancel_keeps_complete_frames_and_says_so(host: HostDriver) -> None:
    host.bench.monkeypatch.setenv("FSGAN_TOY", "slow")
    host.fill({"frames": "1-500"})
    host.start()
    assert "Cancelled" in host.cancel()
    assert 1 <= len(frames(host)) < 500
    assert not list(Path(host.bench.out).parent.glob("*.part"))


def test_missing_engine_says_how_to_install_it(host: HostDriver, tmp_path: Path) -> None:
    host.use_engine(str(tmp_path / "nowhere" / "fsgan"))
    said = host.render()
    assert "nowhere" in said
    assert "bootstrap.py install" in said
    assert frames(host) == []


def test_old_engine_is_refused_with_both_versions(host: HostDriver, tmp_path: Path, toy_engine: ModuleType) -> None:
    host.use_engine(toy_engine.make_toy_engine(tmp_path / "old", "0.1.9"))
    said = host.render()
    assert "0.1.9" in said
    assert "0.2" in said
    assert frames(host) == []


def test_killed_engine_is_told_and_nothing_is_lost(host: HostDriver) -> None:
    host.bench.monkeypatch.setenv("FSGAN_TOY", "die")
    host.fill({"frames": "1001-1003"})
    assert "Frames written so far are complete" in host.render()
    assert frames(host) == ["swap.1001.exr"]


def test_second_render_to_one_output_is_refused(host: HostDriver, tmp_path: Path) -> None:
    """Another program writes there already."""
    from fsgan_core.host.run_folder import new_run_folder

    Path(host.bench.out).parent.mkdir(parents=True)
    other = new_run_folder(host.bench.out)
    lock = other.lock
    lock.acquire(other.holder(served=False))
    try:
        assert "being rendered by" in host.render()
        assert frames(host) == []
    finally:
        lock.release()


def test_output_that_cannot_be_written_is_told(host: HostDriver) -> None:
    Path(host.bench.out).parent.write_text("a file where the folder should be")
    assert "cannot be written to" in host.render()
