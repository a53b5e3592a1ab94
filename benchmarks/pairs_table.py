"""Table 2 on pairs of people that no network has seen, ours before and after finetuning, and which columns are lost.

    python benchmarks/pairs_table.py --data DATA --out FOLDER [--weights compact] [--pairs 6] [--frames 32]

DATA is the folder that `fsgan synthesize` reads; its people of split `val` are re-posed by `pairs_of_people.py`. Each
pair's source is finetuned on its own clip. FOLDER gets the clips, the child packs and `table.md`; what is there already
is not made again. With the defaults: about 25 minutes on two quiet cores.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Mapping
from pathlib import Path

from finetune_figures import put_parent_beside
from pairs_of_people import write_pair

from fsgan_core.cli.reporting import LogFormat, reporting
from fsgan_core.evaluation.identity_provider import identity_embedder
from fsgan_core.evaluation.table_methods import FINETUNED, SWAPS
from fsgan_core.evaluation.tables import COLUMNS, Row, markdown, run_table
from fsgan_core.evaluation.triples import Triple, find_triples
from fsgan_core.job.finetune_settings import FinetuneSettings
from fsgan_core.job.progress import Progress
from fsgan_core.job.spec import FinetuneJob, Pictures
from fsgan_core.pipeline.engine import open_engine
from fsgan_core.training.finetune import finetune
from fsgan_core.weights.load import Pack, load_measures

OURS, RIVAL = "ours", "classical warp"
BATCH = 4
"""Pictures a step: a third of the default, for six finetunings in the time of two."""


def main() -> None:
    """Clips, child packs, table; printed as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--weights", default="compact")
    parser.add_argument("--pairs", type=int, default=6)
    parser.add_argument("--frames", type=int, default=32)
    parser.add_argument("--iterations", type=int, default=FinetuneSettings.iterations)
    parser.add_argument("--batch", type=int, default=BATCH)
    options = parser.parse_args()
    shots = options.out / "shots"
    with reporting(LogFormat.PLAIN) as progress:
        write_pairs(options.data, shots, options.pairs, options.frames, progress)
        settings = FinetuneSettings(
            weights=options.weights, iterations=options.iterations, batch=options.batch,
            licence="as the portrait", consent="a person who does not exist",
        )  # fmt: skip
        for triple in find_triples(shots, options.out / "analysis"):
            finetune_source(triple, shots, settings, progress)
        rows = table(shots, options.out / "analysis", options.weights, progress)
        text = markdown(rows) + "\n" + "\n".join(compare(rows)) + "\n"
        (options.out / "table.md").write_text(text, encoding="utf-8")
        progress.finished(f"{options.out / 'table.md'}")
    sys.stdout.write(text)


def write_pairs(data: Path, shots: Path, pairs: int, frames: int, progress: Progress) -> None:
    """The clips of all pairs that are not there yet."""
    for pair in range(pairs):
        last = shots / f"{pair + 1:02d}" / "plate" / f"frame.{1000 + frames}.png"
        if not last.is_file():
            progress.note(f"pair {pair + 1}: rendering")
            write_pair(data, shots, pair, frames)


def finetune_source(triple: Triple, shots: Path, settings: FinetuneSettings, progress: Progress) -> None:
    """The child pack of a shot's source, where `find_triples` looks for it."""
    child = shots / triple.name / "child"
    put_parent_beside(child, settings.weights)
    if not triple.child:
        finetune(FinetuneJob((Pictures(triple.source),), str(child), settings), progress)


def table(shots: Path, analyses: Path, weights: str, progress: Progress) -> dict[str, Row]:
    """The rows: both baselines, ours with the parent, ours with each shot's child."""
    parent = open_engine(weights, "auto")
    measures = load_measures(parent.device)
    children: dict[str, Pack] = {}

    def pack_of(triple: Triple, method: str) -> Pack:
        if method != FINETUNED:
            return parent
        if triple.name not in children:
            children.clear()
            children[triple.name] = open_engine(triple.child, "auto")
        return children[triple.name]

    methods = {**SWAPS, FINETUNED: SWAPS[OURS]}
    judge = (measures, identity_embedder("bundled", measures))
    return run_table(find_triples(shots, analyses), methods, pack_of, judge, False, progress)


def compare(rows: Mapping[str, Row]) -> list[str]:
    """A sentence for ours and ours finetuned each: which columns are won and lost against the classical warp."""
    rival = rows[RIVAL].figures()
    lines = []
    for name in (OURS, FINETUNED):
        figures = rows[name].figures()
        won: list[str] = []
        lost: list[str] = []
        for column, title in COLUMNS.items():
            ours, theirs = figures[column][0], rival[column][0]
            sign = 1 if title.endswith("up") else -1
            (won if sign * (ours - theirs) >= 0 else lost).append(f"{title.split()[0]} ({ours:.3f} to {theirs:.3f})")
            if math.isnan(ours) or math.isnan(theirs):
                lost.append(f"{title.split()[0]} (not known)")
        won_lost = (", ".join(columns) or "nothing" for columns in (won, lost))
        lines.append("{} beats the {} on {}; it loses {}.".format(name, RIVAL, *won_lost))
    return lines


if __name__ == "__main__":
    main()
