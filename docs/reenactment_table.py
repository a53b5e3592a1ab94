"""Measures self-reenactment on people that no network was trained on, and writes the table of docs/reenactment.md.

    .venv/bin/python docs/reenactment_table.py --data FOLDER_OF_PREPARED_CLIPS [--people 70] [--out FILE.md]

The folder holds prepared clips (`fsgan synthesize`); those with split `val` are used. Pictures of one take share light
and background: pairs are taken inside a take. They are drawn from one portrait a person, so what is measured is how
well the engine follows, not how well a photograph would.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from pathlib import Path

import numpy as np
import torch

from fsgan_core.color.colorspaces import SRGB
from fsgan_core.color.ocio import to_working
from fsgan_core.evaluation.self_reenactment import (
    SelfReenactmentScore,
    score_from_map,
    score_in_steps,
    view_of,
)
from fsgan_core.geometry.crop_transform import CropTransform
from fsgan_core.geometry.face_box import CROP_SIZE, landmarks_to_box
from fsgan_core.geometry.resample import crop_picture
from fsgan_core.job.settings import SwapSettings
from fsgan_core.pipeline.engine import open_engine
from fsgan_core.stages.face_view import FaceView
from fsgan_core.training.synthesis.prepared_clip import PreparedClip, read_clip, read_meta
from fsgan_core.weights.load import Pack

GAPS_DEG = (10, 20, 35, 50)
"""Borders of the bins of yaw."""
STEPS = (1, 2, 3)
Looked = list[tuple[FaceView, np.ndarray]]


def main() -> None:
    """Measure, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--people", type=int, default=70)
    parser.add_argument("--weights", default=SwapSettings.weights)
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name("reenactment_table.md"))
    options = parser.parse_args()
    torch.set_num_threads(1)
    pack = open_engine(options.weights, "cpu")
    clips = [path for path in sorted(options.data.glob("*.npz")) if read_meta(path).split == "val"][: options.people]
    if not clips:
        raise SystemExit(f"{options.data} holds no prepared clip of split val.")
    single: dict[int, list[SelfReenactmentScore]] = defaultdict(list)
    mapped: list[SelfReenactmentScore] = []
    for number, path in enumerate(clips, 1):
        clip = read_clip(path)
        for take in sorted(set(clip.take.tolist()))[1:3]:
            measure_take(look_at_take(clip, take, pack), pack, single, mapped)
        sys.stdout.write(f"{number}/{len(clips)} {path.stem}: {np.mean([s.landmark_percent for s in mapped]):.2f} %\n")
        sys.stdout.flush()
        options.out.write_text(table_text(single, mapped, number, pack), encoding="utf-8")


def look_at_take(clip: PreparedClip, take: int, pack: Pack) -> Looked:
    """The drawn pictures of one take, cropped as pass 1 would and measured; with the label of their face."""
    looked: Looked = []
    for index in np.flatnonzero((clip.take == take) & ~clip.photo):
        frame = clip.frame(int(index))
        transform = CropTransform.from_face_box(landmarks_to_box(frame.landmarks), CROP_SIZE)
        crop = crop_picture(to_working(frame.picture, SRGB), transform)
        face = crop_picture(frame.face[..., None].astype(np.float32) / 255, transform, "linear")[..., 0]
        looked.append((view_of(np.clip(crop, 0, 1), pack, int(index)), face))
    return looked


def measure_take(
    looked: Looked, pack: Pack, single: dict[int, list[SelfReenactmentScore]], mapped: list[SelfReenactmentScore]
) -> None:
    """The first and the last picture of a take from each other in 1, 2, 3 steps, and one of them from all others."""
    if len(looked) < 3:
        return
    by_yaw = sorted(looked, key=lambda one: float(one[0].pose[0]))
    pairs = [(by_yaw[0], by_yaw[-1]), (by_yaw[len(by_yaw) // 2], by_yaw[-1]), (by_yaw[1], by_yaw[len(by_yaw) // 2])]
    for (source, _), (target, face) in pairs:
        for steps in STEPS:
            single[steps].append(score_in_steps(source, target, face, steps, pack))
    target, face = by_yaw[len(by_yaw) // 2]
    others = [view for view, _ in looked if view is not target]
    mapped.append(score_from_map(others, target, face, SwapSettings.step_deg, pack))


def table_text(
    single: dict[int, list[SelfReenactmentScore]], mapped: list[SelfReenactmentScore], people: int, pack: Pack
) -> str:
    """The tables as Markdown."""
    borders = [0, *GAPS_DEG, 180]
    lines = [
        f"Pack `{pack.name}` {pack.sha256[:12]}, {people} people of split `val`, {len(mapped)} takes.",
        "",
        "All views of a take but the target's, mixed by the appearance map (as `fsgan reenact` does):",
        "",
        "| | landmarks, % of eye distance | untouched nearest view | identity | pixels |",
        "|---|---|---|---|---|",
        _row("mean", mapped),
        _row("median", mapped, np.median),
        _row("worst tenth begins at", mapped, lambda values: float(np.quantile(values, 0.9)), is_worst=True),
        "",
        "One view, in 1, 2 and 3 steps of G_r, by the yaw between source and target (Fig. 12 of the paper):",
        "",
        "| yaw gap | pairs | landmarks 1 / 2 / 3 steps | identity 1 / 2 / 3 | pixels 1 / 2 / 3 | untouched |",
        "|---|---|---|---|---|---|",
    ]
    for low, high in zip(borders, borders[1:], strict=False):
        inside = {n: [s for s in single[n] if low <= s.yaw_gap_deg < high] for n in STEPS}
        if inside[1]:
            columns = [
                " / ".join(f"{np.mean([getattr(s, name) for s in inside[n]]):.{digits}f}" for n in STEPS)
                for name, digits in (("landmark_percent", 2), ("identity", 3), ("pixel_error", 3))
            ]
            still = np.mean([s.still_percent for s in inside[1]])
            span = f"{low} to {high}" if high < 180 else f"over {low}"
            lines.append(f"| {span} deg | {len(inside[1])} | {' | '.join(columns)} | {still:.2f} |")
    return "\n".join(lines) + "\n"


def _row(name: str, scores: list[SelfReenactmentScore], middle: object = np.mean, is_worst: bool = False) -> str:
    assert callable(middle)
    percent, still = ([getattr(s, f) for s in scores] for f in ("landmark_percent", "still_percent"))
    identity = [-s.identity if is_worst else s.identity for s in scores]
    pixels = [s.pixel_error for s in scores]
    said = abs(middle(identity))
    return f"| {name} | {middle(percent):.2f} | {middle(still):.2f} | {said:.3f} | {middle(pixels):.3f} |"


if __name__ == "__main__":
    main()
