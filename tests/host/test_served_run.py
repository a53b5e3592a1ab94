"""`fsgan serve` runs the jobs of one user's hosts, one after another, and nobody else's."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from fsgan_core.errors import EngineError
from fsgan_core.host.engine_run import EngineRun
from fsgan_core.host.find_engine import Engine
from fsgan_core.host.serve_address import ServeAddress, find_server, serve_files, serve_folder
from fsgan_core.host.served_run import start_served_run, stop_server
from fsgan_core.job.spec import SwapJob

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the toy engine is a POSIX script")


@pytest.fixture(autouse=True)
def server_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A server of this test's own, ended with it."""
    folder = tmp_path / "s"
    monkeypatch.setenv("FSGAN_SERVE_DIR", str(folder))
    yield str(folder)
    if folder.exists():
        folder.chmod(0o700)
        stop_server()
        wait_for_end(str(folder))


def wait_for_end(folder: str) -> None:
    _, lock = serve_files(folder)
    deadline = time.monotonic() + 20
    while lock.is_held() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not lock.is_held()


def finished(run: EngineRun) -> EngineRun:
    assert run.wait(60), run.state
    return run


def running_server(folder: str) -> ServeAddress:
    server = find_server(folder)
    assert server is not None
    return server


def test_second_job_goes_to_the_process_of_the_first(engine: Engine, job: SwapJob, server_folder: str) -> None:
    assert finished(start_served_run(job, engine)).outcome.is_ok
    pid = running_server(server_folder).pid
    started = time.monotonic()
    run = start_served_run(job, engine)
    while not run.poll():
        time.sleep(0.005)
    assert time.monotonic() - started < 1.0
    assert finished(run).outcome.is_ok
    assert running_server(server_folder).pid == pid


def test_failed_and_cancelled_jobs_leave_the_server_running(
    engine: Engine, job: SwapJob, server_folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FSGAN_TOY", "slow")
    run = start_served_run(replace(job, settings=replace(job.settings, frames="1-500")), engine)
    while run.state.done < 2 and run.is_running:
        run.poll()
        time.sleep(0.02)
    pid = running_server(server_folder).pid
    run.cancel()
    assert finished(run).outcome.is_cancelled
    Path(run.folder.job).write_text("{")
    broken = start_served_run(replace(job, out=str(Path(job.out).with_name("other.%04d.exr"))), engine)
    assert finished(broken).outcome.is_ok
    assert running_server(server_folder).pid == pid


def test_jobs_wait_for_each_other_and_one_output_is_not_rendered_twice(
    engine: Engine, job: SwapJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FSGAN_TOY", "slow")
    other = replace(job, out=str(Path(job.out).with_name("other.%04d.exr")))
    first = start_served_run(replace(job, settings=replace(job.settings, frames="1-20")), engine)
    while not first.poll():
        time.sleep(0.02)
    second, third = start_served_run(other, engine), start_served_run(other, engine)
    assert finished(third).outcome.exit_code == 6
    assert "is being rendered already" in third.outcome.message
    assert finished(first).outcome.is_ok
    assert finished(second).outcome.is_ok


def test_server_that_dies_is_told(engine: Engine, job: SwapJob, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FSGAN_TOY", "die")
    run = finished(start_served_run(job, engine))
    assert "ended before its work was done" in run.outcome.message


def test_wrong_token_is_refused(engine: Engine, job: SwapJob, server_folder: str) -> None:
    finished(start_served_run(job, engine))
    server = running_server(server_folder)
    server.ask("ping")
    with pytest.raises(EngineError, match="the token is wrong"):
        replace(server, token="0" * 64).ask("stop")
    with pytest.raises(EngineError, match="run_folder that exists"):
        server.ask("run", run_folder="/nowhere")


def test_socket_token_and_folder_belong_to_the_user_alone(engine: Engine, job: SwapJob, server_folder: str) -> None:
    finished(start_served_run(job, engine))
    for name in ("", "serve.json", "serve.sock"):
        assert stat.S_IMODE(os.stat(os.path.join(server_folder, name)).st_mode) & 0o077 == 0, name


def test_folder_that_others_may_enter_is_refused(server_folder: str) -> None:
    os.makedirs(server_folder)
    os.chmod(server_folder, 0o777)
    with pytest.raises(EngineError, match="open to other users"):
        serve_folder()


def test_server_with_another_ocio_is_not_used(
    engine: Engine, job: SwapJob, server_folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    finished(start_served_run(job, engine))
    monkeypatch.setenv("OCIO", "/studio/config.ocio")
    assert finished(start_served_run(job, engine)).outcome.is_ok
    wait_for_end(server_folder)
    assert find_server(server_folder) is None
