"""Clips of people that no network has seen, in pairs, as shots for `fsgan tables`: who turns, talks and blinks.

    python benchmarks/pairs_of_people.py --data DATA --out SHOTS --pairs 6 --frames 32
    fsgan tables 2 --shots SHOTS --out table2.md

DATA is the folder that `fsgan synthesize` reads. The people are those of the split `val`.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from fsgan_core.media.still import write_png
from fsgan_core.training.synthesis.head_maps import map_head
from fsgan_core.training.synthesis.morphable_head import load_ict_head
from fsgan_core.training.synthesis.settings import DataFolder
from fsgan_core.training.synthesis.subject import Subject, prepare_subject
from fsgan_core.training.synthesis.subject_pack import SubjectPack
from fsgan_core.training.synthesis.subject_renderer import View, render_view

PICTURE_PX, MARGIN = 384, 2.6
STRIDE = 11
"""From one person of the list to the next one taken, so that portraits of all makers take part."""


def main() -> None:
    """Write the pairs: SHOTS/01/source/frame.1001.png, SHOTS/01/plate/frame.1001.png, and so on."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--pairs", type=int, default=6)
    parser.add_argument("--frames", type=int, default=32)
    options = parser.parse_args()
    for pair in range(options.pairs):
        write_pair(options.data, options.out, pair, options.frames)


def write_pair(data: Path, shots: Path, pair: int, frames: int) -> None:
    """The clips of one pair of people: source and plate.

    Args:
        data: The folder that `fsgan synthesize` reads.
        shots: Where the pair gets its folder, by number from 01.
        pair: From 0.
        frames: Of each clip.
    """
    folder = DataFolder(data)
    pack = SubjectPack(folder.subjects)
    maps = map_head(load_ict_head(folder.head))
    names = [record.name for record in pack.records.values() if record.good and record.split == "val"]
    for place, role in enumerate(("source", "plate")):
        name = person_of(names, 2 * pair + place)
        subject = prepare_subject(maps, pack.load(name))
        for number in range(frames):
            view = moment(subject, number / max(1, frames - 1), phase=place)
            path = shots / f"{pair + 1:02d}" / role / f"frame.{1001 + number}.png"
            write_png(str(path), render_view(subject, view).picture)


def person_of(names: Sequence[str], place: int) -> str:
    """Who takes a place: nobody twice before everybody was taken."""
    stride = STRIDE
    while math.gcd(stride, len(names)) > 1:
        stride += 1
    return names[place * stride % len(names)]


def moment(subject: Subject, share: float, phase: int) -> View:
    """How the person looks at a share of the clip: a slow turn, talk, one blink; the two of a pair turn apart.

    Args:
        subject: The person.
        share: 0 to 1.
        phase: 0 for the source, 1 for the plate.
    """
    maps = subject.maps
    names = list(maps.head.expression_names)
    own_yaw, own_pitch, _ = subject.own_pose
    turn = np.sin(2 * np.pi * (share + 0.25 * phase))
    pose = (own_yaw + 18 * turn, own_pitch * 0.5 + 4 * np.cos(2 * np.pi * share), 3 * np.sin(4 * np.pi * share))
    weights = np.zeros(len(names), np.float32)
    talk = 0.5 - 0.5 * np.cos(6 * np.pi * share + phase)
    blink = float(np.exp(-(((share - 0.4 - 0.2 * phase) / 0.03) ** 2)))
    for name, value in (
        ("jawOpen", 0.4 * talk), ("mouthSmile_L", 0.5 * share), ("mouthSmile_R", 0.5 * share),
        ("eyeBlink_L", 0.8 * blink), ("eyeBlink_R", 0.8 * blink),
    ):  # fmt: skip
        weights[names.index(name)] = value
    yaw, pitch, roll = (float(angle) for angle in pose)
    return View(pose=(yaw, pitch, roll), expression=weights, margin=MARGIN, side_px=PICTURE_PX)


if __name__ == "__main__":
    main()
