"""Writes the tables of every control into docs/resolve.md and docs/blender.md: python docs/control_tables.py.

They stand between two marks, and are made from the job's settings; a test holds the pages to what is made here.
"""

from __future__ import annotations

from pathlib import Path

from fsgan_core.host.job_form import SETTING, FormField, form_fields
from fsgan_resolve.macros import FILE_HELP

BEGIN, END = "<!-- controls: made by docs/control_tables.py -->", "<!-- end of controls -->"
PAGES = {"resolve.md": "FS_", "blender.md": ""}
"""The pages, and what stands before a control's name there."""

KINDS = {"swap": "Swap", "reenact": "Reenact"}


def main() -> None:
    """Both pages."""
    for name in PAGES:
        path = Path(__file__).parent / name
        path.write_text(with_tables(path.read_text(encoding="utf-8"), PAGES[name]), encoding="utf-8")


def with_tables(page: str, prefix: str) -> str:
    """The page with its tables made anew."""
    head, _, rest = page.partition(BEGIN)
    tail = rest.partition(END)[2]
    return f"{head}{BEGIN}\n{tables(prefix)}\n{END}{tail}"


def tables(prefix: str) -> str:
    """All controls: those of a swap, then those that a reenactment has besides."""
    swap, moved = form_fields("swap"), form_fields("reenact")
    same = {(field.name, field.info.help, field.info.default) for field in swap}
    more = tuple(field for field in moved if (field.name, field.info.help, field.info.default) not in same)
    return "\n".join(
        ["", "### Swap", "", *_table(swap, prefix), "", "### Reenact", "",
         "As for a swap, where it has the same control; besides:", "", *_table(more, prefix), ""]
    )  # fmt: skip


def _table(fields: tuple[FormField, ...], prefix: str) -> list[str]:
    rows = ["| Control | Name | Default | Limits | What it does |", "|---|---|---|---|---|"]
    return rows + [_row(field, prefix) for field in fields]


def _row(field: FormField, prefix: str) -> str:
    if field.kind != SETTING:
        label, help = FILE_HELP[field.name]
        return f"| {label} | `{prefix}{field.name}` | | | {help} |"
    info = field.info
    default = "on" if info.default is True else "off" if info.default is False else str(info.default)
    limits = ", ".join(info.choices)
    if info.minimum is not None and info.maximum is not None:
        limits = f"{info.minimum:g} to {info.maximum:g} {info.unit}".strip()
    return f"| {info.label} | `{prefix}{field.name}` | {default} | {limits} | {info.help} |"


if __name__ == "__main__":
    main()
