"""The output's drive goes away in the middle of a job: waited for, and never made anew as a local folder."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Any

import pytest

from fsgan_core.errors import OutputError
from fsgan_core.job.progress import Progress, ProgressEvent


class UnmountingProgress(Progress):
    """Takes the output folder away after the first frame, and brings it back some time later, or never."""

    def __init__(self, folder: Path, back_after_s: float | None) -> None:
        super().__init__()
        self.folder, self.aside, self.back_after_s = folder, folder.with_name("unmounted"), back_after_s

    def show(self, event: ProgressEvent) -> None:
        if event.event == "frame" and str(event.step).startswith("swap") and event.done == 1:
            os.rename(self.folder, self.aside)
            if self.back_after_s is not None:
                threading.Timer(self.back_after_s, lambda: os.rename(self.aside, self.folder)).start()


def job_of_twelve(bench: Any) -> Any:
    picture = bench.face(bench.picture())
    return bench.job(bench.write_exr("plate", dict.fromkeys(range(1, 13), picture)), "net/out.%04d.exr")


def test_a_folder_that_comes_back_gets_all_its_frames(swap_bench: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FSGAN_RETRY_SECONDS", "30")
    folder = swap_bench.folder / "net"
    assert swap_bench.run(job_of_twelve(swap_bench), UnmountingProgress(folder, 0.5)) == {"swapped": 12}
    assert len(list(folder.glob("out.*.exr"))) == 12


def test_a_folder_that_stays_away_fails_and_is_not_made_anew(swap_bench: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FSGAN_RETRY_SECONDS", "0.3")
    folder = swap_bench.folder / "net"
    with pytest.raises(OutputError, match="is gone") as caught:
        swap_bench.run(job_of_twelve(swap_bench), UnmountingProgress(folder, None))
    assert caught.value.exit_code == 7
    assert not folder.exists()
    assert list((swap_bench.folder / "unmounted").glob("out.*.exr"))
