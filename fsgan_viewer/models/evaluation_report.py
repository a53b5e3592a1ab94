"""What `fsgan evaluate` found, as curves and frames to look at."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from fsgan_core.errors import StageMissingError
from fsgan_viewer.models.bad_frames import BadFrame
from fsgan_viewer.models.shot_curves import FLICKER, IDENTITY, Curve

_CURVES = (
    ("identity", "identity", IDENTITY),
    ("flicker", "flicker", FLICKER),
    ("of plate", "plate_flicker", FLICKER),
)
"""Name on the timeline, entry of the report, lane."""


@dataclass(frozen=True)
class EvaluationReport:
    """One report.

    Args:
        curves: Of identity and flicker, result and plate, as far as the report holds them by frame.
        bad_frames: What the report itself calls bad, with its reasons.
        verdict: Its one line.
        sentence: What stands in a lane that the report has no curve for.
    """

    curves: list[Curve]
    bad_frames: list[BadFrame]
    verdict: str = ""
    sentence: str = "the report does not hold this by frame"


def read_report(path: str) -> EvaluationReport | None:
    """The report in a file; None where there is none.

    Raises:
        StageMissingError: The file is damaged, or no report.
    """
    if not path or not os.path.isfile(path):
        return None
    try:
        with open(path, encoding="utf-8") as stream:
            content = json.load(stream)
        return _report_from(content)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise StageMissingError(f"is no report that can be used ({error}). Run Evaluate again.", path=path) from error


def _report_from(content: Mapping[str, Any]) -> EvaluationReport:
    """Curves of the report's frames (`{"frame": 1001, "identity": 0.6, ...}`), and its lists of bad ones by reason."""
    rows: Sequence[Mapping[str, Any]] = content["frames"]
    frames = np.array([int(row["frame"]) for row in rows], int)
    curves = []
    for name, field, group in _CURVES:
        values = np.array([_number(row.get(field)) for row in rows], float)
        if np.isfinite(values).any():
            curves.append(Curve(group, name, "", frames, values))
    bad = [
        BadFrame(int(frame), str(reason), is_error=reason == "no result")
        for reason, numbers in content.get("bad_frames", {}).items()
        for frame in numbers
    ]
    return EvaluationReport(curves, bad, str(content.get("verdict", "")))


def _number(value: Any) -> float:
    return float(value) if isinstance(value, (int, float)) else float("nan")
