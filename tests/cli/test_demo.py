"""The demo leaves a movie, a contact sheet and figures beside the layered EXRs, whatever the plates are."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fsgan_core.cli.demo import SAMPLES, demo_job, swap_and_show
from fsgan_core.cli.swap_pictures import COLUMNS, spread
from fsgan_core.evaluation import swap_measures as swap_measures
from fsgan_core.job.progress import LineProgress
from fsgan_core.job.settings import SwapSettings
from fsgan_core.media.read import open_plate
from fsgan_core.pipeline import engine as engine_module
from fsgan_core.pipeline import swap_shot as swap_shot_module
from fsgan_core.shot.plate import Plate


@pytest.fixture(autouse=True)
def painted_engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The demo opens the painted engine, too; what it imports first has been imported above."""
    if "swap_bench" in request.fixturenames:
        request.getfixturevalue("swap_bench")
        monkeypatch.setattr(engine_module, "open_engine", swap_shot_module.open_engine)


def plate_of(bench: Any, frames: int = 3) -> str:
    return bench.write_exr("plate", {n: bench.face(bench.picture(seed=n), 78 + n) for n in range(1, frames + 1)})


def test_movie_sheet_and_figures_lie_beside_the_result(swap_bench: Any, tmp_path: Path) -> None:
    said = io.StringIO()
    job = swap_bench.job(plate_of(swap_bench))
    swap_and_show(job, tmp_path / "show", LineProgress("plain", stream=said))
    with open_plate(Plate(str(tmp_path / "show.mp4"))) as movie:
        assert len(movie.frames) == 3
        assert movie.read(1).width > 2 * 160
    with open_plate(Plate(str(tmp_path / "show.png"))) as still:
        sheet = still.read(1)
    assert sheet.width > len(COLUMNS) * 256
    assert sheet.height > 3 * 256
    lines = said.getvalue().splitlines()
    assert f"wrote {tmp_path / 'show.mp4'}" in lines
    assert any(line.startswith("show: pose error ") and "over 3 frames" in line for line in lines)
    assert any(line.startswith("show: verdict: ") for line in lines)


def test_tiles_of_a_row_show_their_stage(swap_bench: Any, tmp_path: Path) -> None:
    job = swap_bench.job(plate_of(swap_bench, 1))
    swap_and_show(job, tmp_path / "show", LineProgress("plain", stream=io.StringIO()))
    with open_plate(Plate(str(tmp_path / "show.png"))) as still:
        sheet = still.read(1).rgb
    left = sheet.shape[1] - len(COLUMNS) * (256 + 6)
    top = sheet.shape[0] - 6 - 256
    centres = {
        name: sheet[top + 118 : top + 138, left + column * 262 + 118 : left + column * 262 + 138].mean((0, 1))
        for column, name in enumerate(COLUMNS)
    }
    np.testing.assert_allclose(centres["matte"], 1, atol=0.01)
    np.testing.assert_allclose(centres["face"], 1, atol=0.01)
    # The painted source has less green than the plate; the result is the blend, a darker reenactment.
    assert centres["source"][1] < centres["plate"][1] - 0.1
    np.testing.assert_allclose(centres["result"], centres["blend"], atol=2 / 255)
    assert centres["blend"].mean() < centres["reenact"].mean()


@pytest.mark.parametrize(
    ("numbers", "count", "expected"),
    [([1, 2, 3], 6, [1, 2, 3]), (list(range(1001, 1025)), 6, [1001, 1006, 1010, 1015, 1019, 1024]), ([5], 6, [5])],
)
def test_rows_are_spread_over_the_shot(numbers: list[int], count: int, expected: list[int]) -> None:
    assert spread(numbers, count) == expected


def test_demo_job_reads_the_bundled_plates_and_shares_their_analyses(tmp_path: Path) -> None:
    there = demo_job("a", "b", tmp_path, SwapSettings())
    back = demo_job("b", "a", tmp_path, SwapSettings())
    assert there.analysis_paths() == tuple(reversed(back.analysis_paths()))
    for job in (there, back):
        with open_plate(job.plate_to_analyze()) as reader:
            assert len(reader.frames) == 24


def test_sample_plates_carry_their_licence() -> None:
    assert "CC0" in (SAMPLES / "LICENSE_NOTE.txt").read_text(encoding="utf-8")
