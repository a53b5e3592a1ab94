"""The evaluation of a shot as files: JSON for programs, CSV for a spreadsheet, one HTML page and a movie for people."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np

from fsgan_core.evaluation.bad_frames import describe_bad_frames, verdict
from fsgan_core.evaluation.contact_sheet import side_by_side
from fsgan_core.evaluation.evaluate_shot import JudgedFrame, ShotMeasures
from fsgan_core.evaluation.face_judge import FIGURES
from fsgan_core.evaluation.html_report import ReportPage, report_page
from fsgan_core.media.atomic import complete_or_absent
from fsgan_core.media.movie import write_movie

QUALITY = 90
WORST_FRAMES = 6
NAMES = ("plate", "result")


@dataclass(eq=False)
class Album:
    """Plate and result of every judged frame, side by side, as JPEG: a long shot stays small in memory."""

    pictures: dict[int, bytes] = field(default_factory=dict)

    def see(self, judged: JudgedFrame) -> None:
        """Keep a frame; the `see` of `evaluate_shot`."""
        crops = [np.round((picture + 1) * 127.5).astype(np.uint8) for picture in (judged.plate, judged.result)]
        picture = side_by_side(crops, (f"{judged.number} {NAMES[0]}", NAMES[1]))
        done, encoded = cv2.imencode(".jpg", picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
        assert done
        self.pictures[judged.number] = encoded.tobytes()

    def picture(self, number: int) -> np.ndarray:
        """(H, W, 3) uint8 of a frame."""
        return np.asarray(cv2.imdecode(np.frombuffer(self.pictures[number], np.uint8), cv2.IMREAD_COLOR_RGB))


def write_report(
    out: Path, shot: ShotMeasures, about: Mapping[str, str], album: Album, rate: Fraction | float = 24
) -> list[str]:
    """Write OUT.json, OUT.csv, OUT.mp4 and OUT.html; each is complete or absent.

    Args:
        out: Path of the JSON; the others lie beside it.
        shot: The figures.
        about: What was measured with what, word by word for the reader.
        album: The pictures.
        rate: Frames a second of the movie.

    Returns:
        The paths written.

    Raises:
        OutputError: The disk is full or the folder may not be written to.
    """
    paths = [out.with_suffix(suffix) for suffix in (".json", ".csv", ".mp4", ".html")]
    _write_text(paths[0], json.dumps(report_content(shot, about), indent=1, allow_nan=False) + "\n")
    _write_text(paths[1], csv_text(shot))
    write_movie(str(paths[2]), (album.picture(number) for number in sorted(album.pictures)), rate)
    worst = {number: album.pictures[number] for number in worst_frames(shot, WORST_FRAMES)}
    _write_text(paths[3], report_page(ReportPage(shot, dict(about), worst, paths[2].read_bytes())))
    return [str(path) for path in paths]


def report_content(shot: ShotMeasures, about: Mapping[str, str]) -> dict[str, object]:
    """The report as JSON holds it; figures that are not known are null."""
    return {
        "fsgan_report": 1,
        "about": dict(about),
        "verdict": verdict(shot.frames, shot.bad),
        "bad_frames": shot.bad,
        "bad_frame_list": describe_bad_frames(shot.bad),
        "missing": list(shot.missing),
        "mean": {name: _known(mean) for name, (mean, _) in shot.summary().items()},
        "deviation": {name: _known(deviation) for name, (_, deviation) in shot.summary().items()},
        "plate_identity": _known(shot.plate_identity),
        "frechet_face_features": _known(shot.frechet),
        "frames": [
            {"frame": frame.frame, **{name: _known(value) for name, value in frame.figures().items()}}
            for frame in shot.frames
        ],
    }


def csv_text(shot: ShotMeasures) -> str:
    """A line a frame; unknown figures are empty."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(["frame", *FIGURES, "fault"])
    reasons: dict[int, list[str]] = {}
    for reason, numbers in shot.bad.items():
        for number in numbers:
            reasons.setdefault(number, []).append(reason)
    for frame in shot.frames:
        values = [f"{value:.6g}" if math.isfinite(value) else "" for value in frame.figures().values()]
        writer.writerow([frame.frame, *values, "; ".join(reasons.get(frame.frame, []))])
    return stream.getvalue()


def worst_frames(shot: ShotMeasures, count: int) -> list[int]:
    """The frames that deviate most from the shot's own mean, in the worse direction, over all figures; worst first."""
    summary = shot.summary()
    scores: list[tuple[float, int]] = []
    for frame in shot.frames:
        score = 0.0
        for name, value in frame.figures().items():
            mean, deviation = summary[name]
            if name in ("coverage", "plate_flicker") or not math.isfinite(value) or deviation <= 1e-9:
                continue
            worse = (mean - value) if name == "identity" else (value - mean)
            score = max(score, worse / deviation)
        faults = sum(frame.frame in numbers for numbers in shot.bad.values())
        scores.append((score + 10 * faults, frame.frame))
    ordered: Sequence[tuple[float, int]] = sorted(scores, key=lambda pair: (-pair[0], pair[1]))
    return [number for _, number in ordered[:count]]


def _known(value: float) -> float | None:
    return float(f"{value:.6g}") if math.isfinite(value) else None


def _write_text(path: Path, text: str) -> None:
    with complete_or_absent(str(path)) as unfinished:
        Path(unfinished).write_text(text, encoding="utf-8", newline="\n")
