"""The report page: one file with curves, pictures and the movie inside, which any browser opens without a network."""

from __future__ import annotations

import base64
import html
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from fsgan_core.evaluation.bad_frames import LIMITS, describe_bad_frames, verdict
from fsgan_core.evaluation.evaluate_shot import ShotMeasures
from fsgan_core.evaluation.face_judge import FIGURES

_WIDTH, _HEIGHT, _LEFT, _BOTTOM, _TOP = 1000, 140, 56, 20, 14
FLAT_SHARE = 0.5
"""A curve that never falls below this share of its highest value is drawn without the empty space down to zero."""
MOST_TICKS = 12
"""Frame numbers under a curve."""
MEANINGS = {
    "identity": "likeness to the source, cosine; higher is better",
    "l1": "mean colour difference to the plate on the face, 0 to 1",
    "pose_error_deg": "angle between the heads of result and plate, degrees",
    "landmark_error_px": "distance of the landmarks, pixels of the 256 px crop",
    "expression": "distance of the expressions, 0 to 2",
    "eye_error": "difference of how far the eyes are open, in widths of an eye",
    "seam": "extra gradient along the matte's edge, 8-bit code values a pixel",
    "coverage": "share of the crop that the matte covers",
    "flicker": "second difference in time on the face, 8-bit code values",
    "plate_flicker": "the same of the plate",
}
_STYLE = """
:root { color-scheme: light dark; --ink: #1d2125; --soft: #6b747d; --line: #1f6fb2; --bad: #c23b22; --rule: #d7dbdf;
  --paper: #ffffff; --box: #f4f6f8; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e7ea; --soft: #98a1aa; --line: #6bb1ea; --bad: #f0765f;
  --rule: #3a4147; --paper: #16191c; --box: #20252a; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 1040px;
  margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin-bottom: .2rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
.verdict { background: var(--box); border-left: 4px solid var(--line); padding: .7rem 1rem; font-size: 1.05rem; }
.bad { color: var(--bad); }
h1, dd, li, figcaption { overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: minmax(7rem, max-content) 1fr; gap: 0 1.2rem; } dt { color: var(--soft); }
dd { margin: 0; } .scroll { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; } td, th { padding: .2rem .9rem .2rem 0;
  text-align: right; border-bottom: 1px solid var(--rule); } td:first-child, th:first-child, td:last-child,
th:last-child { text-align: left; } figure { margin: 1rem 0; } figcaption { color: var(--soft); }
img, video { max-width: 100%; display: block; } svg { width: 100%; height: auto; }
svg text { fill: var(--soft); font: 11px system-ui, sans-serif; } svg .limit { fill: var(--bad); }
figure { overflow-x: auto; } figure svg { min-width: 640px; } .grid { display: grid; gap: 1rem;
  grid-template-columns: repeat(auto-fill, minmax(min(320px, 100%), 1fr)); }
"""


@dataclass(frozen=True, eq=False)
class ReportPage:
    """What a page shows.

    Attributes:
        shot: The figures.
        about: What was measured with what.
        worst: Frame number to its JPEG, worst first.
        movie: The side-by-side movie, MP4.
    """

    shot: ShotMeasures
    about: Mapping[str, str]
    worst: Mapping[int, bytes]
    movie: bytes


def report_page(page: ReportPage) -> str:
    """The page as HTML text."""
    shot = page.shot
    title = page.about.get("result", "result")
    about = "".join(f"<dt>{_text(name)}</dt><dd>{_text(value)}</dd>" for name, value in page.about.items())
    faults = describe_bad_frames(shot.bad)
    listed = "".join(f"<li>{_text(line)}</li>" for line in faults) or "<li>none</li>"
    curves = "".join(_figure(name, shot) for name in FIGURES if name != "plate_flicker")
    pictures = "".join(
        f'<figure><img alt="frame {number}: plate and result" src="data:image/jpeg;base64,{_encoded(picture)}">'
        f"<figcaption>{number}: {_text(_faults_of(number, shot.bad))}</figcaption></figure>"
        for number, picture in page.worst.items()
    )
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{_text(title)}: evaluation</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head><body>'
        f"<h1>{_text(title)}</h1><p class=verdict>{_text(verdict(shot.frames, shot.bad))}</p><dl>{about}</dl>"
        f"<h2>Frames to look at</h2><ul class=bad>{listed}</ul>"
        f"<h2>Means</h2>{_table(shot)}"
        "<h2>Plate and result</h2>"
        f'<video controls loop muted src="data:video/mp4;base64,{_encoded(page.movie)}"></video>'
        f"<h2>Over the frames</h2>{curves}<h2>Worst frames</h2><div class=grid>{pictures}</div></body></html>\n"
    )


def curve(
    frames: Sequence[int], values: Sequence[float], limit: float | None = None, beside: Sequence[float] = ()
) -> str:
    """A curve as inline SVG, gaps where a value is not known, points above the limit in another colour.

    Args:
        frames: Numbers, rising.
        values: One a frame; NaN for unknown.
        limit: Drawn as a line, where it lies in the range.
        beside: Another curve to compare with, drawn without points.
    """
    if not any(math.isfinite(value) for value in values):
        return "<p>not known</p>"
    low, high = _extent([*values, *beside], limit)
    span, first, last = high - low, frames[0], max(frames[-1], frames[0] + 1)

    def place(frame: int, value: float) -> tuple[float, float]:
        x = _LEFT + (frame - first) / (last - first) * (_WIDTH - _LEFT - 10)
        return x, _TOP + (high - value) / span * (_HEIGHT - _TOP - _BOTTOM)

    parts = [f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img">']
    for value in (low, (low + high) / 2, high):
        parts.append(_level(value, place(first, value)[1], "var(--rule)"))
    if limit is not None and low <= limit <= high:
        y = place(first, limit)[1]
        parts.append(_level(None, y, 'var(--bad)" stroke-dasharray="4 4'))
        parts.append(f'<text class="limit" x="{_WIDTH}" y="{y - 3:.1f}" text-anchor="end">limit {limit:g}</text>')
    parts += [_line(run, place, "var(--soft)") for run in _runs(frames, beside)] if len(beside) else []
    parts += [_line(run, place, "var(--line)") for run in _runs(frames, values)]
    for frame, value in zip(frames, values, strict=True):
        if math.isfinite(value):
            x, y = place(frame, value)
            colour = "var(--bad)" if limit is not None and value > limit else "var(--line)"
            title = f"<title>{frame}: {value:.4g}</title>"
            parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.6" fill="{colour}">{title}</circle>')
    for frame in _ticks(frames):
        anchor = "end" if frame == frames[-1] and len(frames) > 1 else "middle"
        parts.append(f'<text x="{place(frame, low)[0]:.1f}" y="{_HEIGHT - 4}" text-anchor="{anchor}">{frame}</text>')
    return "".join(parts) + "</svg>"


def _extent(values: Sequence[float], limit: float | None) -> tuple[float, float]:
    """Lowest and highest value of the axis: from zero, or close around a curve that stays far above it."""
    known = [value for value in values if math.isfinite(value)]
    low, high = min(0.0, *known), max(*known, 1e-9)
    if limit is not None and high > 0.6 * limit:
        high = max(high, limit * 1.05)
    if min(known) > FLAT_SHARE * high and len(known) > 1:
        margin = max(high - min(known), 0.02 * high) / 4
        low, high = min(known) - margin, high + margin
    return low, high


def _ticks(frames: Sequence[int]) -> list[int]:
    """The first frame, the last, and round numbers between them that keep clear of both."""
    first, last = frames[0], frames[-1]
    steps = [factor * 10**power for power in range(9) for factor in (1, 2, 5)]
    step = next((step for step in steps if (last - first) / step <= MOST_TICKS), last - first or 1)
    room = (last - first) / MOST_TICKS
    between = range(-(-first // step) * step, last, step)
    return sorted({first, last, *(number for number in between if first + room <= number <= last - room)})


def _level(value: float | None, y: float, stroke: str) -> str:
    """A horizontal line, its value written beside it."""
    drawn = f'<line x1="{_LEFT}" x2="{_WIDTH}" y1="{y:.1f}" y2="{y:.1f}" stroke="{stroke}"/>'
    label = "" if value is None else f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{value:.3g}</text>'
    return drawn + label


def _figure(name: str, shot: ShotMeasures) -> str:
    frames = [frame.frame for frame in shot.frames]
    values = [frame.figures()[name] for frame in shot.frames]
    limit = LIMITS[name][0] if name in LIMITS else None
    beside = [frame.figures()["plate_flicker"] for frame in shot.frames] if name == "flicker" else []
    said = f"<b>{name}</b> {MEANINGS[name]}{'; grey: of the plate' if beside else ''}"
    return f"<figure><figcaption>{said}</figcaption>{curve(frames, values, limit, beside)}</figure>"


def _runs(frames: Sequence[int], values: Sequence[float]) -> list[list[tuple[int, float]]]:
    """Known values cut where one is unknown or frames are left out."""
    runs: list[list[tuple[int, float]]] = []
    step = int(np.min(np.diff(frames))) if len(frames) > 1 else 1
    for frame, value in zip(frames, values, strict=True):
        if not math.isfinite(value):
            runs.append([])
        elif runs and runs[-1] and frame - runs[-1][-1][0] == step:
            runs[-1].append((frame, value))
        else:
            runs.append([(frame, value)])
    return [run for run in runs if len(run) > 1]


def _line(run: Sequence[tuple[int, float]], place: object, colour: str) -> str:
    assert callable(place)
    points = " ".join("{:.1f},{:.1f}".format(*place(frame, value)) for frame, value in run)
    return f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.5"/>'


def _table(shot: ShotMeasures) -> str:
    rows = [
        f"<tr><td>{name}</td><td>{_number(mean)}</td><td>{_number(deviation)}</td><td>{MEANINGS[name]}</td></tr>"
        for name, (mean, deviation) in shot.summary().items()
    ]
    rows.append(
        f"<tr><td>plate identity</td><td>{_number(shot.plate_identity)}</td><td></td>"
        "<td>likeness of the untouched plate to the source: what a swap starts from</td></tr>"
        f"<tr><td>Frechet distance</td><td>{_number(shot.frechet)}</td><td></td>"
        "<td>to the source's faces, on our own face features (no FID of the literature)</td></tr>"
    )
    head = "<tr><th>figure</th><th>mean</th><th>deviation</th><th>what it is</th></tr>"
    return f"<div class=scroll><table>{head}{''.join(rows)}</table></div>"


def _faults_of(number: int, bad: Mapping[str, Sequence[int]]) -> str:
    return ", ".join(reason for reason, numbers in bad.items() if number in numbers) or "within the limits"


def _number(value: float) -> str:
    return f"{value:.3f}" if math.isfinite(value) else ""


def _text(value: str) -> str:
    return html.escape(str(value))


def _encoded(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")
