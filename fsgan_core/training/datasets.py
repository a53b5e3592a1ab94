"""Prepared clips in memory, and batches drawn from them: batch k of a seed is always the same batch.

A prepared clip is one .npz a person: JPEG crops, face and hair masks, 98 landmarks, poses, expression. Renders of
`fsgan synthesize` and real footage of `fsgan analyze` have the same format (`synthesis/prepared_clip.py` documents it).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fsgan_core.color.network_encoding import network_to_linear
from fsgan_core.errors import JobError
from fsgan_core.geometry.eye_opening import eye_opening
from fsgan_core.training.synthesis.corrected_hair import COVERED
from fsgan_core.training.synthesis.prepared_clip import PreparedClip, read_clip

SHUT = 0.08
"""Eyes less open than this (`eye_opening`) count as shut: one view in thirty."""
CROSSED = -0.05
"""Lids that cross by more than this are wrong labels: some of MakeHuman's are."""


@dataclass(frozen=True)
class View:
    """One labelled picture of a face.

    Attributes:
        rgb: (H, W, 3) uint8 sRGB.
        face: (H, W) uint8, 255 is face.
        hair: (H, W) uint8, 255 is hair.
        landmarks: (98, 2) float32 px, pixel centres at +0.5.
        pose: (3,) float32 degrees yaw, pitch, roll; NaN where unknown.
        expression: (53,) float32 coefficients in [0, 1].
        found: (98, 2) float32 px, the landmarks as the landmark network sees them; None where it was not asked.
        covered: Whether all hair is known to be under a hat or a scarf.
    """

    rgb: np.ndarray
    face: np.ndarray
    hair: np.ndarray
    landmarks: np.ndarray
    pose: np.ndarray
    expression: np.ndarray
    found: np.ndarray | None = None
    covered: bool = False


def view_picture(view: View) -> np.ndarray:
    """(H, W, 3) scene-linear picture of a view, as a plate would show it."""
    return network_to_linear(view.rgb.astype(np.float32) / 127.5 - 1)


class Clip:
    """The views of one person, decoded on demand.

    `shut` (K,) are the positions of the views with shut eyes; `found` (K, 98, 2) the landmarks as the landmark network
    sees them, or None.
    """

    def __init__(self, clip: PreparedClip) -> None:
        self._clip = clip
        self.meta = self._clip.meta
        self.found: np.ndarray | None = None
        self.poses, self.photo, self.take = self._clip.poses, self._clip.photo, self._clip.take
        opening = eye_opening(self._clip.landmarks)
        self.shut = np.flatnonzero((opening < SHUT) & (opening > CROSSED))

    def __len__(self) -> int:
        return len(self._clip)

    def digest(self) -> str:
        """12 hexadecimal digits of the pictures and their landmarks."""
        arrays = (self._clip.jpeg, self._clip.landmarks)
        return hashlib.sha256(b"".join(array.tobytes() for array in arrays)).hexdigest()[:12]

    def view(self, index: int, masks: bool = True) -> View:
        """View `index`; without `masks` the two masks are empty arrays and decoding is half as long."""
        clip = self._clip
        face = hair = np.zeros((0, 0), np.uint8)
        if masks:
            face, hair = clip.masks(index)
        return View(
            clip.picture(index),
            face,
            hair,
            clip.landmarks[index],
            clip.poses[index],
            np.nan_to_num(clip.expression[index]),
            None if self.found is None else self.found[index],
            self.meta.name in COVERED,
        )


def load_clips(folders: Sequence[Path], split: str, without: Sequence[str] = ()) -> list[Clip]:
    """Every clip of a split, in the order of the file names.

    Args:
        folders: Where the .npz files lie.
        split: "train", "val" or "demo".
        without: Sources (`meta.source`) to leave out.

    Raises:
        JobError: There is no folder, or one holds no clip of that split.
    """
    if not folders:
        raise JobError("the data folder has no prepared clips; make some with fsgan synthesize")
    clips: list[Clip] = []
    for folder in folders:
        before = len(clips)
        for path in sorted(folder.glob("*.npz")):
            clip = Clip(read_clip(path))
            if clip.meta.split == split and clip.meta.source not in without:
                clips.append(clip)
        if len(clips) == before:
            raise JobError(f"no prepared clip of split {split!r} lies in {folder}; make some with fsgan synthesize")
    return clips


def batches(
    make_sample: Callable[[np.random.Generator], dict[str, np.ndarray]],
    batch_size: int,
    seed: int,
    first: int,
    workers: int = 2,
    share: range | None = None,
) -> Iterator[dict[str, np.ndarray]]:
    """Endless batches of samples, made ahead by threads; batch k depends on (seed, k) alone.

    Args:
        make_sample: Makes one sample from a random generator.
        batch_size: Samples a batch.
        seed: Of the run.
        first: Number of the first batch, for a resumed run.
        workers: Threads.
        share: Which samples of each batch are made; None for all.

    Yields:
        Name -> stacked arrays (B, ...).
    """

    def make(number: int) -> dict[str, np.ndarray]:
        samples = [make_sample(np.random.default_rng([seed, number, k])) for k in share or range(batch_size)]
        return {name: np.stack([sample[name] for sample in samples]) for name in samples[0]}

    with ThreadPoolExecutor(workers) as pool:
        ahead: list[Future[dict[str, np.ndarray]]] = [pool.submit(make, first + k) for k in range(workers + 1)]
        number = first + len(ahead)
        while True:
            yield ahead.pop(0).result()
            ahead.append(pool.submit(make, number))
            number += 1
