"""What a swap has to reach, shot by shot: likeness, pose, seam, and how much more it changes in time than its plate.

    python benchmarks/swap_goals.py --shots SHOTS --out FOLDER [--weights compact]

SHOTS is a folder as `fsgan tables` reads it (`pairs_of_people.py` makes one of people that no network has seen); the
two bundled plates are added, each on the other. FOLDER keeps pass 1. Prints Markdown.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from finetune_figures import pattern

from fsgan_core.cli.reporting import LogFormat, reporting
from fsgan_core.evaluation.evaluate_shot import look_at_source
from fsgan_core.evaluation.face_judge import FaceJudge, FrameMeasures, mean_direction
from fsgan_core.evaluation.identity_provider import identity_embedder
from fsgan_core.evaluation.table_methods import SWAPS
from fsgan_core.evaluation.tables import open_shot, read_moment
from fsgan_core.evaluation.triples import Triple, find_triples
from fsgan_core.job.progress import Progress
from fsgan_core.media.read import open_plate
from fsgan_core.pipeline.engine import open_engine
from fsgan_core.weights.load import MeasureNetworks, Pack, load_measures

COLUMNS = (
    "shot", "likeness to the source", "of the plate", "pose, degrees", "seam, of 255", "change a frame", "of the plate",
    "more",
)  # fmt: skip


@dataclass(frozen=True)
class Row:
    """Means over a shot: as of `FrameMeasures`, and of the change from frame to frame in [0, 1]."""

    identity: float
    plate_identity: float
    pose_error_deg: float
    seam: float
    change: float
    plate_change: float

    def markdown(self, name: str) -> str:
        """A line of the table."""
        changes = (self.change, self.plate_change, self.change - self.plate_change)
        cells = [name, f"{self.identity:.2f}", f"{self.plate_identity:.2f}", f"{self.pose_error_deg:.1f}"]
        return table_line([*cells, f"{self.seam:.2f}", *(f"{change:.4f}" for change in changes)])


def main() -> None:
    """Swap, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shots", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--weights", default="compact")
    options = parser.parse_args()
    triples = [
        Triple(f"{a} on {b}", pattern(a), pattern(b), "", "", str(options.out / f"{a}_on_{b}"))
        for a, b in (("a", "b"), ("b", "a"))
    ]
    if options.shots:
        triples += find_triples(options.shots, options.out)
    lines = [table_line(COLUMNS), "|---" * len(COLUMNS) + "|"]
    with reporting(LogFormat.PLAIN) as progress:
        pack = open_engine(options.weights, "auto")
        measures = load_measures(pack.device)
        lines += [measure(triple, pack, measures, progress).markdown(triple.name) for triple in triples]
    sys.stdout.write("\n".join(lines) + "\n")


def measure(triple: Triple, pack: Pack, measures: MeasureNetworks, progress: Progress) -> Row:
    """Our swap of one shot, measured as it is made."""
    shot, swapper = open_shot(triple, pack, progress)
    face = shot.plate_face
    embed = identity_embedder("bundled", measures)
    vectors, _ = look_at_source(shot, pack, embed, progress)
    judge = FaceJudge(pack, measures, embed, mean_direction(vectors))
    ours: list[FrameMeasures] = []
    plates: list[FrameMeasures] = []
    changes: list[list[float]] = []
    before: list[np.ndarray] = []
    progress.begin(triple.name, len(face))
    with open_plate(shot.plate) as reader:
        for number in map(int, face.frames):
            moment = read_moment(reader, face, number)
            now = [SWAPS["ours"](moment, swapper), moment.target]
            for measured, picture in zip((ours, plates), now, strict=True):
                measured.append(judge.judge(moment.target, picture, moment.face, moment.matte))
            if before:
                changes.append([float(np.abs(x - y).mean()) / 2 for x, y in zip(now, before, strict=True)])
            before = now
            progress.frame_done(number)
    change, plate_change = np.mean(changes, axis=0)
    return Row(
        identity=float(np.mean([one.identity for one in ours])),
        plate_identity=float(np.mean([one.identity for one in plates])),
        pose_error_deg=float(np.mean([one.pose_error_deg for one in ours])),
        seam=float(np.mean([one.seam for one in ours])),
        change=float(change),
        plate_change=float(plate_change),
    )


def table_line(cells: Sequence[str]) -> str:
    """A line of a Markdown table."""
    return "| " + " | ".join(cells) + " |"


if __name__ == "__main__":
    main()
