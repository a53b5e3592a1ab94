"""The report of a run: one HTML file with its curves and validation pictures, which needs nothing else."""

from __future__ import annotations

import base64
import html
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from fsgan_core.training.recipes import Recipe

MOST_SHEETS = 8
_WIDTH, _HEIGHT, _LEFT, _BOTTOM = 560, 220, 56, 24
_NO_FIGURES = ("images", "size", "images_per_second")
_COLOURS = {"training": "#8aa4c8", "validation": "#c2410c"}
_STYLE = (
    "body{font:14px system-ui,sans-serif;margin:2em auto;max-width:1180px;color:#222}"
    "table{border-collapse:collapse}td,th{padding:.15em .8em;text-align:left;border-bottom:1px solid #ddd}"
    "figure{display:inline-block;margin:0 1em 1em 0}figcaption{font-weight:600}img{max-width:100%}"
    "svg text{font-size:11px;fill:#555}"
)


def report_html(recipe: Recipe, events: Sequence[Mapping[str, Any]], sheets: Mapping[int, bytes]) -> str:
    """The report as one HTML page.

    Args:
        recipe: What was trained.
        events: Of the run's log, in order.
        sheets: Pictures seen to JPEG file, of each validation.
    """
    title = f"{recipe.role}, {recipe.size}"
    parts = [
        f"<!doctype html><html lang=en><meta charset=utf-8><title>{title}</title><style>{_STYLE}</style>",
        f"<h1>{title}</h1>", _summary(recipe, events), "<h2>Curves</h2>",
        "<p><span style='color:#8aa4c8'>&#9632;</span> training "
        "<span style='color:#c2410c'>&#9632;</span> validation (people that training never sees, averaged weights)</p>",
        *(_curve(name, events) for name in _figure_names(events)),
        "<h2>Validation pictures</h2>",
        *(_sheet(images, sheets[images]) for images in _spread(sorted(sheets))),
    ]  # fmt: skip
    return "\n".join(parts) + "\n</html>\n"


def _summary(recipe: Recipe, events: Sequence[Mapping[str, Any]]) -> str:
    """Recipe and latest figures as a table."""
    rows = [(name, value) for name, value in asdict(recipe).items()]
    empty: Mapping[str, Any] = {}
    latest = next((event for event in reversed(events) if event.get("kind") == "validation"), empty)
    rows += [(f"latest validation: {name}", value) for name, value in latest.items() if name != "kind"]
    return "<table>" + "".join(f"<tr><th>{html.escape(n)}<td>{html.escape(str(v))}" for n, v in rows) + "</table>"


def _figure_names(events: Sequence[Mapping[str, Any]]) -> list[str]:
    names = {name: None for event in events for name, value in event.items() if isinstance(value, (int, float))}
    return [name for name in names if name not in _NO_FIGURES]


def _curve(name: str, events: Sequence[Mapping[str, Any]]) -> str:
    """One figure over the pictures seen, as SVG."""
    series = {
        kind: [(event["images"], float(event[name])) for event in events if event.get("kind") == kind and name in event]
        for kind in _COLOURS
    }
    points = [point for line in series.values() for point in line if math.isfinite(point[1])]
    if not points:
        return ""
    last = max(max(x for x, _ in points), 1)
    low, high = min(y for _, y in points), max(y for _, y in points)
    span = high - low or abs(high) or 1.0

    def place(x: float, y: float) -> str:
        across = _LEFT + (_WIDTH - _LEFT - 8) * x / last
        up = (_HEIGHT - _BOTTOM - 8) * (y - low) / span
        return f"{across:.1f},{_HEIGHT - _BOTTOM - up:.1f}"

    drawn = []
    for kind, line in series.items():
        finite = [place(x, y) for x, y in line if math.isfinite(y)]
        drawn.append(f"<polyline fill=none stroke='{_COLOURS[kind]}' stroke-width=1.6 points='{' '.join(finite)}'/>")
        drawn += [f"<circle r=2 fill='{_COLOURS[kind]}' cx={p.split(',')[0]} cy={p.split(',')[1]} />" for p in finite]
    base = _HEIGHT - _BOTTOM
    frame = f"<path d='M{_LEFT},4V{base}H{_WIDTH}' fill=none stroke='#999'/>"
    words = f"<text x=2 y=14>{high:.4g}</text><text x=2 y={base}>{low:.4g}</text>"
    words += f"<text x={_LEFT} y={_HEIGHT - 6}>0</text><text x={_WIDTH - 90} y={_HEIGHT - 6}>{last:,} pictures</text>"
    svg = f"<svg width={_WIDTH} height={_HEIGHT}>{frame}{words}{''.join(drawn)}</svg>"
    return f"<figure><figcaption>{html.escape(name)}</figcaption>{svg}</figure>"


def _sheet(images: int, jpeg: bytes) -> str:
    data = base64.b64encode(jpeg).decode()
    return f"<h3>{images:,} pictures</h3><img alt='validation pictures' src='data:image/jpeg;base64,{data}'>"


def _spread(numbers: list[int]) -> list[int]:
    """At most MOST_SHEETS of them, spread evenly, latest first."""
    if len(numbers) > MOST_SHEETS:
        numbers = [numbers[round(k * (len(numbers) - 1) / (MOST_SHEETS - 1))] for k in range(MOST_SHEETS)]
    return numbers[::-1]
