"""Table 1 of the paper on our data: G_c with and without the landmarks and the flipped copy, all four trained alike.

    for what in compact no-landmarks no-flip neither; do
        fsgan train inpainting-$what --data PREPARED --out RUNS/inpainting-$what --images 6400
    done
    python benchmarks/inpainting_table.py --data PREPARED --runs RUNS

Faces of split val lose random ellipses of their border (section 5.3), the same for every network; what is filled in is
compared to what was there. Prints Markdown.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from fsgan_core.color.network_encoding import network_to_linear
from fsgan_core.evaluation.baselines import fill_by_marching
from fsgan_core.evaluation.frechet import frechet_distance
from fsgan_core.face.aligned_face import embed_aligned
from fsgan_core.face.identify import embed_face
from fsgan_core.networks.colour_spread import fill_background
from fsgan_core.networks.inference import infer
from fsgan_core.training.datasets import Clip, load_clips
from fsgan_core.training.generator_samples import PairSampler, inpainting_sample
from fsgan_core.training.losses import perceptual_loss
from fsgan_core.training.tasks import DRAWN_PEOPLE, REAL_PORTRAITS
from fsgan_core.weights.load import MeasureNetworks, load_measures, load_network

NETWORKS: Mapping[str, str] = {
    "G_c, neither": "inpainting-neither", "G_c, flipped copy only": "inpainting-no-landmarks",
    "G_c, landmarks only": "inpainting-no-flip", "G_c, landmarks and flipped copy": "inpainting-compact",
}  # fmt: skip
START, TELEA = "colours spread (where G_c starts)", "Telea"
FIGURES = {
    "l1": "L1 in the hole, of 255", "perceptual": "perceptual (eq. 3)", "identity": "id", "expression": "FEC",
}  # fmt: skip
MORE_IS_BETTER = ("identity",)


@dataclass(eq=False)
class Row:
    """What one way of filling came to: a number a picture, and the face features of what was made."""

    figures: dict[str, list[float]] = field(default_factory=lambda: {name: [] for name in FIGURES})
    made: list[np.ndarray] = field(default_factory=list)


@dataclass(frozen=True, eq=False)
class Judges:
    """Networks that compare: the features of the perceptual loss, and two that no G_c was trained with."""

    features: nn.Module
    measures: MeasureNetworks


def main() -> None:
    """Fill, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--runs", type=Path, required=True)
    parser.add_argument("--side", type=int, default=256)
    parser.add_argument("--views", type=int, default=4, help="Of each person.")
    options = parser.parse_args()
    networks = {
        name: load_network(options.runs / folder, "inpainting").eval() for name, folder in NETWORKS.items()
    }
    judges = Judges(load_network(options.data / "frozen", "features").eval(), load_measures("cpu"))
    clips = load_clips([options.data / "takes"], "val", REAL_PORTRAITS + DRAWN_PEOPLE)
    samples = draw_samples(clips, options.side, options.views)
    rows, wanted = fill_and_compare(samples, networks, judges)
    sys.stdout.write(f"{len(samples)} holes, {len(clips)} people\n\n" + markdown(rows, wanted))


def draw_samples(clips: Sequence[Clip], side: int, views: int) -> list[dict[str, np.ndarray]]:
    """Faces with holes, the same in every run: as of `inpainting_sample`."""
    samplers = [PairSampler([clip], side) for clip in clips for _ in range(views)]
    return [inpainting_sample(sampler, np.random.default_rng([1, k])) for k, sampler in enumerate(samplers)]


def fill_and_compare(
    samples: Sequence[Mapping[str, np.ndarray]], networks: Mapping[str, nn.Module], judges: Judges
) -> tuple[dict[str, Row], list[np.ndarray]]:
    """A row for each way of filling, and the face features of what was there."""
    rows = {name: Row() for name in (TELEA, START, *networks)}
    wanted = []
    for sample in samples:
        face, points, mask, shown, target = (
            torch.from_numpy(sample[name])[None] for name in ("face", "points", "mask", "shown", "target")
        )
        hole = mask * (1 - shown)
        if not hole.any():
            continue
        filled = {TELEA: by_marching(face, hole), START: fill_background(face)}
        filled |= {name: infer(network, face, points, mask) for name, network in networks.items()}
        landmarks = sample["points"] * face.shape[-1]
        wanted.append(features_of(target * mask + mask - 1, judges))
        for name, made in filled.items():
            compare(rows[name], made, (target, mask, hole), landmarks, judges)
    return rows, wanted


def compare(
    row: Row, made: Tensor, truth: tuple[Tensor, Tensor, Tensor], landmarks: np.ndarray, judges: Judges
) -> None:
    """Add the figures of one picture: only the hole is taken from `made`, and only the face is looked at."""
    target, mask, hole = truth
    completed = (made.clamp(-1, 1) * hole + target * (1 - hole) + 1) * mask - 1
    truth_face = (target + 1) * mask - 1
    with torch.no_grad():
        row.figures["perceptual"].append(float(perceptual_loss(judges.features, completed, truth_face)))
    row.figures["l1"].append(float(((completed - truth_face).abs() * hole).sum() / hole.sum() / 3 * 127.5))
    for name, network in (("identity", judges.measures.identity), ("expression", judges.measures.expression)):
        a, b = (embed_aligned(as_picture(one), landmarks, network) for one in (completed, truth_face))
        row.figures[name].append(float(a @ b) if name == "identity" else float(np.linalg.norm(a - b)))
    row.made.append(features_of(completed, judges))


def by_marching(face: Tensor, hole: Tensor) -> Tensor:
    """Telea's filling of the hole (1, 1, S, S) in a face (1, 3, S, S) in [-1, 1]."""
    filled = fill_by_marching(as_picture(face), hole[0, 0].numpy() > 0)
    return torch.from_numpy(filled.transpose(2, 0, 1))[None]


def as_picture(face: Tensor) -> np.ndarray:
    """(1, 3, S, S) -> (S, S, 3)."""
    return np.ascontiguousarray(face[0].permute(1, 2, 0).numpy())


def features_of(face: Tensor, judges: Judges) -> np.ndarray:
    """Of which the Frechet distance is made."""
    return embed_face(network_to_linear(as_picture(face)), judges.features)


def markdown(rows: Mapping[str, Row], wanted: Sequence[np.ndarray]) -> str:
    """The table, mean and deviation over the pictures."""
    arrows = [f"{title} {'up' if name in MORE_IS_BETTER else 'down'}" for name, title in FIGURES.items()]
    lines = ["| filled by | Frechet down | " + " | ".join(arrows) + " |", "|---|" + "---|" * (len(FIGURES) + 1)]
    for name, row in rows.items():
        cells = [f"{np.mean(values):.3f} ± {np.std(values):.3f}" for values in row.figures.values()]
        distance = frechet_distance(np.stack(row.made), np.stack(wanted))
        lines.append(f"| {name} | {distance:.4f} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
