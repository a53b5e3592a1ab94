"""The log, TensorBoard's file and the report of a run."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import cv2
import numpy as np
import pytest

from fsgan_core.training.loop import RunSettings, train
from fsgan_core.training.recipes import find_recipe
from fsgan_core.training.run_log import RunLog
from fsgan_core.training.run_report import MOST_SHEETS, report_html
from fsgan_core.training.tasks import DataFolders

RECIPE = find_recipe("pose-compact")


class Pictures(HTMLParser):
    """Collects what a page loads."""

    def __init__(self) -> None:
        super().__init__()
        self.sources: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.sources += [value or "" for name, value in attrs if name in ("src", "href", "srcset")]


def test_report_needs_nothing_but_itself(tmp_path: Path) -> None:
    events = [{"images": k * 100, "kind": "training", "loss": 1 / (k + 1)} for k in range(5)]
    events.append({"images": 500, "kind": "validation", "loss": 0.3, "error_deg": float("nan")})
    page = report_html(RECIPE, events, {500: b"jpeg bytes"})
    parser = Pictures()
    parser.feed(page)
    assert parser.sources == ["data:image/jpeg;base64," + base64.b64encode(b"jpeg bytes").decode()]
    curve = re.search(r"stroke='#8aa4c8' stroke-width=1.6 points='([^']*)'", page)
    assert curve is not None and len(curve[1].split()) == 5
    heights = [float(point.split(",")[1]) for point in curve[1].split()]
    assert heights == sorted(heights)  # a falling loss is drawn falling: y grows downwards
    assert "pose" in page and "latest validation: error_deg" in page


def test_report_shows_the_newest_pictures_first_and_not_too_many() -> None:
    page = report_html(RECIPE, [], dict.fromkeys(range(100), b"x"))
    shown = [int(number) for number in re.findall(r"<h3>(\d+) pictures", page)]
    assert len(shown) == MOST_SHEETS and shown[0] == 99 and shown[-1] == 0 and shown == sorted(shown, reverse=True)


@pytest.mark.parametrize(
    ("role", "columns"),
    [("reenactment", 4), ("inpainting", 3), ("blending", 4), ("segmentation", 3), ("landmarks", 0), ("pose", 0),
     ("detector", 0), ("transformer", 0)],
)  # fmt: skip
def test_runs_end_with_a_report_and_pictures(role: str, columns: int, data: Path, tmp_path: Path) -> None:
    recipe = find_recipe(f"{role}-compact")
    recipe = replace(recipe, crop=64 if recipe.crop else 0, batch=2, images=2)
    train(recipe, DataFolders(data), RunSettings(tmp_path, workers=1))
    sheet = cv2.imread(str(next((tmp_path / "pictures").glob("*.jpg"))))
    assert sheet is not None and np.ptp(sheet) > 50
    if columns:
        assert sheet.shape == (2 * 64, columns * 64, 3)  # a row a sample of the batch
    assert "data:image/jpeg" in (tmp_path / "report.html").read_text()


def test_tensorboard_gets_the_figures(tmp_path: Path) -> None:
    accumulator = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    log = RunLog(tmp_path, RECIPE, True)
    log.write(64, {"kind": "training", "size": 128, "loss": 0.5})
    log.write(64, {"kind": "validation", "size": 128, "error_deg": 4.0})
    log.show(64, np.zeros((8, 8, 3), np.uint8))
    log.close()
    board = accumulator.EventAccumulator(str(tmp_path / "tensorboard"))
    board.Reload()
    assert [(e.step, e.value) for e in board.Scalars("training/loss")] == [(64, 0.5)]
    assert board.Scalars("validation/error_deg")[0].value == 4.0 and board.Images("validation")


def test_a_process_that_does_not_write_leaves_nothing(tmp_path: Path) -> None:
    log = RunLog(tmp_path / "out", RECIPE, False)
    log.write(64, {"kind": "training", "loss": 0.5})
    log.show(64, None)
    assert not (tmp_path / "out").exists()


def test_the_log_is_one_json_line_an_event(tmp_path: Path) -> None:
    log = RunLog(tmp_path, RECIPE, True)
    log.write(64, {"kind": "training", "loss": 0.123456789})
    log.write(96, {"kind": "training", "loss": 0.2})
    events = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert events == [
        {"images": 64, "kind": "training", "loss": 0.12346},
        {"images": 96, "kind": "training", "loss": 0.2},
    ]
