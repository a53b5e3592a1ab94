"""The table of `fsgan evaluate-weights`: figures, their goals, and both as Markdown and JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from fsgan_core.media.atomic import complete_or_absent


@dataclass(frozen=True)
class Figure:
    """One line of the table.

    Attributes:
        what: In words.
        value: NaN where nothing could be measured.
        unit: Of value and goal.
        count: Pictures or pairs that it is the mean of.
        at_most: Goal, or None.
        at_least: Goal, or None.
    """

    what: str
    value: float
    unit: str
    count: int
    at_most: float | None = None
    at_least: float | None = None

    @property
    def verdict(self) -> str:
        """Whether the goal is met; "" for a figure without one."""
        if self.at_most is None and self.at_least is None:
            return ""
        if self.value != self.value:
            return "not measured"
        met = (self.at_most is None or self.value <= self.at_most) and (
            self.at_least is None or self.value >= self.at_least
        )
        return "met" if met else "missed"

    @property
    def goal(self) -> str:
        """As text."""
        if self.at_most is not None:
            return f"<= {self.at_most:g}"
        return f">= {self.at_least:g}" if self.at_least is not None else ""


@dataclass(frozen=True)
class WeightsTable:
    """All figures of a pack.

    Attributes:
        pack: Name of the pack.
        sha256: Of the pack.
        people: Validation people that were looked at.
        figures: In the order of the flow.
        notes: What a reader must know to understand them.
    """

    pack: str
    sha256: str
    people: int
    figures: Sequence[Figure]
    notes: Sequence[str]

    def markdown(self) -> str:
        """The table as a Markdown page."""
        head = [f"# Figures of the pack {self.pack}", ""]
        head += [f"Pack {self.sha256[:12]}, {self.people} people that training never saw.", ""]
        rows = ["| figure | value | goal | | of |", "|---|---|---|---|---|"]
        rows += [f"| {f.what} | {f.value:.4g} {f.unit} | {f.goal} | {f.verdict} | {f.count} |" for f in self.figures]
        return "\n".join([*head, *rows, "", *(f"- {note}" for note in self.notes)]) + "\n"

    def value(self, what: str) -> float:
        """The value of the figure called `what`."""
        return next(figure.value for figure in self.figures if figure.what == what)

    def write(self, path: Path) -> None:
        """Write the table as JSON, or as Markdown where the name ends in .md.

        Raises:
            OutputError: It cannot be written.
        """
        if path.suffix == ".md":
            text = self.markdown()
        else:
            # JSON knows no NaN: what could not be measured is null.
            figures = [
                {**asdict(f), "value": f.value if f.value == f.value else None, "verdict": f.verdict}
                for f in self.figures
            ]
            text = json.dumps({**asdict(self), "figures": figures}, indent=2) + "\n"
        with complete_or_absent(str(path)) as unfinished:
            Path(unfinished).write_text(text, encoding="utf-8")
