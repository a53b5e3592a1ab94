"""The report of `fsgan evaluate` on the timeline."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fsgan_core.errors import StageMissingError
from fsgan_viewer.models.evaluation_report import read_report

REPORT = {
    "fsgan_report": 1,
    "verdict": "mostly good: 2 of 3 frames without fault",
    "bad_frames": {"flicker": [1002], "no result": [1004]},
    "frames": [
        {"frame": 1001, "identity": 0.61, "flicker": None, "plate_flicker": None},
        {"frame": 1002, "identity": 0.58, "flicker": 4.5, "plate_flicker": 1.5},
        {"frame": 1003, "identity": 0.6, "flicker": 2.0, "plate_flicker": 1.4},
    ],
}


def write(path: Path, content: object) -> str:
    path.write_text(json.dumps(content), encoding="utf-8")
    return str(path)


def test_identity_and_flicker_become_curves_and_unknown_values_gaps(tmp_path: Path) -> None:
    report = read_report(write(tmp_path / "r.json", REPORT))
    assert report is not None
    curves = {curve.name: curve for curve in report.curves}
    assert set(curves) == {"identity", "flicker", "of plate"}
    assert curves["identity"].at(1002) == 0.58
    assert curves["flicker"].at(1001) is None and curves["flicker"].at(1003) == 2.0
    assert report.verdict.startswith("mostly good")


def test_what_the_report_calls_bad_is_marked(tmp_path: Path) -> None:
    report = read_report(write(tmp_path / "r.json", REPORT))
    assert report is not None
    assert [(bad.frame, bad.reason, bad.is_error) for bad in report.bad_frames] == [
        (1002, "flicker", False), (1004, "no result", True),
    ]  # fmt: skip


def test_a_report_without_curves_says_so(tmp_path: Path) -> None:
    report = read_report(write(tmp_path / "r.json", {"frames": []}))
    assert report is not None and report.curves == [] and "by frame" in report.sentence


@pytest.mark.parametrize("content", [[], {"frames": 3}, {"frames": [{"identity": 1}]}, {}])
def test_what_is_no_report_is_a_sentence(tmp_path: Path, content: object) -> None:
    with pytest.raises(StageMissingError, match="Run Evaluate again"):
        read_report(write(tmp_path / "r.json", content))


def test_no_report_is_none(tmp_path: Path) -> None:
    assert read_report(str(tmp_path / "none.json")) is None
    assert read_report("") is None
