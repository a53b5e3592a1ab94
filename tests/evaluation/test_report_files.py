"""The report: strict JSON, a spreadsheet, and one page that needs nothing else."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from fsgan_core.evaluation.bad_frames import bad_frames
from fsgan_core.evaluation.evaluate_shot import JudgedFrame, ShotMeasures
from fsgan_core.evaluation.face_judge import FrameMeasures
from fsgan_core.evaluation.html_report import curve
from fsgan_core.evaluation.report_files import Album, worst_frames, write_report

NAN = float("nan")


def measured(count: int = 12) -> ShotMeasures:
    frames = [FrameMeasures(1000 + k, 0.8, 0.1, 1 + 0.01 * k, 2.0, 0.5, 0.02, 1.0, 0.3, 4.0, 4.0) for k in range(count)]
    frames[0] = replace(frames[0], flicker=NAN, plate_flicker=NAN)
    frames[5] = replace(frames[5], pose_error_deg=25.0)
    return ShotMeasures(tuple(frames), (1040,), bad_frames(frames, (1040,)), 0.1, NAN)


def album(shot: ShotMeasures) -> Album:
    pictures = Album()
    rng = np.random.default_rng(0)
    for frame in shot.frames:
        crops = [rng.uniform(-1, 1, (64, 64, 3)).astype(np.float32) for _ in range(2)]
        pictures.see(JudgedFrame(frame.frame, crops[0], crops[1], np.ones((64, 64)), frame))
    return pictures


class Links(HTMLParser):
    """Collects everything that a browser would load."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.images = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.images += tag == "img"
        self.found += [str(value) for name, value in attrs if name in ("src", "href")]


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("report") / "shot.json"
    about = {"result": "<swap> & co.%04d.exr", "plate": "plate.%04d.exr"}
    assert len(write_report(out, measured(), about, album(measured()))) == 4
    return out


def test_json_is_strict_and_complete(report: Path) -> None:
    def refuse(word: str) -> None:
        raise AssertionError(word)

    content = json.loads(report.read_text(), parse_constant=refuse)
    assert content["fsgan_report"] == 1
    assert content["bad_frames"] == {"no result": [1040], "pose error": [1005]}
    assert content["frames"][0]["flicker"] is None
    assert content["frames"][5]["pose_error_deg"] == 25.0
    assert content["mean"]["identity"] == pytest.approx(0.8)
    assert content["frechet_face_features"] is None


def test_csv_has_a_line_a_frame_with_its_fault(report: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(report.with_suffix(".csv").read_text())))
    assert len(rows) == 12
    assert rows[5]["fault"] == "pose error" and rows[4]["fault"] == ""
    assert rows[0]["flicker"] == ""


def test_page_carries_everything_inside_itself(report: Path) -> None:
    text = report.with_suffix(".html").read_text()
    links = Links()
    links.feed(text)
    assert links.found
    assert all(link.startswith("data:") for link in links.found)
    assert links.images == 6
    assert not re.search(r"https?://", text)
    assert "1005: pose error" in text
    assert "&lt;swap&gt; &amp; co" in text


def test_worst_frame_comes_first() -> None:
    assert worst_frames(measured(), 3)[0] == 1005


def test_curve_breaks_at_what_is_not_known() -> None:
    drawn = curve([1, 2, 3, 4, 5], [1.0, 2.0, NAN, 2.0, 1.0], limit=1.5)
    assert drawn.count("<polyline") == 2
    assert drawn.count("<circle") == 4
    assert drawn.count('fill="var(--bad)"') == 2
    assert curve([1], [NAN]) == "<p>not known</p>"
    assert curve([7], [1.0]).count("<circle") == 1
